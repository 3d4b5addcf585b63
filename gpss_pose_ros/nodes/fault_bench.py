"""The graph under test: safety_node as a process of its own, what it hears, and who hears it."""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import rclpy
from rclpy.context import Context
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from gpss_pose_ros.bringup import PACKAGE, NodeSpec
from gpss_pose_ros.errors import GpssError
from gpss_pose_ros.evaluation.fault_site import GATE, ODOMETRY_ROBOT, SILENCE_S
from gpss_pose_ros.nodes.fault_inputs import Inputs
from gpss_pose_ros.nodes.fault_receiver import FaultReceiver
from gpss_pose_ros.nodes.fault_stream import Stream, Streams
from gpss_pose_ros.nodes.homes import prefixes_of
from gpss_pose_ros.supervisor import Supervisor

SAFETY = "safety_node"
QUIET = ("--ros-args", "--log-level", "fatal")
"""Arguments of a node whose every word would tear the progress bar."""
START_S = 60.0
_POLL_S = 0.005
_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)

Feed = Callable[[Node], dict[str, Stream]]


class FaultBench:
    """One graph on a domain of its own; use it as a context manager.

    Attributes:
        inputs: makes what safety_node and its cameras are told.
        streams: publish it.
        receiver: hears safety_node.
        node: ours, that publishes.
        site_file: zones.yaml in use.
        graph: the processes.
    """

    def __init__(
        self,
        site_file: Path,
        inputs: Inputs,
        feed: Feed,
        others: tuple[NodeSpec, ...] = (),
        clock: bool = False,
    ) -> None:
        """Take the site, what is true on it, what makes the streams, and what else runs.

        With `clock`, safety_node follows the ROS clock that we publish.
        """
        self.site_file = site_file
        self.inputs = inputs
        self._feed, self._others = feed, others
        self._safety = NodeSpec(
            PACKAGE,
            SAFETY,
            SAFETY,
            parameters=(("zones", str(site_file)), ("use_sim_time", clock)),
            arguments=QUIET,
            essential=False,
        )
        self._running = ExitStack()

    def __enter__(self) -> "FaultBench":
        with ExitStack() as started:
            self._start(started)
            self._running = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def start_safety(self) -> None:
        """Start safety_node, and wait until it speaks."""
        if SAFETY in self.graph.processes:
            self.graph.processes[SAFETY].wait()
        self.receiver.latest = None
        self.graph.start(self._safety)
        self.until(lambda: self.receiver.latest is not None, START_S, "safety_node says nothing")

    def kill_safety(self) -> None:
        """End safety_node at once."""
        self.send(SAFETY, signal.SIGKILL)

    def send(self, process: str, number: signal.Signals) -> None:
        """Send a signal to one of the processes."""
        self.graph.processes[process].send_signal(number)

    def announce_cameras(self) -> None:
        """Publish where the cameras are now."""
        self._places.publish(TFMessage(transforms=self.inputs.camera_transforms()))

    def until(self, done: Callable[[], object], limit_s: float, complaint: str) -> None:
        """Wait; GpssError with a complaint, and what safety said last, when it takes too long."""
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                raise GpssError(f"{complaint} within {limit_s:g} s{self.last_words()}")
            time.sleep(_POLL_S)

    def _start(self, started: ExitStack) -> None:
        context = Context()
        rclpy.init(context=context)
        started.callback(rclpy.shutdown, context=context)
        self.node = Node("fault_injector", context=context)
        started.callback(self.node.destroy_node)
        # A StaticTransformBroadcaster would not send a frame's second place.
        self._places = self.node.create_publisher(TFMessage, "/tf_static", _LATCHED)
        self.announce_cameras()
        self.receiver = started.enter_context(FaultReceiver(context, SILENCE_S))
        self.streams = started.enter_context(Streams(self._feed(self.node)))
        nodes = (self._safety, *self._others)
        self.graph = started.enter_context(Supervisor(self._others, prefixes_of(nodes)))

    def last_words(self) -> str:
        """Return what safety said last, as the end of a sentence."""
        latest = self.receiver.latest
        if latest is None:
            return ""
        said = [*latest.reasons, *(f"{r.robot_id}: {r.reason}" for r in latest.robots if r.reason)]
        return f": {'; '.join(said) or 'no reason given'}"


def gate_node(site_file: Path) -> NodeSpec:
    """Return the gate of the robot with odometry."""
    parameters = (("robot", ODOMETRY_ROBOT), ("zones", str(site_file)))
    return NodeSpec(PACKAGE, "gate_node", GATE, (), parameters, QUIET, essential=False)
