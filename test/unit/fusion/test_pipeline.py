"""From image sets to tracks, with networks that see exactly what a test shows them."""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from gpss_pose_ros.fusion.floor_fusion import FusionSettings
from gpss_pose_ros.perception.confirmation import rescored
from gpss_pose_ros.perception.skeleton import SKELETONS
from gpss_pose_ros.pipeline import Pipeline
from gpss_pose_ros.types import Detections, Image, ImageSet, Poses2D, TrackStatus

COCO = SKELETONS["coco17"]
PERIOD = 100_000_000
HIDDEN = dict.fromkeys(COCO.keypoints, 0.0)
FACE = {
    **HIDDEN,
    **dict.fromkeys(COCO.keypoints[:5], 1.0),
    **dict.fromkeys(COCO.keypoints[5:8], 0.3),
}
NOBODY = Poses2D(np.empty((0, 17, 2)), np.empty((0, 17)), Detections(np.empty((0, 4)), np.empty(0)))


@dataclass
class Eyes:
    """A detector or a pose estimator: `scene` is what it finds, one entry an image."""

    scene: list[Poses2D] = field(default_factory=list)
    skeleton = COCO
    inference_ns = 0
    person_threshold = 0.0

    def detect(self, images):
        self.inference_ns += 1
        return [poses.detections for poses in self.scene]

    def estimate(self, images, detections):
        self.inference_ns += 1
        return self.scene


class Keen:
    """A detector that overlooks everybody, and an estimator that finds who is in a box it gets."""

    def __init__(self, person_threshold):
        self.person_threshold = person_threshold
        self.found, self.shown = [], []
        self.looked_at = 0

    skeleton = COCO
    inference_ns = 0

    def detect(self, images):
        return [poses.detections for poses in self.found]

    def estimate(self, images, detections):
        return [self._poses(s, d) for s, d in zip(self.shown, detections, strict=True)]

    def _poses(self, shown, boxes):
        """The keypoints in the box of whom it shows, if it shows anybody."""
        self.looked_at += len(boxes)
        low, high = boxes.boxes_xyxy_px[:, None, None, :2], boxes.boxes_xyxy_px[:, None, None, 2:]
        inside = ((low <= shown.keypoints_px) & (shown.keypoints_px <= high)).all(axis=-1)
        there = (inside.sum(axis=2) > 8).any(axis=1)
        keypoints, scores = np.zeros((len(boxes), 17, 2)), np.full((len(boxes), 17), 0.1)
        if there.any():
            keypoints[there], scores[there] = shown.keypoints_px, shown.scores
        persons = rescored(scores, boxes)
        return Poses2D(
            keypoints, scores, persons, confirmed=persons.scores >= self.person_threshold
        )


class Bench:
    """A pipeline, its cameras, and a clock that ticks ten times a second."""

    def __init__(self, *cameras, track_ids=None):
        self.cameras = {camera.camera_id: camera for camera in cameras}
        self.networks = (Eyes(), Eyes())
        self.pipeline = Pipeline(*self.networks, FusionSettings(), track_ids)
        self.stamp = 0

    def _images(self, scene):
        self.stamp += PERIOD
        for network in self.networks:
            network.scene = list(scene)
        pixels = np.zeros((720, 1280, 3), np.uint8)
        return ImageSet(tuple(Image(name, self.stamp, pixels) for name in self.cameras))

    def process(self, *scene):
        """Take the next image set: what each camera sees in it."""
        return self.pipeline.process(self._images(scene), self.cameras)

    def look(self, *scene):
        """Take the next image set, and follow nobody."""
        return self.pipeline.look(self._images(scene), self.cameras)

    def statuses(self, *scene, seconds=6.0):
        """Show one scene for a while; return the statuses met by each track."""
        met = {}
        for _ in range(round(seconds * 1e9 / PERIOD)):
            for track in self.process(*scene).tracks:
                met.setdefault(track.track_id, set()).add(track.status)
        return met


@pytest.fixture
def bench(camera):
    return Bench(camera)


@pytest.fixture
def behind(person):
    """Somebody three metres behind the person, on the line from the camera."""
    return replace(
        person, soles_m={s: sole + np.array([0.21, 3.0]) for s, sole in person.soles_m.items()}
    )


def test_looking_changes_no_track(bench, camera, person):
    here = person.seen_by(camera, COCO)
    for _ in range(5):
        assert len(bench.look(here).observations) == 1
    assert bench.pipeline.fusion.tracker.held(bench.stamp) == ()
    (track,) = bench.process(here).tracks
    before = bench.pipeline.fusion.tracker.held(bench.stamp)
    for _ in range(100):
        bench.look(NOBODY)
    (after,) = bench.pipeline.fusion.tracker.held(track.capture_stamp_ns)
    assert after.capture_stamp_ns == before[0].capture_stamp_ns
    assert bench.process(NOBODY).tracks[0].status is TrackStatus.HELD


