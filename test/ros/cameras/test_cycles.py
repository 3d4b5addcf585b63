"""What one cycle may say of a camera: nothing was seen where nothing was looked at."""

import pytest
from diagnostic_msgs.msg import DiagnosticArray

from gpss_pose_ros.msg import CameraStatus, FloorObservationArray, PersonPoseArray
from gpss_pose_ros.nodes.conversions import stamp_ns

NOT_IN_CYCLE = "no image of it in this cycle"


def _states(message: PersonPoseArray) -> dict[str, int]:
    return {c.camera_id: c.state for c in message.cameras}


@pytest.fixture
def run(graph, make_rig, recorded_driver, slow_cameras):
    """Start pose_node and a rig of some recorded cameras; return what they make of them."""

    def start(drivers, **parameters):
        rig = make_rig(graph, drivers)
        persons = graph.listen(PersonPoseArray, "/gpss/persons")
        graph.start("pose_node", {"cameras": list(drivers), **slow_cameras, **parameters})
        return rig, persons

    return start


def test_camera_that_skips_a_set_has_seen_nothing_in_it(graph, run, recorded_driver):
    drivers = {
        "steady": recorded_driver("cam_01", "steady"),
        "halting": recorded_driver("cam_02", "halting", every=2),
    }
    sets = graph.listen(FloorObservationArray, "/pose_node/observations")
    rig, persons = run(drivers)

    def judged() -> list[tuple[PersonPoseArray, FloorObservationArray]]:
        """Cycles with a set, after the first one that both cameras gave an image."""
        missing = {stamp_ns(m.header.stamp): m for m in sets}
        pairs = [
            (m, missing[stamp_ns(m.header.stamp)])
            for m in persons
            if m.timings and stamp_ns(m.header.stamp) in missing
        ]
        complete = [i for i, (_, seen) in enumerate(pairs) if not seen.missing_camera_ids]
        return pairs[complete[0] :] if complete else []

    graph.until(lambda: sum(bool(seen.missing_camera_ids) for _, seen in judged()) >= 3, rig.tick)
    for message, seen in judged():
        halting = next(c for c in message.cameras if c.camera_id == "halting")
        if rig.index_of(stamp_ns(message.header.stamp)) % 2:
            assert list(seen.missing_camera_ids) == ["halting"]
        if "halting" in seen.missing_camera_ids:
            assert halting.state == CameraStatus.STALE
            assert NOT_IN_CYCLE in halting.reason or "no image for" in halting.reason
            assert halting.persons == 0
        else:
            assert (halting.state, halting.reason) == (CameraStatus.OK, "")
        assert _states(message)["steady"] == CameraStatus.OK
    assert any(NOT_IN_CYCLE in c.reason for m, _ in judged() for c in m.cameras)


def test_heartbeat_without_images_says_that_no_camera_has_seen_anything(
    graph, run, recorded_driver
):
    rig, persons = run({"cam_01": recorded_driver("cam_01")}, heartbeat_s=0.2)
    graph.until(lambda: any(m.timings for m in persons), rig.tick)
    first = next(i for i, m in enumerate(persons) if m.timings)
    heard = len(persons)
    graph.until(lambda: len(persons) >= heard + 5)  # the camera is silent, and not stale for long
    heartbeats = [m for m in list(persons)[first:] if not m.timings]
    assert {state for m in heartbeats for state in _states(m).values()} == {CameraStatus.STALE}
    assert NOT_IN_CYCLE in heartbeats[0].cameras[0].reason


def test_who_is_seen_but_cannot_be_placed_is_counted(graph, run, recorded_driver):
    """Nobody is placed to within a micrometre."""
    rig, persons = run(
        {"cam_01": recorded_driver("cam_01")}, **{"pipeline.observation.max_sigma_m": 1e-6}
    )
    graph.until(lambda: sum(bool(m.timings) for m in persons) >= 3, rig.tick)
    for message in (m for m in persons if m.timings):
        (camera,) = message.cameras
        assert camera.unplaced == camera.persons >= 1
        assert not message.persons


def test_result_that_comes_too_late_changes_no_track(graph, run, recorded_driver):
    """The networks take longer than a result may be old."""
    diagnostics = graph.listen(DiagnosticArray, "/diagnostics")
    rig, persons = run({"cam_01": recorded_driver("cam_01")}, max_age_s=0.02)

    def counts() -> dict[str, int]:
        pipelines = [s for m in diagnostics for s in m.status if s.name == "gpss: pipeline"]
        return {p.key: int(p.value) for p in pipelines[-1].values} if pipelines else {}

    graph.until(lambda: counts().get("expired", 0) >= 4, rig.tick)
    assert counts().get("processed", 0) == 0
    assert [m for m in persons if m.persons or m.timings] == []
    assert CameraStatus.OK not in {state for m in persons for state in _states(m).values()}
