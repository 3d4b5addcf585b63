"""What a tf2_ros buffer promises: passes with the overlay and with the real package."""

import itertools
import math
import threading

import numpy as np
import pytest
import tf2_ros
from geometry_msgs.msg import TransformStamped
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.duration import Duration
from rclpy.time import Time
from tf2_ros import (
    Buffer,
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TransformException,
)

law = settings(derandomize=True, deadline=None)
LATEST = Time()
ORIGIN = (0.0, 0.0, 0.0)


def at(seconds: float) -> Time:
    return Time(nanoseconds=round(seconds * 1e9))


def transform(
    parent: str,
    child: str,
    seconds: float = 0.0,
    xyz: tuple[float, float, float] = ORIGIN,
    yaw: float = 0.0,
) -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    message.header.stamp = at(seconds).to_msg()
    t, q = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z = xyz
    q.z, q.w = math.sin(yaw / 2), math.cos(yaw / 2)
    return message


def static(*messages: TransformStamped) -> Buffer:
    buffer = Buffer()
    for message in messages:
        buffer.set_transform_static(message, "test")
    return buffer


def moving(*messages: TransformStamped, **options: object) -> Buffer:
    buffer = Buffer(**options)
    for message in messages:
        buffer.set_transform(message, "test")
    return buffer


def matrix(message: TransformStamped) -> np.ndarray:
    """Return the 4x4 matrix of a transform."""
    t, q = message.transform.translation, message.transform.rotation
    v = np.array([q.x, q.y, q.z])
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    result = np.eye(4)
    result[:3, :3] = np.eye(3) + 2 * q.w * cross + 2 * cross @ cross
    result[:3, 3] = t.x, t.y, t.z
    return result


def x_of(message: TransformStamped) -> float:
    return message.transform.translation.x


def yaw_of(message: TransformStamped) -> float:
    q = message.transform.rotation
    return math.remainder(2 * math.atan2(q.z, q.w), math.tau)


def stamp_s(message: TransformStamped) -> float:
    return Time.from_msg(message.header.stamp).nanoseconds / 1e9


def test_exceptions_have_one_base() -> None:
    names = ["Connectivity", "Extrapolation", "InvalidArgument", "Lookup", "Timeout"]
    for name in names:
        error = getattr(tf2_ros, f"{name}Exception")
        assert issubclass(error, TransformException)
        assert error.__bases__ == (TransformException,)


@pytest.mark.parametrize("module", ["buffer", "transform_listener", "transform_broadcaster"])
def test_classes_are_also_found_in_their_modules(module: str) -> None:
    name = "".join(part.title() for part in module.split("_"))
    assert getattr(getattr(tf2_ros, module), name) is getattr(tf2_ros, name)


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 5.0, 1e9])
def test_a_static_transform_holds_at_any_time(seconds: float) -> None:
    found = static(transform("factory", "camera", 7.0, (1, 2, 3))).lookup_transform(
        "factory", "camera", at(seconds)
    )
    assert (found.header.frame_id, found.child_frame_id) == ("factory", "camera")
    assert stamp_s(found) == seconds
    assert x_of(found) == pytest.approx(1.0)


poses = st.tuples(
    st.tuples(*[st.floats(-10, 10)] * 3),
    st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: math.hypot(*q) > 0.1),
)


@law
@given(st.lists(st.tuples(st.integers(0, 100), poses), min_size=1, max_size=7))
def test_any_two_frames_of_a_tree(links: list) -> None:
    buffer, root_from = Buffer(), [np.eye(4)]
    for child, (choice, (xyz, q)) in enumerate(links, start=1):
        parent = choice % child
        message = transform(f"f{parent}", f"f{child}", 0.0, xyz)
        r = message.transform.rotation
        r.x, r.y, r.z, r.w = np.array(q) / np.linalg.norm(q)
        buffer.set_transform_static(message, "test")
        root_from.append(root_from[parent] @ matrix(message))
    for target, source in itertools.product(range(len(root_from)), repeat=2):
        found = matrix(buffer.lookup_transform(f"f{target}", f"f{source}", LATEST))
        expected = np.linalg.inv(root_from[target]) @ root_from[source]
        np.testing.assert_allclose(found, expected, atol=1e-9)


@law
@given(st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.floats(0.0, 1.0))
def test_interpolation_is_linear_and_takes_the_short_way_round(
    start: float, turn: float, fraction: float
) -> None:
    buffer = moving(
        transform("factory", "robot", 10.0, (1, 0, 0), start),
        transform("factory", "robot", 12.0, (5, 0, 0), start + turn),
    )
    found = buffer.lookup_transform("factory", "robot", at(10.0 + 2.0 * fraction))
    assert x_of(found) == pytest.approx(1.0 + 4.0 * fraction, abs=1e-6)
    off = math.remainder(yaw_of(found) - start - turn * fraction, math.tau)
    assert off == pytest.approx(0.0, abs=1e-6)


