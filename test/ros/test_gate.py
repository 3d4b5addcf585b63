"""A robot's commands through safety: what counts as a permission, and the node in a real graph."""

import itertools
import math
import signal
import sys
import time

import pytest
from geometry_msgs.msg import Twist, TwistStamped
from std_msgs.msg import Header

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.msg import RobotVerdict, SafetyState
from gpss_pose_ros.nodes.gate_permission import Permission, allowed_speed
from gpss_pose_ros.nodes.gate_settings import GateSettings

MS = 1_000_000
SITE_FILE = """
coverage: {low_m: [-5.0, -5.0], high_m: [5.0, 5.0]}
profiles:
  - name: amr
    footprint_m: [[-0.5, -0.3], [0.5, -0.3], [0.5, 0.3], [-0.5, 0.3]]
    deceleration_mps2: 1.0
    reaction_s: 0.4
    localisation_sigma_m: 0.02
    largest_speed_mps: 1.5
robots:
  - {name: atr_1, profile: amr, frame: base_link}
"""


def state(sequence: int, *robots: RobotVerdict) -> SafetyState:
    return SafetyState(sequence=sequence, robots=list(robots))


def robot(verdict: int = RobotVerdict.CLEAR, allowed: float = 0.5, name: str = "atr_1"):
    return RobotVerdict(robot_id=name, verdict=verdict, allowed_speed=allowed)


@pytest.fixture
def permission() -> Permission:
    """Of a robot that may drive 0.5 m/s; the last state was heard at 50 ms."""
    made = Permission("atr_1", timeout_s=0.2, age_s=0.5)
    made.hear(state(10, robot()), 0.0, 0)
    made.hear(state(11, robot()), 0.0, 50 * MS)
    return made


def test_nothing_is_allowed_before_two_states_in_order():
    permission = Permission("atr_1", timeout_s=0.2, age_s=0.5)
    assert permission.speed_mps(0) == 0.0
    assert "nothing yet" in permission.no(0)
    permission.hear(state(10, robot()), 0.0, 0)
    assert permission.speed_mps(1) == 0.0
    permission.hear(state(11, robot()), 0.0, 50 * MS)
    assert permission.speed_mps(50 * MS) == 0.5
    assert permission.no(50 * MS) == ""


@pytest.mark.parametrize(("after_ms", "speed"), [(200, 0.5), (201, 0.0)])
def test_permission_lasts_as_long_as_the_timeout(permission, after_ms, speed):
    assert permission.speed_mps((50 + after_ms) * MS) == speed
    assert bool(permission.no((50 + after_ms) * MS)) is (speed == 0.0)


@pytest.mark.parametrize("sequence", [11, 10, 1])
def test_repeated_or_earlier_state_stops_until_all_was_in_order_for_the_timeout(
    permission, sequence
):
    permission.hear(state(sequence, robot()), 0.0, 100 * MS)
    assert permission.speed_mps(100 * MS) == 0.0
    assert f"state {sequence} of safety came after 11" in permission.no(100 * MS)
    for step in range(1, 6):
        permission.hear(state(sequence + step, robot()), 0.0, (100 + 50 * step) * MS)
        assert permission.speed_mps((100 + 50 * step) * MS) == (0.5 if step > 4 else 0.0)


def test_one_state_for_ever_never_permits():
    permission = Permission("atr_1", timeout_s=0.2, age_s=0.5)
    for step in range(100):
        permission.hear(state(10, robot()), 0.0, 50 * step * MS)
        assert permission.speed_mps(50 * step * MS) == 0.0


def test_two_publishers_in_turns_never_permit():
    permission = Permission("atr_1", timeout_s=0.2, age_s=0.5)
    for step in range(100):
        sequence = step if step % 2 else 1000 + step
        permission.hear(state(sequence, robot()), 0.0, 50 * step * MS)
        assert permission.speed_mps(50 * step * MS) == 0.0


