"""A person whom no live camera watches any more is not forgotten."""

import numpy as np
import pytest
from sensor_msgs.msg import Image as ImageMessage

from gpss_pose_ros.msg import CameraStatus, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.images import image_message

RELEASE_S = 1.5  # more than `still` is believed


def _status(message: PersonPoseArray, camera: str) -> CameraStatus:
    return next(c for c in message.cameras if c.camera_id == camera)


def _by_status(message: PersonPoseArray, status: int) -> dict[int, PersonPose]:
    return {p.track_id: p for p in message.persons if p.status == status}


def _spread_m2(person: PersonPose) -> float:
    return person.position_covariance[0] + person.position_covariance[3]


@pytest.fixture
def floor(scene, graph, make_rig, recorded_driver, slow_cameras):
    """Only `lone` shows people. `still` has the same view, black; `elsewhere` sees another hall."""
    black = image_message(np.zeros_like(scene.sets[0]["cam_01"]))
    drivers = {name: recorded_driver("cam_01", name) for name in ("lone", "still", "elsewhere")}
    drivers["still"].picture = lambda k: black
    drivers["elsewhere"].picture = lambda k: _almost_black(scene, k)
    drivers["elsewhere"].transform.transform.translation.x += 500.0
    rig = make_rig(graph, drivers)
    persons = graph.listen(PersonPoseArray, "/gpss/persons")
    parameters = {"cameras": list(drivers), "pipeline.tracker.release_s": RELEASE_S}
    graph.start("pose_node", {**slow_cameras, **parameters})
    return graph, rig, persons


def _almost_black(scene, index: int) -> ImageMessage:
    return image_message(np.full_like(scene.sets[0]["cam_01"], index % 32))


def test_person_is_held_until_a_live_camera_shows_the_place_empty(floor, scene):
    graph, rig, persons = floor

    # While `still` is taken for live, it says that the place is empty as often as `lone` sees
    # somebody there; then it is found out.
    graph.until(
        lambda: (
            persons
            and _status(persons[-1], "still").state == CameraStatus.FROZEN
            and _by_status(persons[-1], PersonPose.CONFIRMED)
        ),
        rig.tick,
    )
    before = _by_status(persons[-1], PersonPose.CONFIRMED)

    rig.drivers["lone"].on = False
    persons.clear()
    graph.until(lambda: persons and "no image for" in _status(persons[-1], "lone").reason, rig.tick)
    assert _status(persons[-1], "lone").state == CameraStatus.STALE
    held_from = len(rig.sets)
    graph.until(lambda: len(rig.sets) >= held_from + 2 + RELEASE_S / 0.5, rig.tick)
    silent = [m for m in persons if _status(m, "lone").state == CameraStatus.STALE]
    for message in silent:
        assert set(before) <= set(_by_status(message, PersonPose.HELD))
    processed = [m for m in silent if m.timings]  # a heartbeat in between has no image of anybody
    assert _status(processed[-1], "elsewhere").state == CameraStatus.OK
    for track in before:
        held = [_by_status(m, PersonPose.HELD)[track] for m in silent if m.timings]
        spreads = [_spread_m2(person) for person in held]
        assert len(spreads) >= 3
        assert all(np.diff(spreads) > 0.0)
        assert {tuple(p.camera_ids) for p in held} == {("lone",)}
        assert len({(p.capture_stamp.sec, p.capture_stamp.nanosec) for p in held}) == 1

    rig.drivers["lone"].on = True
    graph.until(lambda: set(before) & set(_by_status(persons[-1], PersonPose.CONFIRMED)), rig.tick)

    # A camera that does watch the place, and shows nobody, is what ends it.
    rig.drivers["lone"].on = False
    rig.drivers["still"].picture = rig.drivers["elsewhere"].picture
    graph.until(lambda: any(_by_status(m, PersonPose.LOST) for m in persons), rig.tick)
    graph.until(lambda: persons[-1].timings and not persons[-1].persons, rig.tick)
    assert _status(persons[-1], "still").state == CameraStatus.OK
