"""simulation_node: a factory with people and robots in it, as real cameras would show it.

Publishes /<camera>/image_raw (or /compressed) and camera_info, TF, /<robot>/odom, the truth on
/gpss/ground_truth and ~/views, and on ~/sets the simulated time of every set.
"""

import os
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from rclpy.node import Node

from gpss_pose_ros.nodes.camera_publishers import CameraPublishers
from gpss_pose_ros.nodes.conversions import time_message
from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.ground_truth import TruthPublisher
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.robot_publisher import RobotPublisher
from gpss_pose_ros.nodes.run import run_node
from gpss_pose_ros.nodes.simulation_settings import SIMULATION_NODE, SimulationSettings
from gpss_pose_ros.simulation.footage import Footage
from gpss_pose_ros.simulation.pace import Pace, Tick
from gpss_pose_ros.simulation.scenario import Scenario

_SAY_S = 10.0
_DIAGNOSE_S = 1.0
_REMEMBERED = 1000  # durations of rendering


class SimulationNode(Node):
    """Renders and publishes on one thread, which owns the graphics context."""

    def __init__(self) -> None:
        super().__init__(SIMULATION_NODE)
        declare(self, SimulationSettings)
        self.settings = read(self, SimulationSettings)
        self._stopping = threading.Event()
        self._finished = False
        self._pace = Pace(self.settings.rate_hz, 0)
        self._render_ms: deque[float] = deque(maxlen=_REMEMBERED)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="renderer")
        settings = self.settings
        world = Scenario(settings.world, settings.seed, settings.people, settings.cameras).load(
            share_directory()
        )
        self._footage = self._thread.submit(Footage, world, settings.rate_hz).result()
        self._cameras = CameraPublishers(self, world.cameras, settings)
        self._robots = RobotPublisher(self, world.robots, settings.factory_frame)
        self._truth = TruthPublisher(self, self._footage.factory, settings)
        self.create_timer(_DIAGNOSE_S, self._diagnose)
        self.create_timer(_SAY_S, self._say)
        self._thread.submit(self._guarded)

    def destroy_node(self) -> None:
        """End the thread, which gives its graphics back, then release everything."""
        self._stopping.set()
        self._thread.submit(self._footage.factory.close)
        self._thread.shutdown()
        super().destroy_node()

    def _guarded(self) -> None:
        """Run; end the process when that fails: a silent simulation looks finished."""
        try:
            self._run()
        except Exception as error:
            if self.context.ok():  # else rclpy refuses to publish because it is shut down
                self.get_logger().fatal(f"the simulation failed: {error!r}")
                os._exit(1)

    def _run(self) -> None:
        for camera in self._cameras.names:  # the first images of all take long
            self._footage.view(camera, 0)
        self._cameras.wait_for_subscribers(self.settings.wait_for_subscribers_s, self._stopping)
        self._pace = Pace(self.settings.rate_hz, time.monotonic_ns())
        while not self._stopping.is_set() and not self._finished:
            tick = self._pace.next_tick(time.monotonic_ns())
            if 0.0 < self.settings.duration_s <= self._footage.time_s(tick.index):
                self._finished = True
            elif not self._stopping.wait(max(0.0, tick.due_ns - time.monotonic_ns()) / 1e9):
                self._publish(tick)
                self._pace.done(tick)
                self._footage.factory.plan_ahead(self._footage.time_s(tick.index))
        if self._finished:
            self._say()

    def _publish(self, tick: Tick) -> None:
        """Render one instant and publish it, all of it under the stamp at which it was due."""
        started_ns = time.monotonic_ns()
        stamp_ns = self.get_clock().now().nanoseconds - (started_ns - tick.due_ns)
        stamp = time_message(stamp_ns)
        state = self._footage.factory.state(self._footage.time_s(tick.index))
        self._robots.publish(state.robots, stamp)
        self._cameras.announce(stamp, self._pace.time_ns(tick.index), "simulation")
        views = {}
        for name in self._cameras.names:
            views[name] = self._footage.view(name, tick.index)
            self._cameras.publish(name, views[name].pixels, stamp)
        self._truth.publish(state, views, stamp)
        self._render_ms.append((time.monotonic_ns() - started_ns) / 1e6)

    def _diagnose(self) -> None:
        values = {
            "skipped": self._pace.skipped,
            "real_time_factor": f"{self._pace.real_time_factor:.4f}",
            "render_ms_p95": f"{self._render_ms_p95():.1f}",
        }
        self._cameras.diagnose(self.get_clock().now().to_msg(), self._finished, values)

    def _say(self) -> None:
        pace = self._pace
        self.get_logger().info(
            f"{'finished: ' if self._finished else ''}real-time factor"
            f" {pace.real_time_factor:.2f}: {pace.rendered} sets, {pace.skipped} left out;"
            f" a set takes {self._render_ms_p95():.0f} ms (p95)"
        )

    def _render_ms_p95(self) -> float:
        durations = list(self._render_ms)  # a copy: the other thread adds to it
        return float(np.quantile(durations, 0.95)) if durations else 0.0


def main() -> None:
    """Run the node; Mesa's software drawing stays on our thread: the other cores are taken."""
    os.environ.setdefault("LP_NUM_THREADS", "0")
    run_node(SimulationNode)
