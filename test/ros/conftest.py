"""Real graphs: installed executables as processes, real networks, real footage, and a node of ours.

Each graph has a DDS domain of its own on this machine alone, and ends what it started.
"""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile

from gpss_pose_ros.arguments import with_defaults
from gpss_pose_ros.bringup import PACKAGE, NodeSpec, describe_environment
from gpss_pose_ros.errors import SetupError
from gpss_pose_ros.evaluation.ankles import AnkleReference, read_reference
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.nodes.homes import prefixes_of, share_directory
from gpss_pose_ros.recordings.recording import Recording, load_recording
from gpss_pose_ros.supervisor import ros_arguments
from gpss_pose_ros.types import ImageArray, Side

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[2].resolve().parent / "shared"))
FOOTAGE = SHARED / "data" / "pose2sim_balancing"
MODELS = SHARED / "models"
STRIDE, SETS = 6, 7  # of the footage: every sixth image set, seven of them
REAL_PEOPLE = {"detector": "yolox_nano", "pose_model": "movenet_lightning"}
SLOW_CAMERAS = {"health.stale_s": 1.5, "sync.deadline_s": 0.3, "max_age_s": 10.0, **REAL_PEOPLE}

_count = itertools.count()


def _free_domain() -> int:
    """Return a domain without participants: the first one takes a port that the standard fixes.

    RTPS 2.2, 9.6.1.1: 7400 + 250 domain + 10 + 2 participant.
    """
    start = 7 * os.getpid() + next(_count)
    for domain in (1 + (start + k) % 101 for k in range(101)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", 7410 + 250 * domain))
            except OSError:
                continue
            return domain
    raise AssertionError("all DDS domains from 1 to 101 are in use on this machine")


class Process:
    """One executable of the package, with what it prints."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self.popen = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=dict(environment)
            )

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self.log.read_text(errors="replace")

    def exit_code(self, seconds: float = 30.0) -> int:
        """Wait for its end."""
        return self.popen.wait(seconds)

    def end(self) -> int:
        """Ask it to end as Ctrl-C does; kill it, and return -9, if it does not."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGINT)
        try:
            return self.popen.wait(10.0)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait(10.0)


class Graph:
    """One domain: the processes under test, and a node that talks to them.

    Attributes:
        environment: variables of the processes.
        node: ours, spun in `until`.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        domain = _free_domain()
        self.environment = {**environment, "ROS_DOMAIN_ID": str(domain)}
        self._folder = folder
        self._processes: list[Process] = []
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.node = Node(f"test_bench_{next(_count)}", context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)

    def start(self, executable: str, parameters: Mapping[str, Any] | None = None) -> Process:
        """Start an executable of the package as the supervisor would, minus the supervision."""
        spec = NodeSpec(PACKAGE, executable, executable, (), tuple((parameters or {}).items()))
        program = prefixes_of((spec,))[PACKAGE] / "lib" / PACKAGE / executable
        return self.run(sys.executable, str(program), *ros_arguments(spec))

    def command(self, *words: str) -> Process:
        """Start `./gpss` with these words, minus the set-up."""
        cli = share_directory().parents[1] / "lib" / PACKAGE / "cli"
        return self.run(sys.executable, str(cli), *words)

    def run(self, *command: str, **variables: str) -> Process:
        """Start any program in this domain."""
        log = self._folder / f"{len(self._processes)}_{Path(command[1]).name}.log"
        process = Process(list(command), {**self.environment, **variables}, log)
        self._processes.append(process)
        return process

    def listen(self, kind: type, topic: str, qos: QoSProfile | int = 100) -> deque[Any]:
        """Subscribe; return the newest messages, which grow while `until` runs."""
        heard: deque[Any] = deque(maxlen=200)
        self.node.create_subscription(kind, topic, lambda m: heard.append(m), qos)
        return heard

    def until(
        self,
        done: Callable[[], object],
        meanwhile: Callable[[], object] = lambda: None,
        seconds: float = 30.0,
    ) -> None:
        """Spin, calling `meanwhile`, until `done()`; fail at the deadline or if a process ends."""
        deadline = time.monotonic() + seconds
        while not done():
            ended = [p for p in self._processes if p.popen.poll() is not None]
            assert not ended, f"ended: {[(p.popen.returncode, p.output) for p in ended]}"
            assert time.monotonic() < deadline, f"not within {seconds} s; {self._outputs()}"
            meanwhile()
            self._executor.spin_once(timeout_sec=0.02)

    def forget(self, process: Process) -> None:
        """Leave a process that ended on purpose out of the checks."""
        self._processes.remove(process)

    def close(self) -> None:
        """End everything; every process must end in good order and be gone."""
        try:
            codes = {p.log.name: p.end() for p in self._processes}
        finally:
            self._executor.shutdown()
            self.node.destroy_node()
            rclpy.shutdown(context=self._context)
        assert not any(psutil.pid_exists(p.popen.pid) for p in self._processes)
        assert set(codes.values()) <= {0}, f"{codes}; {self._outputs()}"
        tracebacks = [p.output for p in self._processes if "Traceback" in p.output]
        assert not tracebacks, "\n".join(tracebacks)

    def _outputs(self) -> str:
        return "\n".join(f"{p.log.name}:\n{p.output}" for p in self._processes)


@dataclass(frozen=True)
class Scene:
    """The recording: cameras, some of its image sets, and where the reference person is."""

    recording: Recording
    sets: tuple[dict[str, ImageArray], ...]
    reference: AnkleReference

    def frame(self, index: int) -> int:
        """Position in `sets` of the index-th set published: forwards, then backwards.

        SETS is odd, so that who takes every second one never takes the same picture twice running.
        """
        there_and_back = [*range(SETS), *range(SETS - 2, 0, -1)]
        return there_and_back[index % len(there_and_back)]

    def camera(self, name: str) -> Camera:
        """Return a calibrated camera by name."""
        return {c.camera.camera_id: c.camera for c in self.recording.cameras}[name]

    def person_m(self, footage_ns: int) -> np.ndarray:
        """Return the floor position (2,) between the reference person's ankles."""
        ankles = self.reference.at(footage_ns)
        return (ankles[Side.LEFT] + ankles[Side.RIGHT])[:2] / 2.0

    def footage_ns(self, index: int) -> int:
        """Return the footage time of the index-th set published."""
        return round(self.frame(index) * STRIDE / self.recording.rate_hz * 1e9)


@pytest.fixture(scope="session")
def scene() -> Scene:
    for needed in (FOOTAGE, MODELS):
        if not needed.is_dir():
            pytest.skip(f"{needed} is not on this machine")
    recording = load_recording(FOOTAGE)
    sets = itertools.islice(recording.image_sets(), 0, STRIDE * SETS, STRIDE)
    return Scene(recording, tuple(sets), read_reference(FOOTAGE))


@pytest.fixture(scope="session")
def drawing() -> None:
    """Skip where no simulated camera can be drawn."""
    try:
        from gpss_pose_ros.simulation.factory import Factory
        from gpss_pose_ros.simulation.world import World

        Factory(World(seed=0, floor_size_m=(4.0, 4.0))).close()
    except SetupError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def environment() -> Iterator[dict[str, str]]:
    """The variables of every process: on this machine alone, with the shared models."""
    wanted = describe_environment(with_defaults({}), share_directory(), {})
    patch = pytest.MonkeyPatch()
    for name, value in {**wanted, "GPSS_MODEL_PATH": str(MODELS)}.items():
        patch.setenv(name, value)  # our own nodes read them, too
    yield dict(os.environ)
    patch.undo()


@pytest.fixture
def graph(environment: dict[str, str], tmp_path: Path) -> Iterator[Graph]:
    """A graph of one test."""
    made = Graph(environment, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_graph(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Graph]:
    """A graph that the tests of a module look at."""
    made = Graph(environment, tmp_path_factory.mktemp("graph"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def slow_cameras() -> dict[str, Any]:
    """Parameters of pose_node for cameras as slow as ours, and networks for the people in them."""
    return dict(SLOW_CAMERAS)
