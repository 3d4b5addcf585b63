"""Injects faults one by one into a running graph, and watches what safety makes of each."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from tqdm import tqdm

from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.evaluation.fault import Bench, Fault
from gpss_pose_ros.evaluation.fault_figures import Outcome
from gpss_pose_ros.evaluation.fault_site import GATE, PERIOD_S, ROBOTS_M, SETTLE_S
from gpss_pose_ros.evaluation.fault_trial import Trial, is_free, noticed
from gpss_pose_ros.nodes.fault_actions import Action, Onset
from gpss_pose_ros.nodes.fault_bench import FaultBench

_READY_S = 60.0
_STEADY_S = 0.3  # everything must be well for so long before the next fault
_GIVE_UP_S = 2.0  # after its timeout a fault is not detected
_HOLD_S = 0.4  # a detected fault goes on for so long: nobody may drive
_LATCHED_S = 2.0 * SETTLE_S + 0.2  # a latched stop must outlast its cause by so much
_RECOVER_S = 60.0  # a node may have to start, and the one before it to be forgotten
_START_S = 2.0  # a fault that is there at the start is watched for so long
_POLL_S = 0.005
_RESET_S = 0.05


class Campaign:
    """The faults of one bench."""

    def __init__(self, bench: FaultBench, actions: Mapping[str, Action], repeats: int) -> None:
        """Take the graph, how to inject faults by name, and how often."""
        self._bench, self._actions, self._repeats = bench, actions, repeats
        self._all = frozenset(ROBOTS_M) | ({GATE} if GATE in bench.graph.processes else set())

    def run(self, faults: Sequence[Fault], bar: tqdm) -> Iterator[Outcome]:
        """Inject every fault as often as asked, one after the other."""
        for fault in faults:
            bar.set_description(fault.name)
            trials = []
            for index in range(self._repeats):
                trials.append(self._trial(fault, index))
                bar.update()
            yield Outcome(fault, tuple(trials))

    def _trial(self, fault: Fault, index: int) -> Trial:
        if fault.bench is Bench.START:
            return self._start_trial(fault)
        self._get_ready(fault)
        self._wait_for_phase(index / self._repeats)
        with ExitStack() as undo:
            onset = self._actions[fault.name](self._bench, undo)
            self._watch(fault, onset)
            if fault.latched:
                self._bench.receiver.reset()  # in vain: the fault is still there
            time.sleep(_HOLD_S)
            onset_ns = onset()
            restored_ns = time.monotonic_ns()
        return self._recover(fault, onset_ns or restored_ns, restored_ns)

    def _start_trial(self, fault: Fault) -> Trial:
        """Start safety_node with the fault there, and watch it from its first word."""
        bench = self._bench
        with ExitStack() as undo:
            self._actions[fault.name](bench, undo)
            bench.kill_safety()
            bench.receiver.forget()
            killed_ns = time.monotonic_ns()
            bench.start_safety()
            spoken_ns = time.monotonic_ns()
            time.sleep(_START_S)
            restored_ns = time.monotonic_ns()
        samples = bench.receiver.since_forgotten()
        words_ns = [s.at_ns for s in samples if s.at_ns > killed_ns and (s.causes or s.free)]
        return self._recover(fault, min(words_ns, default=spoken_ns), restored_ns)

    def _watch(self, fault: Fault, onset: Onset) -> None:
        """Wait until the fault is noticed, or should have been long ago."""
        deadline = time.monotonic() + fault.timeout_s + _GIVE_UP_S
        while time.monotonic() < deadline:
            onset_ns = onset()
            now = self._bench.receiver.now
            if onset_ns is not None and now.at_ns >= onset_ns and noticed(now, fault):
                return
            time.sleep(_POLL_S)

    def _recover(self, fault: Fault, onset_ns: int, restored_ns: int) -> Trial:
        """Watch what happens once the fault is gone; ask for a reset where one is due."""
        receiver, reset_ns = self._bench.receiver, None
        deadline = time.monotonic() + _RECOVER_S
        if fault.latched:
            time.sleep(_LATCHED_S)
        while time.monotonic() < deadline and not self._free_since(fault, restored_ns):
            if receiver.now.latched:
                reset_ns = reset_ns or time.monotonic_ns()
                receiver.reset()  # refused as long as something stands in the way
                time.sleep(_RESET_S)
            time.sleep(_POLL_S)
        end_ns = time.monotonic_ns()
        samples = receiver.since_forgotten()
        return Trial(fault, onset_ns, restored_ns, reset_ns, end_ns, samples)

    def _free_since(self, fault: Fault, since_ns: int) -> bool:
        now = self._bench.receiver.now
        return now.at_ns > since_ns and is_free(now, fault)

    def _get_ready(self, fault: Fault) -> None:
        """Wait until every robot has been free for a while, with a new safety_node if need be."""
        if not self._all_well(_READY_S):
            said = self._bench.last_words()
            self._bench.kill_safety()
            self._bench.start_safety()
            if not self._all_well(_READY_S):
                raise GpssError(f"robots are not free before {fault.name}{said}")
        self._bench.receiver.forget()

    def _all_well(self, limit_s: float) -> bool:
        """Wait until all has been well for _STEADY_S; reset what is latched."""
        receiver, since = self._bench.receiver, None
        deadline = time.monotonic() + limit_s
        while since is None or time.monotonic() - since < _STEADY_S:
            now = receiver.now
            if now.latched:
                receiver.reset()
            well = now.free >= self._all and not now.latched and not now.causes
            since = (since or time.monotonic()) if well else None
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def _wait_for_phase(self, fraction: float) -> None:
        """Wait for a point of safety's cycle: repetitions are spread evenly over it."""
        last_s = self._bench.receiver.now.at_ns / 1e9
        time.sleep(max(0.0, last_s + (1.0 + fraction) * PERIOD_S - time.monotonic()))