@pytest.mark.parametrize("age_s", [0.501, -0.501, math.nan, math.inf])
def test_state_that_was_held_up_or_comes_from_the_future_stops(permission, age_s):
    permission.hear(state(12, robot()), age_s, 100 * MS)
    assert permission.speed_mps(100 * MS) == 0.0
    assert "clocks disagree" in permission.no(100 * MS)


@pytest.mark.parametrize("age_s", [0.5, -0.5])
def test_state_at_the_limit_of_age_counts(permission, age_s):
    permission.hear(state(12, robot(allowed=0.25)), age_s, 100 * MS)
    assert permission.speed_mps(100 * MS) == 0.25


def test_stop_holds_at_once(permission):
    permission.hear(state(12, robot(RobotVerdict.PROTECTIVE_STOP)), 0.0, 51 * MS)
    assert permission.speed_mps(51 * MS) == 0.0
    assert permission.no(51 * MS) == "safety says stop"


@pytest.mark.parametrize(
    ("robots", "speed"),
    [
        ([robot()], 0.5),
        ([robot(RobotVerdict.WARNING)], 0.5),
        ([robot(RobotVerdict.UNKNOWN)], 0.0),
        ([robot(RobotVerdict.PROTECTIVE_STOP)], 0.0),
        ([robot(77)], 0.0),
        ([], 0.0),
        ([robot(name="atr_2")], 0.0),
        ([robot(), robot()], 0.0),
    ],
)
def test_only_clear_and_warning_of_exactly_this_robot_allow_anything(robots, speed):
    allowed, no = allowed_speed(state(1, *robots), "atr_1")
    assert allowed == speed
    assert bool(no) is (speed == 0.0)


def test_site_without_this_robot_is_named():
    assert "robots: atr_2" in allowed_speed(state(1, robot(name="atr_2")), "atr_1")[1]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"robot": ""}, "parameter robot"),
        ({"state_timeout_s": 0.0}, "state_timeout_s must be > 0"),
        ({"command_timeout_s": math.inf}, "command_timeout_s must be finite"),
    ],
)
def test_settings_that_would_never_stop_are_refused(changes, named):
    with pytest.raises(ConfigurationError, match=named):
        GateSettings(**{"robot": "atr_1", **changes})


