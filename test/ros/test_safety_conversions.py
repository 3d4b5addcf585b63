"""Messages to what safety takes, and its answers to messages, without a graph."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import Point, Vector3
from hypothesis import given, settings
from hypothesis import strategies as st

from gpss_pose_ros.errors import GpssError, InputError
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.msg import (
    CameraStatus,
    Foot,
    Keypoint,
    PersonPose,
    PersonPoseArray,
    SafetyState,
    StageTiming,
)
from gpss_pose_ros.msg import RobotVerdict as RobotVerdictMessage
from gpss_pose_ros.nodes import safety_conversions
from gpss_pose_ros.nodes.conversions import time_message
from gpss_pose_ros.nodes.safety_conversions import Clocks, persons_report
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import RobotProfile
from gpss_pose_ros.safety.values import Verdict
from gpss_pose_ros.types import CameraState

SECOND = 1_000_000_000
CLOCKS = Clocks(ros_ns=1_000 * SECOND, steady_ns=50 * SECOND)
AMR = RobotProfile("amr", ((-0.5, -0.3), (0.5, -0.3), (0.5, 0.3), (-0.5, 0.3)), 1.0, 0.4, 0.02, 1.5)
ALWAYS_THE_SAME = settings(derandomize=True, deadline=None, max_examples=50)
angles = st.floats(-math.pi, math.pi)
places = st.floats(-50.0, 50.0)


def stamp(before_s: float):
    return time_message(CLOCKS.ros_ns - round(before_s * SECOND))


def foot(x: float, y: float, sigma_m: float = 0.05, source: int = Foot.OBSERVED) -> Foot:
    covariance = [sigma_m**2, 0.0, 0.0, sigma_m**2]
    return Foot(position=Point(x=x, y=y), covariance=covariance, source=source)


def person(**changes) -> PersonPose:
    nowhere = Point(x=math.nan, y=math.nan, z=math.nan)
    message = PersonPose(
        track_id=7,
        status=PersonPose.CONFIRMED,
        position=Point(x=1.0, y=2.0),
        position_covariance=[0.01, 0.0, 0.0, 0.01],
        velocity=Vector3(x=0.6, y=-0.8),
        predicted_position=Point(x=1.1, y=1.9),
        predicted_covariance=[0.02, 0.0, 0.0, 0.02],
        left_foot=foot(0.9, 2.0),
        right_foot=foot(1.1, 2.0),
        keypoints=[Keypoint(position=nowhere) for _ in range(17)],
        capture_stamp=stamp(0.2),
    )
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def array(*persons: PersonPose, **changes) -> PersonPoseArray:
    message = PersonPoseArray(
        publish_stamp=stamp(0.05),
        sequence=12,
        cameras=[CameraStatus(camera_id="west", last_stamp=stamp(0.2))],
        persons=list(persons),
        timings=[StageTiming(stage="fusion")],
    )
    message.header.frame_id = "factory"
    message.header.stamp = stamp(0.25)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def report(*persons: PersonPose, **changes):
    return persons_report(array(*persons, **changes), "factory", CLOCKS)


def test_stamps_become_times_of_the_steady_clock():
    told = report(person())
    assert told.sequence == 12
    assert told.stamp_ns == CLOCKS.ros_ns - SECOND // 4
    assert told.captured_ns == CLOCKS.steady_ns - SECOND // 4
    assert told.cameras["west"].captured_ns == CLOCKS.steady_ns - SECOND // 5
    assert told.persons[0].captured_ns == CLOCKS.steady_ns - SECOND // 5
    assert told.ahead_s == -0.05


def test_a_report_without_images_has_no_capture():
    assert report(timings=[]).captured_ns is None


@pytest.mark.parametrize("where", ["header", "publish_stamp", "person", "camera"])
def test_a_stamp_ahead_of_our_clock_is_told_and_counts_as_now(where):
    message, ahead = array(person()), stamp(-3.0)
    if where == "header":
        message.header.stamp = ahead
    elif where == "publish_stamp":
        message.publish_stamp = ahead
    elif where == "person":
        message.persons[0].capture_stamp = ahead
    else:
        message.cameras[0].last_stamp = ahead
    told = persons_report(message, "factory", CLOCKS)
    assert told.ahead_s == 3.0
    times = (told.captured_ns, told.cameras["west"].captured_ns, told.persons[0].captured_ns)
    assert max(times) <= CLOCKS.steady_ns


def test_a_camera_that_is_not_believed_does_not_make_the_report_one_from_the_future():
    broken = CameraStatus(
        camera_id="west", state=CameraStatus.BAD_IMAGE, last_stamp=stamp(-9.0), reason="its clock"
    )
    told = report(cameras=[broken])
    assert told.ahead_s < 0.0
    assert told.cameras["west"].state is CameraState.BAD_IMAGE


def test_what_a_camera_contributed():
    cameras = [
        CameraStatus(camera_id="west", last_stamp=stamp(0.1), unplaced=2, moved=True),
        CameraStatus(camera_id="east", state=CameraStatus.MISSING),
    ]
    told = report(cameras=cameras).cameras
    assert (told["west"].unplaced, told["west"].moved) == (2, True)
    assert (told["east"].state, told["east"].captured_ns) == (CameraState.MISSING, None)


def test_a_person_is_everywhere_it_is_known_to_be():
    message = person()
    for index, (x, y) in {5: (0.8, 2.1), 6: (1.2, 2.1), 12: (1.05, 2.0)}.items():
        message.keypoints[index].position = Point(x=x, y=y, z=1.4)
    message.keypoints[9].position = Point(x=5.0, y=5.0, z=1.0)  # a wrist: the reach covers it
    (told,) = report(message).persons
    expected = [(1, 2), (1.1, 1.9), (0.9, 2), (1.1, 2), (0.8, 2.1), (1.2, 2.1), (1.05, 2.0)]
    assert told.points_m.tolist() == [list(map(float, point)) for point in expected]
    assert told.shoulders_known
    assert told.speed_mps == pytest.approx(1.0)
    assert (told.track_id, told.held) == (7, False)


def test_one_shoulder_does_not_tell_where_both_are():
    message = person()
    message.keypoints[5].position = Point(x=0.8, y=2.1, z=1.4)
    (told,) = report(message).persons
    assert not told.shoulders_known
    assert len(told.points_m) == 5


def test_the_least_certain_point_counts_in_its_worst_direction():
    """Variances 1 and 9 along axes turned by 30 degrees."""
    turn = np.array([[math.cos(0.5), -math.sin(0.5)], [math.sin(0.5), math.cos(0.5)]])
    spread = turn @ np.diag([1.0, 9.0]) @ turn.T
    for name in ("position_covariance", "predicted_covariance"):
        (told,) = report(person(**{name: spread.ravel()})).persons
        assert told.sigma_m == pytest.approx(3.0)
    (told,) = report(person(left_foot=foot(1.0, 1.0, sigma_m=0.7))).persons
    assert told.sigma_m == pytest.approx(0.7)


def test_a_foot_that_nobody_sees_says_nothing():
    guess = foot(1.0, 2.0, sigma_m=0.5, source=Foot.OCCLUDED)
    (told,) = report(person(left_foot=guess)).persons
    assert len(told.points_m) == 3
    assert told.sigma_m == pytest.approx(math.sqrt(0.02))


def test_who_is_held_is_as_old_as_the_last_look_and_who_is_lost_is_gone():
    held = person(track_id=1, status=PersonPose.HELD, capture_stamp=stamp(9.0))
    lost = person(track_id=2, status=PersonPose.LOST)
    (told,) = report(held, lost).persons
    assert (told.track_id, told.held) == (1, True)
    assert told.captured_ns == CLOCKS.steady_ns - SECOND // 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position": Point(x=math.nan, y=0.0)}, "person 7"),
        ({"position": Point(x=math.inf, y=0.0)}, "person 7"),
        ({"predicted_position": Point(x=0.0, y=1e9)}, "person 7"),
        ({"left_foot": foot(math.nan, 0.0)}, "person 7"),
        ({"right_foot": foot(0.0, -math.inf)}, "person 7"),
        ({"velocity": Vector3(x=math.nan)}, "speed_mps"),
        ({"velocity": Vector3(y=math.inf)}, "speed_mps"),
        ({"position_covariance": [math.nan, 0.0, 0.0, 1.0]}, "covariance"),
        ({"position_covariance": [1.0, 0.5, 0.0, 1.0]}, "symmetric"),
        ({"predicted_covariance": [-1.0, 0.0, 0.0, 1.0]}, "semi-definite"),
        ({"predicted_covariance": [1.7e308, 0.0, 0.0, 1.7e308]}, "covariance"),
        ({"left_foot": foot(0.0, 0.0, sigma_m=math.inf)}, "covariance"),
        ({"status": 4}, "status 4"),
        ({"keypoints": []}, "keypoints"),
    ],
)
def test_a_person_who_cannot_be_makes_the_report_invalid(changes, words):
    with pytest.raises(InputError, match=words):
        report(person(**changes))


def test_a_keypoint_at_infinity_makes_the_report_invalid():
    message = person()
    message.keypoints[11].position = Point(x=math.inf, y=0.0)
    with pytest.raises(InputError, match="person 7"):
        report(message)


def test_a_report_that_contradicts_itself_is_invalid():
    with pytest.raises(InputError, match="track 7 is there twice"):
        report(person(), person())
    with pytest.raises(InputError, match="camera west is there twice"):
        report(cameras=[CameraStatus(camera_id="west")] * 2)
    with pytest.raises(InputError, match="unknown state 9"):
        report(cameras=[CameraStatus(camera_id="west", state=9)])
    with pytest.raises(InputError, match="'hall'"):
        persons_report(array(), "hall", CLOCKS)


def robot(place: Transform, velocity=(0.0, 0.0, 0.0), sigma_m: float = 0.0):
    return safety_conversions.robot("atr", AMR, place, np.array(velocity), sigma_m, 5)


@ALWAYS_THE_SAME
@given(places, places, angles, st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.floats(-2.0, 2.0))
def test_a_robot_is_where_it_says_and_its_velocity_is_turned_with_it(x, y, yaw, vx, vy, turn):
    told = robot(Transform.from_rotation_vector([0.0, 0.0, yaw], [x, y, 0.3]), (vx, vy, turn))
    np.testing.assert_allclose(told.position_m, [x, y])
    assert math.remainder(told.yaw_rad - yaw, math.tau) == pytest.approx(0.0, abs=1e-9)
    along = np.array([math.cos(yaw), math.sin(yaw)])
    left = np.array([-along[1], along[0]])
    np.testing.assert_allclose(told.velocity_mps, vx * along + vy * left, atol=1e-9)
    assert (told.turn_rate_radps, told.captured_ns) == (turn, 5)


@pytest.mark.parametrize(
    ("place", "velocity", "words"),
    [
        (Transform.from_rotation_vector([2.0, 0.0, 0.0], [0.0, 0.0, 0.0]), (0, 0, 0), "tilted"),
        (Transform.from_rotation_vector([0.0, 0.0, 0.0], [1e7, 0.0, 0.0]), (0, 0, 0), "1000"),
        (Transform.identity(), (math.nan, 0, 0), "velocity_mps"),
        (Transform.identity(), (0, math.inf, 0), "velocity_mps"),
        (Transform.identity(), (0, 0, math.nan), "turn_rate_radps"),
    ],
)
def test_a_robot_that_cannot_be_is_refused(place, velocity, words):
    with pytest.raises(InputError, match=words):
        robot(place, velocity)


def test_only_the_floor_part_of_a_pose_covariance_counts():
    matrix = np.diag([0.04, 0.09, 1e6, 1e6, 1e6, 1e6])
    assert safety_conversions.position_sigma_m(matrix.ravel(), "pose") == pytest.approx(0.3)
    assert safety_conversions.position_sigma_m(np.zeros(36), "pose") == 0.0
    for wrong in (math.nan, math.inf, -1.0):
        matrix[0, 0] = wrong
        with pytest.raises(GpssError, match="pose"):
            safety_conversions.position_sigma_m(matrix.ravel(), "pose")


def test_constants_of_messages_are_those_of_the_core():
    for verdict in Verdict:
        assert getattr(SafetyState, verdict.name) == verdict
        assert getattr(RobotVerdictMessage, verdict.name) == verdict
    for cause in Cause:
        if cause:
            assert getattr(SafetyState, cause.name) == cause
