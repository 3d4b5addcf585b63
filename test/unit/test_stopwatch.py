"""Time by stage adds up, whatever happens inside."""

import pytest

from gpss_pose_ros.stopwatch import Stopwatch


def test_stages_add_up_in_the_order_they_began():
    watch = Stopwatch()
    watch.add("detect", 5)
    watch.add("pose", 7)
    watch.add("detect", 6)
    assert list(watch.stages_ns.items()) == [("detect", 11), ("pose", 7)]


def test_a_stage_takes_the_time_spent_inside():
    watch = Stopwatch()
    with watch.stage("outer"), watch.stage("inner"):
        sum(range(1000))
    assert 0 < watch.stages_ns["inner"] <= watch.stages_ns["outer"]


def test_a_stage_that_fails_is_measured_too():
    watch = Stopwatch()
    with pytest.raises(KeyError), watch.stage("broken"):
        raise KeyError
    assert watch.stages_ns["broken"] > 0


def test_moving_time_keeps_the_sum():
    watch = Stopwatch()
    watch.add("perception", 100)
    watch.move("perception", "inference", 80)
    watch.move("perception", "inference", 5)
    assert watch.stages_ns == {"perception": 15, "inference": 85}