@law
@given(st.permutations([1.0, 2.0, 3.0, 4.0]), st.floats(1.0, 4.0))
def test_the_order_of_arrival_does_not_matter(order: list[float], seconds: float) -> None:
    buffer = moving(*(transform("factory", "robot", s, (s * s, 0, 0)) for s in order))
    low = min(math.floor(seconds), 3)
    expected = low**2 + (seconds - low) * (2 * low + 1)
    found = buffer.lookup_transform("factory", "robot", at(seconds))
    assert x_of(found) == pytest.approx(expected, abs=1e-6)


def test_time_zero_is_the_latest_time_common_to_all_moving_links() -> None:
    buffer = moving(
        transform("odom", "base", 1.0, (0, 0, 0)),
        transform("odom", "base", 3.0, (2, 0, 0)),
        transform("base", "arm", 1.0),
        transform("base", "arm", 2.0),
    )
    buffer.set_transform_static(transform("factory", "odom", 0.5), "test")
    found = buffer.lookup_transform("factory", "arm", LATEST)
    assert stamp_s(found) == 2.0
    assert x_of(found) == pytest.approx(1.0)
    assert stamp_s(buffer.lookup_transform("arm", "factory", LATEST)) == 2.0
    assert stamp_s(buffer.lookup_transform("factory", "odom", LATEST)) == 0.0
    assert stamp_s(buffer.lookup_transform("arm", "arm", LATEST)) == 2.0


@pytest.mark.parametrize(
    ("stamps", "asked", "said"),
    [((1, 2), 2.5, "future"), ((1, 2), 0.5, "past"), ((1,), 1.5, "only"), ((1,), 0.5, "only")],
)
def test_no_extrapolation(stamps: tuple, asked: float, said: str) -> None:
    buffer = moving(*(transform("factory", "robot", s) for s in stamps))
    for target, source in itertools.permutations(["factory", "robot"]):
        with pytest.raises(ExtrapolationException, match=said):
            buffer.lookup_transform(target, source, at(asked))
    assert stamp_s(buffer.lookup_transform("factory", "robot", at(stamps[-1]))) == stamps[-1]


def test_a_gap_above_the_common_frame_is_no_gap() -> None:
    buffer = moving(transform("factory", "base", 1.0))
    for child in ("left", "right"):
        buffer.set_transform_static(transform("base", child, 0.0, (1, 0, 0)), "test")
    assert x_of(buffer.lookup_transform("left", "right", at(9.0))) == pytest.approx(0.0)
    assert x_of(buffer.lookup_transform("base", "right", at(9.0))) == pytest.approx(1.0)
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("factory", "right", at(9.0))


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_frames_of_different_trees_are_not_connected(seconds: float) -> None:
    buffer = static(transform("factory", "camera"), transform("lab", "bench"))
    with pytest.raises(ConnectivityException, match=r"camera.*bench|bench.*camera"):
        buffer.lookup_transform("camera", "bench", at(seconds))


@pytest.mark.parametrize(
    ("target", "source", "error", "said"),
    [
        ("factory", "nowhere", LookupException, "nowhere"),
        ("nowhere", "factory", LookupException, "nowhere"),
        ("", "factory", InvalidArgumentException, "empty"),
        ("factory", "/camera", InvalidArgumentException, "/camera"),
    ],
)
def test_bad_frame_names(target: str, source: str, error: type, said: str) -> None:
    buffer = static(transform("factory", "camera"))
    with pytest.raises(error, match=said):
        buffer.lookup_transform(target, source, LATEST)
    assert not buffer.can_transform(target, source, LATEST)


def test_a_frame_in_itself_is_the_identity_even_if_unknown() -> None:
    found = Buffer().lookup_transform("anything", "anything", at(3.0))
    np.testing.assert_array_equal(matrix(found), np.eye(4))
    assert stamp_s(found) == 3.0


def test_a_leading_slash_is_dropped_when_a_transform_comes_in() -> None:
    buffer = static(transform("/factory", "/camera", 0.0, (1, 0, 0)))
    assert x_of(buffer.lookup_transform("factory", "camera", LATEST)) == pytest.approx(1.0)


def with_rotation(x: float, y: float, z: float, w: float) -> TransformStamped:
    message = transform("factory", "camera")
    r = message.transform.rotation
    r.x, r.y, r.z, r.w = x, y, z, w
    return message


@pytest.mark.parametrize(
    "bad",
    [
        transform("factory", "factory"),
        transform("", "camera"),
        transform("factory", ""),
        transform("factory", "camera", 0.0, (math.nan, 0, 0)),
        with_rotation(0, 0, 0, 0),
        with_rotation(0, math.nan, 0, 1),
    ],
)
def test_bad_transforms_are_ignored(bad: TransformStamped) -> None:
    with pytest.raises(LookupException):
        static(bad).lookup_transform("factory", "camera", LATEST)


