import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpss_pose_ros.safety.clock import ClockWatch

MS = 1_000_000
ROS_NS = 1_700_000_000_000_000_000


def test_the_first_look_has_nothing_to_compare_with():
    assert ClockWatch(0.2).jump_s(ROS_NS, 5) == 0.0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("moved_ns", "jumped"), [(200 * MS, False), (200 * MS + 1, True)])
def test_a_clock_may_move_by_exactly_so_much(moved_ns, jumped, sign):
    watch = ClockWatch(0.2)
    watch.jump_s(ROS_NS, 0)
    jump_s = watch.jump_s(ROS_NS + 25 * MS + sign * moved_ns, 25 * MS)
    assert jump_s == (pytest.approx(sign * 0.2) if jumped else 0.0)


def test_a_jump_is_told_once():
    watch = ClockWatch(0.2)
    watch.jump_s(ROS_NS, 0)
    assert watch.jump_s(ROS_NS - 3_000 * MS, 0) == -3.0
    assert watch.jump_s(ROS_NS - 3_000 * MS, 0) == 0.0


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=20).map(sorted))
def test_however_long_nobody_looks_a_clock_that_goes_right_does_not_jump(looks_ns):
    watch = ClockWatch(0.0)
    assert {watch.jump_s(ROS_NS + now_ns, now_ns) for now_ns in looks_ns} == {0.0}
