"""A receiver of safety's word, as a robot's own program should be: silence stops it."""

import threading
import time

from geometry_msgs.msg import Twist
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from gpss_pose_ros.evaluation.fault import Sample
from gpss_pose_ros.evaluation.fault_site import GATE
from gpss_pose_ros.msg import RobotVerdict, SafetyState
from gpss_pose_ros.safety.causes import Cause

_MAY_DRIVE = (RobotVerdict.CLEAR, RobotVerdict.WARNING)
_WAKE_S = 0.004


class FaultReceiver:
    """Keeps what safety says, and when it does not; use it as a context manager.

    Attributes:
        node: ours; its callbacks run on a thread of this object.
        samples: everything heard since `forget`.
        latest: the newest state; None before the first.
    """

    def __init__(self, context: Context, silence_s: float) -> None:
        """Take what counts as silence, in [s]."""
        self.node = Node("fault_receiver", context=context)
        self.samples: list[Sample] = []
        self.latest: SafetyState | None = None
        self._silence_ns = round(silence_s * 1e9)
        self._heard_ns = 0
        self._gate_moves = False
        self._lock = threading.Lock()
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self._threads = [threading.Thread(target=t, daemon=True) for t in (self._spin, self._watch)]
        self._stopping = threading.Event()
        self.node.create_subscription(SafetyState, "/gpss/safety/state", self._on_state, 50)
        self.node.create_subscription(Twist, "/cmd_vel", self._on_command, 10)
        self._reset = self.node.create_client(Trigger, "/safety_node/reset")

    def __enter__(self) -> "FaultReceiver":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._executor.shutdown()
        for thread in self._threads:
            thread.join()
        self.node.destroy_node()

    @property
    def now(self) -> Sample:
        """What is known now."""
        with self._lock:
            return self.samples[-1] if self.samples else Sample(time.monotonic_ns(), frozenset())

    def forget(self) -> None:
        """Start a new list of samples, with the newest one; a new node may count anew."""
        with self._lock:
            self.samples = self.samples[-1:]

    def since_forgotten(self) -> tuple[Sample, ...]:
        """Return the samples."""
        with self._lock:
            return tuple(self.samples)

    def distance_m(self, robot: str) -> float:
        """Return the distance of a robot to the nearest separation zone, as safety says it."""
        state = self.latest
        found = [r.distance for r in state.robots if r.robot_id == robot] if state else []
        return float(found[0]) if found else float("nan")

    def reset(self, limit_s: float = 2.0) -> str:
        """Ask safety to forget what is latched; return what it answers, empty when it did."""
        answered = threading.Event()
        future = self._reset.call_async(Trigger.Request())
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(limit_s):
            return f"no answer to reset within {limit_s:g} s"
        result = future.result()
        return "" if result.success else result.message or "refused"

    def _on_state(self, message: SafetyState) -> None:
        with self._lock:
            before, self.latest = self.latest, message
            if before is None or message.sequence != before.sequence:
                self._heard_ns = time.monotonic_ns()  # a repeated message is silence, too
                self._add()

    def _on_command(self, message: Twist) -> None:
        """Take what the gate lets through to the robot."""
        moves = message.linear.x != 0.0
        with self._lock:
            if moves != self._gate_moves:
                self._gate_moves = moves
                self._add()

    def _watch(self) -> None:
        """Add a sample when safety has been silent for too long."""
        while not self._stopping.wait(_WAKE_S):
            with self._lock:
                if self.samples and self.samples[-1].free - {GATE} and not self._heard():
                    self._add()

    def _add(self) -> None:
        """Add what is known now; of a silent safety, nothing is."""
        state = self.latest if self._heard() else None
        robots = state.robots if state else ()
        free = {r.robot_id for r in robots if r.verdict in _MAY_DRIVE and r.allowed_speed > 0.0}
        free |= {GATE} if self._gate_moves else set()
        causes, latched = (Cause(state.causes), state.latched) if state else (Cause.NONE, False)
        self.samples.append(Sample(time.monotonic_ns(), frozenset(free), causes, latched))

    def _heard(self) -> bool:
        return time.monotonic_ns() - self._heard_ns <= self._silence_ns

    def _spin(self) -> None:
        try:
            self._executor.spin()
        except ExternalShutdownException:
            return