def test_who_has_left_is_released(bench, camera, person):
    bench.statuses(person.seen_by(camera, COCO), seconds=1.0)
    assert bench.statuses(NOBODY) == {1: {TrackStatus.HELD, TrackStatus.LOST}}


def test_who_is_seen_but_cannot_be_placed_is_not_released(bench, camera, person):
    """The image cuts them off, and no keypoint is sure."""
    bench.statuses(person.seen_by(camera, COCO), seconds=1.0)
    shown = person.seen_by(camera, COCO, HIDDEN)
    box = shown.detections.boxes_xyxy_px.copy()
    box[0, 3] = 719.5
    vague = replace(shown, detections=Detections(box, shown.detections.scores))
    assert bench.process(vague).sighting.unplaced == {camera.camera_id: 1}
    assert bench.statuses(vague) == {1: {TrackStatus.HELD}}


def test_who_is_hidden_by_somebody_is_not_released(bench, camera, person, behind):
    """The box at their place belongs to another track."""
    front = person.seen_by(camera, COCO)
    bench.statuses(behind.seen_by(camera, COCO), seconds=1.0)
    met = bench.statuses(front)
    assert met[1] == {TrackStatus.HELD}
    assert TrackStatus.CONFIRMED in met[2]
    assert TrackStatus.LOST in bench.statuses(NOBODY)[1]


def test_who_is_hidden_from_one_camera_is_released_by_another(camera, camera_at, person, behind):
    east = camera_at([5.0, 2.0, 4.0], [0.0, 2.0, 0.5], "east")
    bench = Bench(camera, east)
    bench.statuses(behind.seen_by(camera, COCO), behind.seen_by(east, COCO), seconds=1.0)
    met = bench.statuses(person.seen_by(camera, COCO), person.seen_by(east, COCO))
    assert TrackStatus.LOST in met[1]
    assert TrackStatus.LOST not in met[2]


def test_each_camera_keeps_what_it_saw(camera, camera_at, person):
    east = camera_at([5.0, 0.0, 4.0], [0.0, 0.0, 0.5], "east")
    bench = Bench(camera, east)
    seen = person.seen_by(east, COCO)
    sighting = bench.look(NOBODY, seen)
    assert [o.camera_id for o in sighting.observations] == ["east"]
    assert sighting.unplaced == {camera.camera_id: 0, "east": 0}
    np.testing.assert_array_equal(sighting.poses["east"].keypoints_px, seen.keypoints_px)
    assert all(o.colours.shape == (3, 3) for o in sighting.observations)
    (track,) = bench.process(person.seen_by(camera, COCO), seen).tracks
    assert track.camera_ids == (camera.camera_id, "east")
    np.testing.assert_allclose(track.position_m, person.position_m, atol=0.02)


def test_every_stage_is_timed(bench, camera, person):
    result = bench.process(person.seen_by(camera, COCO))
    assert set(result.stages_ns) == {"perception", "inference", "geometry", "fusion"}
    assert result.stages_ns["inference"] == 2  # what the networks say
    assert min(result.stages_ns.values()) > 0


def test_identities_go_on_in_the_next_pipeline(camera, person):
    track_ids = itertools.count(1)
    for number in (1, 2):
        bench = Bench(camera, track_ids=track_ids)
        (track,) = bench.process(person.seen_by(camera, COCO)).tracks
        assert track.track_id == number


class Overlooking(Bench):
    """Two cameras whose detector finds the person at first, and then overlooks them."""

    def __init__(self, cameras, person, person_threshold=0.15):
        super().__init__(*cameras)
        self.networks = (Keen(person_threshold),)
        self.pipeline = Pipeline(self.networks[0], self.networks[0], FusionSettings())
        self.seen = [person.seen_by(camera, COCO) for camera in cameras]
        self.after(self.seen, self.seen, looks=15)

    def after(self, found, shown, looks):
        """Let the detector find some and the images show others for a while; return the last."""
        eyes = self.networks[0]
        for _ in range(looks):
            eyes.found, eyes.shown = found, shown
            result = self.process(*found)
        return result


@pytest.fixture
def two_cameras(camera_at):
    ends = {"south": [0.0, -5.0, 4.0], "east": [5.0, 0.0, 4.0]}
    return [camera_at(position, [0.0, 0.0, 0.5], name) for name, position in ends.items()]


def test_who_is_overlooked_is_found_where_they_are_expected(two_cameras, person):
    bench = Overlooking(two_cameras, person)
    result = bench.after([NOBODY, NOBODY], bench.seen, looks=30)
    (track,) = result.tracks
    assert track.status is TrackStatus.CONFIRMED
    assert set(track.camera_ids) == {"south", "east"}
    assert np.hypot(*(track.position_m - person.position_m)) < 0.05
    assert [len(boxes) for boxes in result.sighting.boxes_xyxy_px.values()] == [1, 1]


