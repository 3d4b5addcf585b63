"""What comes in, as safety takes it: messages and transforms to persons, robots and cameras.

Stamps of the ROS clock become times of the steady clock here: what is stamped ahead of our clock is
taken to be from now, and a report says by how much it is ahead.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from builtin_interfaces.msg import Time
from nav_msgs.msg import Odometry

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import CameraStatus, Foot, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.conversions import stamp_ns
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.safety.values import CameraReport, Person, PersonsReport, Robot
from gpss_pose_ros.types import CameraState, FloatArray, require_covariance

_SHOULDERS, _HIPS = (5, 6), (11, 12)  # COCO
_KEYPOINTS = 17
_XY = (0, 1, 6, 7)  # entries of a 6x6 covariance, row by row
_LARGEST_M = 1e5  # no factory is larger: a position beyond is corrupt
_STATUSES = (PersonPose.TENTATIVE, PersonPose.CONFIRMED, PersonPose.HELD, PersonPose.LOST)


@dataclass(frozen=True)
class Clocks:
    """Both clocks at one instant, in [ns]."""

    ros_ns: int
    steady_ns: int

    def captured_ns(self, stamp: Time) -> int:
        """Return when something stamped on the ROS clock was, on the steady clock."""
        return self.steady_ns - max(0, self.ros_ns - stamp_ns(stamp))

    def ahead_s(self, stamp: Time) -> float:
        """Return by how much a stamp is ahead of our clock; negative for the past."""
        return (stamp_ns(stamp) - self.ros_ns) / 1e9


def persons_report(message: PersonPoseArray, factory_frame: str, clocks: Clocks) -> PersonsReport:
    """Return the report of a PersonPoseArray.

    Raises:
        InputError: it holds what cannot be: NaN, a negative variance, somebody twice, an unknown
            state, or another frame.
    """
    frame = message.header.frame_id
    if frame != factory_frame:
        raise InputError(
            f"persons are in frame {frame!r}, safety works in {factory_frame!r}: give both nodes"
            " the same factory_frame"
        )
    _require_once("camera", [camera.camera_id for camera in message.cameras])
    _require_once("track", [person.track_id for person in message.persons])
    there = [p for p in message.persons if _known(p).status != PersonPose.LOST]
    stamp = message.header.stamp
    return PersonsReport(
        sequence=message.sequence,
        stamp_ns=stamp_ns(stamp),
        captured_ns=clocks.captured_ns(stamp) if message.timings else None,
        ahead_s=max(clocks.ahead_s(each) for each in _believed_stamps(message, there)),
        cameras={c.camera_id: _camera_report(c, clocks) for c in message.cameras},
        persons=tuple(_person(p, clocks.captured_ns(stamp), clocks) for p in there),
    )


def planar_velocity(message: Odometry) -> FloatArray:
    """Return the velocity (3,) of an odometry's child frame, in that frame: x, y, turn rate."""
    twist = message.twist.twist
    return np.array([twist.linear.x, twist.linear.y, twist.angular.z])


def position_sigma_m(row_major: Sequence[float], name: str) -> float:
    """Return the standard deviation in the worst direction of a 6x6 pose covariance's x, y.

    Raises InputError if it is not finite, not symmetric, or has a variance below zero.
    """
    return _sigma_m([float(row_major[entry]) for entry in _XY], name)


def robot(
    robot_id: str,
    profile: RobotProfile,
    factory_from_base: Transform,
    velocity: FloatArray,
    sigma_m: float,
    captured_ns: int,
) -> Robot:
    """Return a robot.

    Args:
        robot_id: its name.
        profile: its kind.
        factory_from_base: where it is.
        velocity: (3,) x, y in [m/s] and turn rate in [rad/s], in its own frame.
        sigma_m: standard deviation of its position beyond the profile's.
        captured_ns: when it was there, steady clock.

    Raises:
        InputError: a value is not finite, or it does not stand upright.
    """
    rotation = factory_from_base.rotation
    upright = float(rotation[2, 2])
    if not upright > 0.5:
        tilt_deg = math.degrees(math.acos(max(-1.0, min(1.0, upright))))
        raise InputError(f"it is tilted by {tilt_deg:.0f} degrees")
    position_m = factory_from_base.translation[:2]
    _require_in_factory([position_m.tolist()], "it")
    yaw_rad = math.atan2(rotation[1, 0], rotation[0, 0])
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    vx, vy, turn_rate = velocity.tolist()
    return Robot(
        robot_id=robot_id,
        profile=profile,
        position_m=position_m,
        yaw_rad=yaw_rad,
        velocity_mps=np.array([cos * vx - sin * vy, sin * vx + cos * vy]),
        turn_rate_radps=turn_rate,
        sigma_m=sigma_m,
        captured_ns=captured_ns,
    )