@pytest.mark.parametrize("length", [0.5, 0.999, 3.0])
def test_a_quaternion_of_any_length_is_normalised(length: float) -> None:
    buffer = static(with_rotation(0, 0, 0.6 * length, 0.8 * length))
    found = buffer.lookup_transform("factory", "camera", LATEST)
    r = found.transform.rotation
    assert (r.x, r.y, r.z, r.w) == pytest.approx((0, 0, 0.6, 0.8), abs=1e-12)


@pytest.mark.parametrize(("options", "seconds"), [({}, 10.0), ({"cache_time": 2.0}, 2.0)])
def test_old_transforms_are_forgotten(options: dict, seconds: float) -> None:
    cache_time = {name: Duration(seconds=value) for name, value in options.items()}
    stamps = (100.0, 100.5 + seconds, 101.0 + seconds)
    buffer = moving(*(transform("factory", "robot", s) for s in stamps), **cache_time)
    with pytest.raises(ExtrapolationException, match="past"):
        buffer.lookup_transform("factory", "robot", at(100.2))
    buffer.set_transform(transform("factory", "robot", 100.1), "test")
    with pytest.raises(ExtrapolationException, match="past"):
        buffer.lookup_transform("factory", "robot", at(100.2))
    assert buffer.can_transform("factory", "robot", at(100.7 + seconds))


def test_a_static_transform_is_replaced_by_the_next() -> None:
    buffer = static(transform("factory", "camera", 0.0, (1, 0, 0)))
    buffer.set_transform_static(transform("factory", "camera", 0.0, (2, 0, 0)), "test")
    assert x_of(buffer.lookup_transform("factory", "camera", at(1.0))) == pytest.approx(2.0)


def test_a_static_frame_that_starts_to_move_has_only_its_motion() -> None:
    buffer = static(transform("factory", "camera", 0.0, (1, 0, 0)))
    buffer.set_transform(transform("factory", "camera", 5.0, (2, 0, 0)), "test")
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("factory", "camera", at(4.0))


def test_a_frame_may_change_its_parent() -> None:
    buffer = moving(
        transform("shelf", "box", 1.0, (1, 0, 0)), transform("robot", "box", 2.0, (2, 0, 0))
    )
    assert x_of(buffer.lookup_transform("shelf", "box", at(1.9))) == pytest.approx(1.0)
    assert x_of(buffer.lookup_transform("robot", "box", LATEST)) == pytest.approx(2.0)
    with pytest.raises(TransformException):
        buffer.lookup_transform("robot", "box", at(1.9))


def test_a_loop_is_an_error_not_a_hang() -> None:
    buffer = static(transform("a", "b"), transform("b", "a"), transform("c", "d"))
    with pytest.raises(LookupException, match="loop"):
        buffer.lookup_transform("c", "a", at(1.0))


def test_clear_forgets_what_moves_and_keeps_what_does_not() -> None:
    buffer = moving(transform("factory", "robot", 1.0))
    buffer.set_transform_static(transform("factory", "camera"), "test")
    buffer.clear()
    assert buffer.can_transform("factory", "camera", at(1.0))
    assert not buffer.can_transform("factory", "robot", LATEST)
    with pytest.raises(ExtrapolationException):
        buffer.lookup_transform("factory", "robot", at(1.0))


def test_can_transform_says_why_not() -> None:
    buffer = moving(transform("factory", "robot", 1.0), transform("factory", "robot", 2.0))
    assert buffer.can_transform("factory", "robot", at(1.5))
    able, why = buffer.can_transform("factory", "robot", at(2.5), return_debug_tuple=True)
    assert not able
    assert "future" in why


def test_a_wait_ends_when_the_transform_comes() -> None:
    buffer = moving(transform("factory", "robot", 1.0))
    late = threading.Timer(
        0.1, buffer.set_transform, (transform("factory", "robot", 3.0, (2, 0, 0)), "test")
    )
    late.start()
    found = buffer.lookup_transform("factory", "robot", at(2.0), Duration(seconds=30))
    late.join()
    assert x_of(found) == pytest.approx(1.0)


def test_a_wait_in_vain_raises_the_reason() -> None:
    with pytest.raises(LookupException, match="factory"):
        Buffer().lookup_transform("factory", "robot", at(1.0), timeout=Duration(seconds=0.05))


def test_reading_while_others_write() -> None:
    buffer = moving(transform("factory", "robot", 1.0, (1, 0, 0)))
    buffer.set_transform_static(transform("robot", "arm"), "test")
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            found = buffer.lookup_transform("factory", "arm", LATEST)
            if abs(x_of(found) - stamp_s(found)) > 1e-6:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(1000):
        seconds = 1.0 + n * 0.05
        buffer.set_transform(transform("factory", "robot", seconds, (seconds, 0, 0)), "test")
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
