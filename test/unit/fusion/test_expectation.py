"""In which boxes those who are followed are expected."""

from dataclasses import replace

import numpy as np
import pytest

from gpss_pose_ros.fusion.expectation import bodies, boxes_of
from gpss_pose_ros.fusion.floor_fusion import FloorFusion
from gpss_pose_ros.fusion.followed import newcomer
from gpss_pose_ros.perception.nms import intersection_over_union
from gpss_pose_ros.perception.skeleton import SKELETONS

from .tracker_scenes import SETTINGS, person_at

FEET = SKELETONS["coco17_feet"]
PERIOD = 100_000_000


class Hall:
    """Three cameras about a place, of which some look, and who they follow."""

    def __init__(self, camera_at):
        places = {"south": [0, -5, 4], "east": [5, 0, 4], "north": [0, 6, 5]}
        self.cameras = {n: camera_at(p, [0.0, 0.0, 0.5], n) for n, p in places.items()}
        self.fusion = FloorFusion()
        self.stamp = 0

    def show(self, person, looking):
        """Let some of the cameras look at a person."""
        self.stamp += PERIOD
        cameras = {name: self.cameras[name] for name in looking}
        seen = {name: person.seen_by(camera, FEET) for name, camera in cameras.items()}
        return self.fusion.update(self.stamp, cameras, seen, FEET)

    def stand(self, person, looking, looks=15):
        for _ in range(looks):
            self.show(person, looking)

    def walk(self, person, looking, metres, speed_mps=1.2):
        """Walk away in y; return the person where they are at the end."""
        for _ in range(round(metres / speed_mps * 1e9 / PERIOD)):
            person = moved(person, speed_mps * PERIOD / 1e9)
            self.show(person, looking)
        return person

    def expected(self):
        return self.fusion.expected_boxes(self.stamp + PERIOD, self.cameras)

    def boxes(self):
        return {name: there.xyxy_px for name, there in self.expected().items()}

    def fits(self, person):
        """By camera, how well expected boxes overlap that of the keypoints; 0 without any.

        An expected box is larger: bodies reach beyond their keypoints.
        """
        boxes = {
            n: person.seen_by(c, FEET).detections.boxes_xyxy_px for n, c in self.cameras.items()
        }
        return {
            name: float(intersection_over_union(found, boxes[name]).max(initial=0.0))
            for name, found in self.boxes().items()
        }


def moved(person, y_m):
    return replace(person, soles_m={s: p + np.array([0.0, y_m]) for s, p in person.soles_m.items()})


@pytest.fixture
def hall(camera_at):
    return Hall(camera_at)


def test_every_camera_is_told_where_somebody_stands_whom_others_see(hall, person):
    hall.stand(person, ["south", "east"])
    fits = hall.fits(person)
    assert min(fits.values()) > 0.45, fits


def test_who_walks_is_expected_ahead(hall, person):
    there = hall.walk(person, ["south", "east"], 1.5)
    ahead, behind = hall.fits(moved(there, 0.12)), hall.fits(moved(there, -0.3))
    assert all(ahead[name] > behind[name] for name in ahead)
    assert min(ahead.values()) > 0.45, ahead


def test_nobody_is_expected_where_nobody_is_followed(hall, person):
    assert {name: len(boxes) for name, boxes in hall.boxes().items()} == dict.fromkeys(
        hall.cameras, 0
    )
    hall.show(person, ["south", "east"])  # seen once: nobody is sure of them yet
    assert not any(len(boxes) for boxes in hall.boxes().values())


def test_what_a_camera_alone_takes_for_a_person_it_is_told_as_doubted(hall, person):
    hall.stand(person, ["south"])
    doubted = {name: boxes.doubted.tolist() for name, boxes in hall.expected().items()}
    assert doubted == {"south": [True], "east": [False], "north": [False]}


def test_a_camera_that_alone_sees_somebody_walk_is_told(hall, person):
    there = hall.walk(person, ["south"], 1.8)
    assert hall.fits(moved(there, 0.12))["south"] > 0.4
    assert not hall.expected()["south"].doubted.any()


def test_who_stood_and_is_not_seen_is_doubted_to_be_there_still(hall, person):
    hall.stand(person, ["south", "east"])
    assert not any(boxes.doubted.any() for boxes in hall.expected().values())
    hall.stamp += 60 * 1_000_000_000
    assert min(hall.fits(person).values()) > 0.45
    assert all(boxes.doubted.all() for boxes in hall.expected().values())


def test_who_walked_is_not_looked_for_once_their_place_is_not_known(hall, person):
    hall.walk(person, ["south", "east"], 1.5)
    hall.stamp += 5 * 1_000_000_000
    assert not any(len(boxes) for boxes in hall.boxes().values())


def test_who_is_behind_a_camera_or_beside_its_image_is_not_expected_in_it(hall, person, camera_at):
    hall.stand(person, ["south", "east"])
    hall.cameras = {
        "away": camera_at([0.0, -5.0, 4.0], [0.0, -10.0, 0.5], "away"),
        "aside": camera_at([0.0, -5.0, 4.0], [8.0, 0.0, 0.5], "aside"),
    }
    assert [len(boxes) for boxes in hall.boxes().values()] == [0, 0]


def test_of_whom_only_a_part_is_in_the_image_that_is_told(hall, person):
    hall.stand(person, ["south", "east"])
    south = hall.cameras["south"]
    (box,) = hall.boxes()["south"]
    narrow = (int(box[0] + 0.2 * (box[2] - box[0])), south.model.size[1])
    hall.cameras = {"south": replace(south, model=replace(south.model, size=narrow))}
    there = hall.expected()["south"]
    assert there.whole.tolist() == [False]
    assert there.xyxy_px[0].tolist() == pytest.approx([*box[:2], narrow[0] - 0.5, box[3]])


def test_a_wild_keypoint_is_no_part_of_the_body(camera):
    seen = person_at([0.0, 0.0], 0)
    points = np.zeros((17, 3))
    points[:, 2] = np.linspace(0.0, 1.7, 17)
    tame = boxes_of(bodies([sure_of(seen, points)], 0, SETTINGS), {"ceiling": camera})
    points[3] = [4.0, 0.0, 1.0]
    wild = boxes_of(bodies([sure_of(seen, points)], 0, SETTINGS), {"ceiling": camera})
    assert np.abs(wild["ceiling"].xyxy_px - tame["ceiling"].xyxy_px).max() < 1.0


@pytest.mark.parametrize("hidden", [slice(0, 13), slice(7, 17)], ids=["upper body", "legs"])
def test_who_was_seen_in_part_is_expected_whole(camera, hidden):
    """A box about the legs alone would show the legs alone ever after."""
    seen = person_at([0.0, 0.0], 0)
    points = np.zeros((17, 3))
    points[:, 2] = np.linspace(1.7, 0.0, 17)
    whole = boxes_of(bodies([sure_of(seen, points)], 0, SETTINGS), {"ceiling": camera})
    points[hidden] = np.nan
    part = boxes_of(bodies([sure_of(seen, points)], 0, SETTINGS), {"ceiling": camera})
    ends_px = whole["ceiling"].xyxy_px[0, 1::2]
    assert part["ceiling"].xyxy_px[0, 1::2] == pytest.approx(ends_px, abs=0.1 * np.ptp(ends_px))


def sure_of(seen, keypoints_m):
    person = newcomer(1, replace(seen, keypoints_m=keypoints_m), SETTINGS)
    person.confirmed = True
    return person
