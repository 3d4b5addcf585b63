"""pose_node on real footage of four cameras: what is published when all is well."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image as ImageMessage
from visualization_msgs.msg import Marker, MarkerArray

from gpss_pose_ros.msg import CameraStatus, FloorObservationArray, Foot, PersonPose, PersonPoseArray
from gpss_pose_ros.nodes.conversions import stamp_ns

CAMERAS = ["cam_01", "cam_02", "cam_03", "cam_04"]


@dataclass
class Watched:
    """A running graph and what it said until the person was confirmed."""

    graph: Any
    rig: Any
    persons: Any
    observations: Any
    markers: Any
    diagnostics: Any

    @property
    def results(self) -> list[PersonPoseArray]:
        """Messages that came from an image set."""
        return [m for m in self.persons if m.timings]

    def place_m(self, message: PersonPoseArray, scene: Any) -> np.ndarray:
        """Return where the reference person stood in the image set of a message, (2,)."""
        index = self.rig.index_of(stamp_ns(message.header.stamp))
        return scene.person_m(scene.footage_ns(index))


@pytest.fixture(scope="module")
def watched(scene, shared_graph, make_rig, recorded_driver, slow_cameras) -> Watched:
    graph = shared_graph
    reliable, best_effort = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT
    kinds = (reliable, best_effort, reliable, best_effort)
    drivers = {
        camera: recorded_driver(camera, reliability=kind)
        for camera, kind in zip(CAMERAS, kinds, strict=True)
    }
    drivers["cam_04"].ahead_s = 0.01  # the others are the oldest of each set
    rig = make_rig(graph, drivers)
    watched = Watched(
        graph,
        rig,
        graph.listen(PersonPoseArray, "/gpss/persons"),
        graph.listen(FloorObservationArray, "/pose_node/observations"),
        graph.listen(MarkerArray, "/pose_node/markers"),
        graph.listen(DiagnosticArray, "/diagnostics"),
    )
    graph.start("pose_node", {"cameras": CAMERAS, **slow_cameras})

    def confirmed_four_times() -> bool:
        return sum(any(_is_confirmed(p) for p in m.persons) for m in watched.results) >= 4

    graph.until(confirmed_four_times, rig.tick)
    return watched


def _is_confirmed(person: PersonPose) -> bool:
    return person.status == PersonPose.CONFIRMED


def _nearest(message: PersonPoseArray, place_m: np.ndarray) -> PersonPose:
    seen = [p for p in message.persons if p.status in (PersonPose.TENTATIVE, PersonPose.CONFIRMED)]
    return min(seen, key=lambda p: math.dist((p.position.x, p.position.y), place_m))


def _values(message: DiagnosticArray) -> dict[str, dict[str, str]]:
    return {s.name: {p.key: p.value for p in s.values} for s in message.status}


def test_person_is_where_the_reference_has_them(watched, scene):
    for message in watched.results:
        place = scene.person_m(
            scene.footage_ns(watched.rig.index_of(stamp_ns(message.header.stamp)))
        )
        person = _nearest(message, place)
        assert math.dist((person.position.x, person.position.y), place) < 0.3
        assert person.position.z == 0.0


def test_stamp_is_that_of_the_oldest_image_and_the_frame_is_the_factory(watched):
    complete = [m for m in watched.observations if not m.missing_camera_ids]
    assert complete
    for message in complete:
        assert stamp_ns(message.header.stamp) in watched.rig.sets  # and not ten milliseconds later
    assert {m.header.frame_id for m in [*watched.persons, *watched.observations]} == {"factory"}


def test_sequence_increases_by_one(watched):
    numbers = [m.sequence for m in watched.persons]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_reliable_and_best_effort_cameras_are_heard_and_ok(watched):
    status = {c.camera_id: c for c in watched.results[-1].cameras}
    assert list(status) == CAMERAS
    for camera in status.values():
        assert (camera.state, camera.reason) == (CameraStatus.OK, "")
        assert camera.persons >= 1
        assert camera.rate > 0.0
        assert 0.0 < camera.age < 10.0


def test_person_is_complete(watched, scene):
    message = watched.results[-1]
    place = watched.place_m(message, scene)
    person = _nearest(message, place)
    assert len(person.keypoints) == 17
    known = [k.position for k in person.keypoints if k.score > 0.0]
    assert len(known) >= 8
    assert all(-0.2 < p.z < 2.2 for p in known)
    ankles = [person.keypoints[i].position.z for i in (15, 16)]
    assert all(z < person.keypoints[0].position.z for z in ankles)
    assert len(person.camera_ids) >= 2
    assert set(person.camera_ids) <= set(CAMERAS)
    for covariance in (person.position_covariance, person.left_foot.covariance):
        assert np.linalg.eigvalsh(np.array(covariance).reshape(2, 2)).min() > 0.0
    feet = (person.left_foot, person.right_foot)
    assert all(foot.source in (Foot.OBSERVED, Foot.INFERRED, Foot.OCCLUDED) for foot in feet)
    assert any(foot.source == Foot.OBSERVED for foot in feet)


def test_track_keeps_its_identity(watched, scene):
    identities = set()
    for message in watched.results:
        place = scene.person_m(
            scene.footage_ns(watched.rig.index_of(stamp_ns(message.header.stamp)))
        )
        identities.add(_nearest(message, place).track_id)
    assert len(identities) == 1


def test_timings_name_the_stages(watched):
    stages = {t.stage: t.duration_ms for t in watched.results[-1].timings}
    assert {"receive", "convert", "inference", "geometry", "fusion", "publish"} <= set(stages)
    assert all(duration >= 0.0 for duration in stages.values())
    assert stages["inference"] > 0.0


def test_observations_are_the_evidence_of_each_camera(watched):
    message = watched.observations[-1]
    assert message.skeleton == "coco17"
    assert {o.camera_id for o in message.observations} <= set(CAMERAS)
    for observation in message.observations:
        assert len(observation.keypoints) == 2 * 17
        left, top, right, bottom = observation.box
        assert left < right
        assert top < bottom


def test_markers_replace_the_old_ones_and_show_the_person(watched):
    newest = watched.markers[-1].markers
    assert newest[0].action == Marker.DELETEALL
    assert {"position", "names", "skeletons"} <= {m.ns for m in newest[1:]}
    assert {m.header.frame_id for m in newest} == {"factory"}


def test_diagnostics_count_what_arrived(watched):
    seen = len(watched.diagnostics)
    watched.graph.until(lambda: len(watched.diagnostics) >= seen + 2, watched.rig.tick)
    before, after = (_values(watched.diagnostics[i]) for i in (-2, -1))
    counts = {key: int(value) for key, value in after["gpss: pipeline"].items()}
    assert counts["processed"] > int(before["gpss: pipeline"]["processed"])
    assert counts["sets"] >= counts["processed"]
    for camera in CAMERAS:
        earlier, later = (values[f"gpss: camera {camera}"] for values in (before, after))
        assert later["state"] == "OK"
        assert int(later["received"]) > int(earlier["received"])
        assert later["faults"] == earlier["faults"]  # those before the first camera_info, at most


def test_annotated_image_comes_when_somebody_subscribes(watched, scene):
    topic = "/pose_node/annotated/cam_02"
    drawn = watched.graph.listen(ImageMessage, topic)
    watched.graph.until(lambda: drawn, watched.rig.tick)
    message = drawn[0]
    taken = scene.sets[scene.frame(watched.rig.index_of(stamp_ns(message.header.stamp)))]["cam_02"]
    pixels = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)
    assert pixels.shape == taken.shape
    assert 0.0 < np.mean(pixels != taken) < 0.2  # drawn upon, still the picture