class Robot:
    """The gate of atr_1 in a graph, with somebody who commands 1 m/s, and a safety of ours."""

    def __init__(self, graph, folder, kind=Twist) -> None:
        site = folder / "site.yaml"
        site.write_text(SITE_FILE)
        self._graph, self._kind, self._sequence = graph, kind, itertools.count(1)
        self.heard = graph.listen(kind, "/cmd_vel")
        self._commands = graph.node.create_publisher(kind, "/cmd_vel_in", 1)
        self._states = graph.node.create_publisher(SafetyState, "/gpss/safety/state", 1)
        self.gate = graph.start(
            "gate_node",
            {"robot": "atr_1", "zones": str(site), "stamped": kind is TwistStamped},
        )
        self._next_s = 0.0

    def command(self) -> None:
        twist = Twist()
        twist.linear.x = 1.0
        stamped = TwistStamped(header=Header(frame_id="base_link"), twist=twist)
        self._commands.publish(twist if self._kind is Twist else stamped)

    def state(self, *robots: RobotVerdict) -> None:
        message = state(next(self._sequence), *robots)
        message.header.stamp = self._graph.node.get_clock().now().to_msg()
        self._states.publish(message)

    def every_cycle(self, *actions) -> None:
        """Act at 20 Hz, however often this is called."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + 0.05
            for action in actions:
                action()

    def drive_at(self, speed: float, *actions) -> None:
        """Act until the robot drives at a speed, and keeps to it for half a second."""
        since = None

        def kept() -> bool:
            nonlocal since
            there = bool(self.heard) and self.speed == pytest.approx(speed, abs=1e-6)
            since = (since or time.monotonic()) if there else None
            return since is not None and time.monotonic() - since > 0.5

        self._graph.until(kept, lambda: self.every_cycle(*actions))

    @property
    def speed(self) -> float:
        newest = self.heard[-1]
        return (newest if self._kind is Twist else newest.twist).linear.x

    def stops_within(self, seconds: float, *actions) -> None:
        """The last command that moves the robot comes no later than this, and zeros go on."""
        begin = moved = time.monotonic()
        self.heard.clear()

        def over() -> bool:
            nonlocal moved
            if self.heard and self.speed != 0.0:
                moved = time.monotonic()
                self.heard.clear()
            return time.monotonic() > begin + seconds + 1.0

        self._graph.until(over, lambda: self.every_cycle(*actions))
        assert moved - begin <= seconds
        assert self.heard


@pytest.fixture
def moving(graph, tmp_path) -> Robot:
    made = Robot(graph, tmp_path)
    made.drive_at(0.5, made.command, lambda: made.state(robot()))
    return made


SLACK_S = 0.5  # of a machine that does other things, too


def test_commands_are_limited_to_what_is_allowed(moving):
    moving.drive_at(0.25, moving.command, lambda: moving.state(robot(allowed=0.25)))
    moving.drive_at(1.0, moving.command, lambda: moving.state(robot(allowed=1.5)))


def test_silence_of_safety_stops_the_robot(moving):
    moving.stops_within(GateSettings(robot="a").state_timeout_s + SLACK_S, moving.command)


def test_silence_of_the_commander_stops_the_robot(moving):
    limit_s = GateSettings(robot="a").command_timeout_s + SLACK_S
    moving.stops_within(limit_s, lambda: moving.state(robot()))


@pytest.mark.parametrize(
    "said",
    [
        [robot(RobotVerdict.PROTECTIVE_STOP)],
        [robot(RobotVerdict.UNKNOWN)],
        [robot(name="somebody else")],
        [robot(allowed=math.nan)],
        [robot(allowed=math.inf)],
        [],
    ],
    ids=["stop", "unknown", "another robot", "nan", "inf", "nobody"],
)
def test_word_of_safety_stops_the_robot(moving, said):
    moving.stops_within(SLACK_S, moving.command, lambda: moving.state(*said))


def test_stamped_commands_pass_with_their_frame(graph, tmp_path):
    moving = Robot(graph, tmp_path, TwistStamped)
    moving.drive_at(0.5, moving.command, lambda: moving.state(robot()))
    assert moving.heard[-1].header.frame_id == "base_link"
    assert moving.heard[-1].header.stamp.sec > 0


SAFETY = """
import sys, time
import rclpy
from gpss_pose_ros.msg import RobotVerdict, SafetyState
rclpy.init()
node = rclpy.create_node("safety_node")
publisher = node.create_publisher(SafetyState, "/gpss/safety/state", 1)
sequence = 0
while True:
    sequence += 1
    message = SafetyState(sequence=sequence)
    message.robots = [RobotVerdict(robot_id="atr_1", allowed_speed=0.5)]
    message.header.stamp = node.get_clock().now().to_msg()
    publisher.publish(message)
    time.sleep(0.05)
"""


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL])
def test_safety_that_hangs_or_dies_stops_the_robot(graph, tmp_path, fault):
    moving = Robot(graph, tmp_path)
    program = tmp_path / "safety.py"
    program.write_text(SAFETY)
    safety = graph.run(sys.executable, str(program))
    moving.drive_at(0.5, moving.command)
    safety.popen.send_signal(fault)
    graph.forget(safety)
    try:
        moving.stops_within(GateSettings(robot="a").state_timeout_s + SLACK_S, moving.command)
    finally:
        safety.popen.kill()
        safety.popen.wait()


def test_robot_that_the_site_does_not_know_is_refused(graph, tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text(SITE_FILE)
    gate = graph.start("gate_node", {"robot": "atr_9", "zones": str(site)})
    assert gate.exit_code() == 1
    assert "unknown robot 'atr_9'; valid: atr_1" in gate.output
    graph.forget(gate)