def test_who_stands_before_one_camera_alone_is_kept_if_there_is_no_doubt(two_cameras, person):
    bench = Overlooking(two_cameras, person)
    south, nobody = [bench.seen[0], NOBODY], [NOBODY, NOBODY]
    bench.after(south, south, looks=5)
    assert bench.after(nobody, south, looks=30).tracks[0].camera_ids == ("south",)
    unsure = [person.seen_by(two_cameras[0], COCO, dict.fromkeys(COCO.keypoints, 0.75)), NOBODY]
    assert bench.after(unsure, unsure, looks=5).tracks[0].status is TrackStatus.CONFIRMED
    assert bench.after(nobody, unsure, looks=1).tracks[0].status is TrackStatus.HELD


def test_who_stood_is_looked_for_there_as_long_as_they_are_held(two_cameras, person):
    bench = Overlooking(two_cameras, person)
    nobody = [NOBODY, NOBODY]
    (before,) = bench.after(bench.seen, bench.seen, looks=1).tracks
    (held,) = bench.after(nobody, nobody, looks=15).tracks
    assert held.status is TrackStatus.HELD
    (again,) = bench.after(nobody, bench.seen, looks=1).tracks
    assert again.track_id == before.track_id
    assert again.status is TrackStatus.CONFIRMED


def test_an_estimator_that_confirms_every_box_is_told_of_nobody(two_cameras, person):
    bench = Overlooking(two_cameras, person, person_threshold=0.0)
    bench.networks[0].looked_at = 0
    (track,) = bench.after([NOBODY, NOBODY], bench.seen, looks=3).tracks
    assert track.status is TrackStatus.HELD
    assert bench.networks[0].looked_at == 0


def test_who_has_left_is_not_kept_by_being_expected(two_cameras, person):
    bench = Overlooking(two_cameras, person)
    result = bench.after([NOBODY, NOBODY], [NOBODY, NOBODY], looks=2)
    assert result.tracks[0].status is TrackStatus.HELD
    assert [len(boxes) for boxes in result.sighting.boxes_xyxy_px.values()] == [0, 0]
    assert bench.after([NOBODY, NOBODY], [NOBODY, NOBODY], looks=60).tracks == ()


class CutOff(Overlooking):
    """The image of the southern camera cuts the person off, and shows only the face."""

    def __init__(self, cameras, person):
        super().__init__(cameras, person)
        south, east = cameras
        self.vague = person.seen_by(south, COCO, FACE)
        self.box = self.vague.detections.boxes_xyxy_px[0] + [-25.0, -12.0, 25.0, -2.0]
        size = (1280, int(self.box[3] + 0.5))
        self.cameras = {
            "south": replace(south, model=replace(south.model, size=size)),
            "east": east,
        }

    def strangers(self, *detected, score=0.9):
        """Let the southern detector find boxes; return how many persons are not placed."""
        boxes, scores = np.array(detected).reshape(-1, 4), np.full(len(detected), score)
        found = Poses2D(
            np.repeat(self.vague.keypoints_px, len(boxes), axis=0),
            np.repeat(self.vague.scores, len(boxes), axis=0),
            Detections(boxes, scores),
        )
        sighting = self.after([found, self.seen[1]], [self.vague, self.seen[1]], looks=1).sighting
        assert len(sighting.poses["south"]) >= 1
        assert sighting.unplaced["east"] == 0
        return sighting.unplaced["south"]


def test_who_is_expected_and_cannot_be_placed_is_no_stranger_somewhere(two_cameras, person):
    bench = CutOff(two_cameras, person)
    assert bench.strangers() == 0
    assert bench.strangers(bench.box + np.array([-15.0, -15.0, 15.0, 0.0]), score=0.5) == 0
    assert bench.strangers(bench.box) == 0


@pytest.mark.parametrize("score", [0.5, 0.9])
def test_who_is_expected_in_doubt_is_no_excuse(two_cameras, person, score):
    bench = CutOff(two_cameras, person)
    bench.seen[1] = NOBODY
    bench.after(bench.seen, bench.seen, looks=5)
    assert bench.strangers(bench.box, score=score) == 1


def test_one_of_two_who_cannot_be_placed_where_one_is_expected_is_a_stranger(two_cameras, person):
    bench = CutOff(two_cameras, person)
    assert bench.strangers(bench.box, bench.box + np.array([-6.0, -6.0, 6.0, 0.0])) == 1


def test_who_cannot_be_placed_beside_somebody_expected_is_a_stranger(two_cameras, person):
    bench = CutOff(two_cameras, person)
    assert bench.strangers(bench.box + np.array([-80.0, -30.0, 0.0, 0.0])) == 1