def _person(message: PersonPose, looked_ns: int, clocks: Clocks) -> Person:
    """Return a person; `looked_ns` is when cameras last looked for those they do not see."""
    who = f"person {message.track_id}"
    held = message.status == PersonPose.HELD
    feet = [f for f in (message.left_foot, message.right_foot) if f.source != Foot.OCCLUDED]
    placed = [
        (message.position, message.position_covariance),
        (message.predicted_position, message.predicted_covariance),
        *((foot.position, foot.covariance) for foot in feet),
    ]
    shoulders, hips = (_keypoints(message, indices) for indices in (_SHOULDERS, _HIPS))
    points_m = [[p.x, p.y] for p, _ in placed] + shoulders + hips
    _require_in_factory(points_m, who)
    return Person(
        track_id=message.track_id,
        held=held,
        points_m=np.array(points_m),
        sigma_m=max(_sigma_m(spread.tolist(), who) for _, spread in placed),
        speed_mps=math.hypot(message.velocity.x, message.velocity.y),
        shoulders_known=len(shoulders) == len(_SHOULDERS),
        captured_ns=looked_ns if held else clocks.captured_ns(message.capture_stamp),
    )


def _keypoints(message: PersonPose, indices: Iterable[int]) -> list[list[float]]:
    """Return x, y of those keypoints that are known: NaN says that one is not."""
    if len(message.keypoints) != _KEYPOINTS:
        raise InputError(
            f"person {message.track_id} has {len(message.keypoints)} keypoints, not {_KEYPOINTS}"
        )
    positions = [message.keypoints[index].position for index in indices]
    return [[p.x, p.y] for p in positions if not (math.isnan(p.x) or math.isnan(p.y))]


def _camera_report(message: CameraStatus, clocks: Clocks) -> CameraReport:
    try:
        state = CameraState(message.state)
    except ValueError:
        raise InputError(f"camera {message.camera_id} has unknown state {message.state}") from None
    never = state is CameraState.MISSING
    captured_ns = None if never else clocks.captured_ns(message.last_stamp)
    return CameraReport(state, captured_ns, message.unplaced, message.moved)


def _believed_stamps(message: PersonPoseArray, persons: Iterable[PersonPose]) -> Iterator[Time]:
    """Yield every stamp that something is judged by; a camera that is not OK counts for nothing."""
    yield message.header.stamp
    yield message.publish_stamp
    yield from (person.capture_stamp for person in persons)
    yield from (c.last_stamp for c in message.cameras if c.state == CameraStatus.OK)


def _known(person: PersonPose) -> PersonPose:
    """Return the person; InputError if the status is none that we know."""
    if person.status not in _STATUSES:
        raise InputError(f"person {person.track_id} has unknown status {person.status}")
    return person


def _sigma_m(row_major: list[float], name: str) -> float:
    """Return the square root of the larger eigenvalue of a covariance of x, y."""
    require_covariance(row_major, f"{name}: covariance", 2)
    a, b, _, d = row_major
    return math.sqrt((a + d) / 2.0 + math.hypot((a - d) / 2.0, b))


def _require_in_factory(points_m: list[list[float]], name: str) -> None:
    """Raise InputError for a position that is not finite, or farther away than any floor."""
    for x, y in points_m:
        if not (abs(x) <= _LARGEST_M and abs(y) <= _LARGEST_M):
            raise InputError(f"{name} cannot be at {points_m}")


def _require_once(what: str, names: Sequence[object]) -> None:
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{what} {', '.join(twice)} is there twice")
