"""How far ankles are from the reference: the right person, the right instant, the right axes."""

import os
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.evaluation.ankles import AnkleReference, ankle_errors, read_reference
from gpss_pose_ros.evaluation.replay_record import (
    PublishedPerson,
    PublishedSet,
    ReplayRecord,
    SeenPerson,
)
from gpss_pose_ros.perception.skeleton import COCO17_KEYPOINTS
from gpss_pose_ros.types import Side

SHARED = Path(os.environ.get("GPSS_SHARED", Path(__file__).parents[3] / ".." / "shared"))
BALANCING = SHARED / "data" / "pose2sim_balancing"
HEIGHT_M = 0.09
RATE_HZ = 50.0
LEFT, RIGHT = np.array([1.0, 0.1, HEIGHT_M]), np.array([1.0, -0.1, HEIGHT_M])


def reference(frames=10, raised_m=0.0, speed_mps=0.0):
    """Someone whose ankles are beside x = 1 m at first, raised above where they are assumed."""
    walked = np.outer(np.arange(frames) / RATE_HZ, [speed_mps, 0.0, 0.0])
    up = np.array([0.0, 0.0, raised_m])
    return AnkleReference({Side.LEFT: LEFT + up + walked, Side.RIGHT: RIGHT + up + walked}, RATE_HZ)


def published(offset_m=(0.0, 0.0), seen=True, ankles_m=None):
    """A person whose feet are `offset_m` from under the reference's first ankles."""
    keypoints = np.full((17, 3), np.nan)
    for side, ankle in (ankles_m or {}).items():
        keypoints[COCO17_KEYPOINTS.index(f"{side.value}_ankle")] = ankle
    feet = {Side.LEFT: LEFT[:2] + offset_m, Side.RIGHT: RIGHT[:2] + offset_m}
    return PublishedPerson(1, seen, np.array([1.0, 0.0]) + offset_m, feet, keypoints, ("north",))


def record_of(*people, footage_ns=0, observations=()):
    return ReplayRecord(
        footage_ns={5: footage_ns},
        results={5: PublishedSet(10.0, {}, people)},
        observations={5: observations},
    )


def test_feet_under_the_ankles_have_no_error():
    errors = ankle_errors(record_of(published()), reference(), HEIGHT_M)
    np.testing.assert_allclose(errors.floor, [0.0, 0.0], atol=1e-9)
    assert (errors.person_sets, errors.found_sets) == (1, 1)


def test_distances_are_in_millimetres():
    person = published((0.03, 0.04), ankles_m={Side.LEFT: LEFT + np.array([0.0, 0.0, 0.012])})
    errors = ankle_errors(record_of(person), reference(), HEIGHT_M)
    np.testing.assert_allclose(errors.floor_horizontal, [50.0, 50.0])
    np.testing.assert_allclose(errors.triangulated, [12.0])


def test_an_ankle_that_is_higher_than_assumed_counts_in_space():
    errors = ankle_errors(record_of(published((0.03, 0.0))), reference(raised_m=0.04), HEIGHT_M)
    np.testing.assert_allclose(errors.floor, [50.0, 50.0])
    np.testing.assert_allclose(errors.floor_horizontal, [30.0, 30.0])


def test_the_reference_is_taken_at_the_time_of_the_footage():
    moving = reference(frames=10, speed_mps=5.0)
    record = record_of(published((0.4, 0.0)), footage_ns=round(4 / RATE_HZ * 1e9))
    np.testing.assert_allclose(ankle_errors(record, moving, HEIGHT_M).floor, [0.0, 0.0], atol=1e-9)


def test_a_set_after_the_reference_ended_does_not_count():
    record = record_of(published(), footage_ns=round(10 / RATE_HZ * 1e9))
    assert ankle_errors(record, reference(frames=10), HEIGHT_M).person_sets == 0


@pytest.mark.parametrize(
    "people",
    [(), (published((1.1, 0.0)),), (published(seen=False),)],
    ids=["nobody", "somebody else", "held"],
)
def test_a_miss_is_counted_not_skipped(people):
    errors = ankle_errors(record_of(*people), reference(), HEIGHT_M)
    assert (errors.person_sets, errors.found_sets, errors.floor) == (1, 0, [])


def test_the_nearest_person_is_compared():
    near, far = published((0.01, 0.0)), published((-0.5, 0.0))
    errors = ankle_errors(record_of(far, near), reference(), HEIGHT_M)
    np.testing.assert_allclose(errors.floor, [10.0, 10.0])


def test_each_camera_alone_is_compared_by_name():
    def seen(camera, offset_m):
        person = published(offset_m)
        empty = np.empty((0, 2)), np.empty(0)
        return SeenPerson(camera, person.position_m, person.feet_m, *empty)

    observations = (
        seen("north", [0.02, 0.0]),
        seen("north", [0.6, 0.0]),
        seen("south", [0.0, 0.05]),
        seen("east", [3.0, 0.0]),
    )
    errors = ankle_errors(record_of(observations=observations), reference(), HEIGHT_M)
    assert set(errors.by_camera) == {"north", "south"}
    np.testing.assert_allclose(errors.by_camera["north"], [20.0, 20.0])
    np.testing.assert_allclose(errors.by_camera["south"], [50.0, 50.0])


def test_a_recording_without_a_reference_has_none(tmp_path):
    assert read_reference(tmp_path) is None


@pytest.mark.skipif(not BALANCING.is_dir(), reason=f"real data is not here: {BALANCING}")
def test_the_real_reference_is_upright_in_the_factory_frame():
    """Axes exchanged by mistake would put ankles at the floor, or under it."""
    ankles = read_reference(BALANCING)
    assert ankles.rate_hz == 60.0
    for positions in ankles.positions_m.values():
        heights = positions[:, 2]
        assert ((heights > HEIGHT_M) & (heights < 0.5)).all()
    assert ankles.at(0) is not None
    assert ankles.at(10**12) is None
