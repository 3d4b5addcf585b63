"""Listens to a simulated graph with safety_node in it: what safety says, and where robots are.

It also is the operator who resets a latch: in a demo nobody else is there to do it.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np
from nav_msgs.msg import OccupancyGrid, Odometry
from rclpy.task import Future
from std_srvs.srv import Trigger

from gpss_pose_ros.evaluation.safety_record import SaidInstant, SeenFloor, TrueBody, TrueScene
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import RobotVerdict as RobotVerdictMessage
from gpss_pose_ros.msg import SafetyState, SafetyZoneArray
from gpss_pose_ros.msg import SafetyZone as SafetyZoneMessage
from gpss_pose_ros.nodes import safety_conversions
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.nodes.demo_listener import DemoListener
from gpss_pose_ros.nodes.listener import EVERYTHING, LATCHED, Subscription
from gpss_pose_ros.nodes.safety_messages import SEEN
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import RobotEntry
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Verdict, Zone

_RESET_S = 1.0


class SafetyListener(DemoListener):
    """Keeps what safety says beside what DemoListener keeps.

    Attributes:
        state: the newest SafetyState, None before the first.
        resets: how often a latch was opened.
    """

    def __init__(self, robots: Iterable[RobotEntry]) -> None:
        """Listen to the odometry of `robots`."""
        super().__init__()
        self.state: SafetyState | None = None
        self.resets = 0
        self._entries = tuple(robots)
        self._floor: SeenFloor | None = None
        self._said: dict[int, SaidInstant] = {}  # both by sequence, to be brought together
        self._zones: dict[int, tuple[Zone, ...]] = {}
        self._robots: dict[int, list[Robot]] = {}  # by stamp

    def __enter__(self) -> "SafetyListener":
        super().__enter__()
        self._reset = self._node.create_client(Trigger, "/safety_node/reset")
        self._node.create_timer(_RESET_S, self._open_latch)
        return self

    def said(self) -> tuple[SaidInstant, ...]:
        """Return every cycle of which both state and zones were heard."""
        return tuple(
            replace(instant, zones=self._zones[sequence])
            for sequence, instant in list(self._said.items())  # a copy: the listener adds to it
            if sequence in self._zones
        )

    def scenes(self) -> tuple[TrueScene, ...]:
        """Return who and what was where at every instant that was rendered, by capture stamp."""
        return tuple(
            TrueScene(stamp, tuple(map(TrueBody.of, persons)), tuple(self._robots.get(stamp, ())))
            for stamp, persons in self.truth_by_stamp().items()
        )

    def _subscriptions(self) -> tuple[Subscription, ...]:
        return (
            *super()._subscriptions(),
            (SafetyState, "/gpss/safety/state", self._on_state, EVERYTHING),
            (SafetyZoneArray, "/gpss/safety/zones", self._on_zones, EVERYTHING),
            (OccupancyGrid, "/gpss/safety/coverage", self._on_coverage, LATCHED),
            *(
                (Odometry, entry.odometry, partial(self._on_odometry, entry), EVERYTHING)
                for entry in self._entries
            ),
        )

    def _on_state(self, message: SafetyState) -> None:
        self.state = message
        self._said[message.sequence] = SaidInstant(
            stamp_ns(message.header.stamp),
            tuple(_verdict(verdict) for verdict in message.robots),
            (),
            self._floor,
            Cause(message.causes),
        )

    def _on_zones(self, message: SafetyZoneArray) -> None:
        self._zones[message.sequence] = tuple(_zone(zone) for zone in message.zones)

    def _on_coverage(self, message: OccupancyGrid) -> None:
        info = message.info
        cells = np.array(message.data, dtype=np.int8).reshape(info.height, info.width)
        low_m = info.origin.position.x, info.origin.position.y
        self._floor = SeenFloor(low_m, info.resolution, cells == SEEN)

    def _on_odometry(self, entry: RobotEntry, message: Odometry) -> None:
        stamp = stamp_ns(message.header.stamp)
        self._robots.setdefault(stamp, []).append(_robot(entry, message, stamp))

    def _open_latch(self) -> None:
        """Reset, as an operator would; what still is wrong keeps the latch closed."""
        if self.state is not None and self.state.latched and self._reset.service_is_ready():
            answer = self._reset.call_async(Trigger.Request())
            answer.add_done_callback(self._on_reset)

    def _on_reset(self, answer: Future) -> None:
        self.resets += answer.result().success


def _verdict(message: RobotVerdictMessage) -> RobotVerdict:
    return RobotVerdict(
        robot_id=message.robot_id,
        verdict=Verdict(message.verdict),
        reason=message.reason,
        track_ids=tuple(message.track_ids),
        distance_m=message.distance,
        allowed_speed_mps=message.allowed_speed,
        speed_mps=message.speed,
        terms=None,
        age_s=message.age,
    )


def _zone(message: SafetyZoneMessage) -> Zone:
    return Zone(
        track_id=message.track_id,
        held=message.held,
        core_m=np.array([[corner.x, corner.y] for corner in message.core]),
        reach_m=message.reach_radius,
        separation_m=message.separation_radius,
        age_s=message.age,
    )


def _robot(entry: RobotEntry, message: Odometry, stamp: int) -> Robot:
    """Return a simulated robot, whose odometry is the truth."""
    place, turn = message.pose.pose.position, message.pose.pose.orientation
    factory_from_base = Transform.from_quaternion(
        [turn.x, turn.y, turn.z, turn.w], [place.x, place.y, place.z]
    )
    velocity = safety_conversions.planar_velocity(message)
    return safety_conversions.robot(
        entry.name, entry.profile, factory_from_base, velocity, 0.0, stamp
    )
