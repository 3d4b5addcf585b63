"""safety_node: persons, robots and cameras in; what every robot may do out, at a fixed rate.

This is no certified safety function: see doc/safety.md.

Subscribes /gpss/persons, the robots' odometry, /<camera>/camera_info, /tf, /tf_static; publishes
/gpss/safety/state and /gpss/safety/zones every cycle, /gpss/safety/coverage, and what `output.*`
switches on; offers ~/reset.
"""

import time
from pathlib import Path

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_srvs.srv import Trigger

from gpss_pose_ros.nodes.declare import declare, read
from gpss_pose_ros.nodes.homes import share_directory
from gpss_pose_ros.nodes.run import run_node
from gpss_pose_ros.nodes.safety_inputs import SafetyInputs
from gpss_pose_ros.nodes.safety_publisher import SafetyPublisher
from gpss_pose_ros.nodes.safety_settings import SafetySettings
from gpss_pose_ros.nodes.safety_site import SiteFile
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.monitor import Monitor
from gpss_pose_ros.safety.values import SafetyReport

_SAY_S = 2.0  # people read the log: what changes more often is in the state


class SafetyNode(Node):
    """Converts messages, asks the monitor, publishes. See SafetySettings for the parameters.

    A timer on the steady clock drives the verdict, never the arrival of input. Whatever fails here
    ends the process: receivers take silence for a stop, and no old CLEAR is left standing.
    """

    def __init__(self) -> None:
        super().__init__("safety_node")
        declare(self, SafetySettings)
        self.settings = read(self, SafetySettings)
        default = share_directory() / "config" / "zones.yaml"
        self._file = SiteFile(Path(self.settings.zones or default))
        site = self._file.site
        self._monitor = Monitor(site, self._file.hash)
        self._publisher = SafetyPublisher(self, self.settings, site)
        self._said: tuple[object, ...] = ()
        self._said_s = -_SAY_S
        self._publish()  # STOP, before anything is heard
        self._inputs = SafetyInputs(self, self.settings, site, self._monitor)
        self.create_service(Trigger, "~/reset", self._reset)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(site.monitor.period_s, self._cycle, clock=steady)
        self.create_timer(self.settings.check_s, self._check, clock=steady)

    def _cycle(self) -> None:
        self._inputs.look_up()
        self._publish()

    def _publish(self) -> None:
        report = self._monitor.tick(time.monotonic_ns())
        self._publisher.publish(report, self._monitor.coverage)
        self._say(report)

    def _check(self) -> None:
        """Look at what does not come as a message."""
        self._file.check(self._monitor)
        self._inputs.check()

    def _reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        hindrances = self._monitor.reset(time.monotonic_ns())
        response.success = not hindrances
        response.message = hindrances or "the latch is open"
        self.get_logger().info(f"reset asked for: {response.message}")
        return response

    def _say(self, report: SafetyReport) -> None:
        """Log verdict and reasons when verdict or causes have changed; not who is near."""
        said = (report.verdict, report.causes & ~Cause.PERSON_NEAR, report.latched)
        now_s = time.monotonic()
        if said == self._said or now_s - self._said_s < _SAY_S:
            return
        self._said, self._said_s = said, now_s
        text = f"{report.verdict.name}: {'; '.join(report.reasons) or 'all is well'}"
        if report.causes:  # rclpy binds a line of code to one severity
            self.get_logger().warning(text)
        else:
            self.get_logger().info(text)


def main() -> None:
    """Run the node."""
    run_node(SafetyNode)
