"""What went wrong is shown: the worst first, each once, where the camera saw it."""

import numpy as np
import pytest

from gpss_pose_ros.evaluation.failure_sheet import failure_sheet
from gpss_pose_ros.evaluation.failures import worst_failures
from gpss_pose_ros.evaluation.person_matches import match_instants
from gpss_pose_ros.evaluation.person_record import (
    FoundInstant,
    FoundPerson,
    TrueInstant,
    TruePerson,
    TrueView,
)
from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.types import Foot, FootSource, Side, TrackStatus

MODEL = CameraModel([[400, 0, 319.5], [0, 400, 239.5], [0, 0, 1]], [], "plumb_bob", (640, 480))
DOWN = np.diag([1.0, -1.0, -1.0])
CAMERAS = {
    name: Camera(name, MODEL, Transform(DOWN, np.array([x, 0.0, 4.0])))
    for name, x in (("north", 0.0), ("south", 1.0))
}
PERIOD_NS = 100_000_000


def box(camera, x_m):
    (u, v) = CAMERAS[camera].project([[x_m, 0.0, 0.0]])[0]
    return np.array([[u - 40.0, v - 40.0, u + 40.0, v + 40.0]])


def person(x_m, person_id, fractions):
    feet = {Side.LEFT: np.array([x_m, 0.1]), Side.RIGHT: np.array([x_m, -0.1])}
    views = {name: TrueView(f > 0.4, f, box(name, x_m)) for name, f in fractions.items()}
    return TruePerson(person_id, feet, views)


def report(x_m, track_id, off_m=0.0):
    feet = {
        side: Foot(np.array([x_m + off_m, y]), np.eye(2) * 0.01, FootSource.OBSERVED)
        for side, y in ((Side.LEFT, 0.1), (Side.RIGHT, -0.1))
    }
    return FoundPerson(track_id, TrackStatus.CONFIRMED, np.array([x_m, 0.0]), feet)


@pytest.fixture
def instants():
    """Three seconds: one person found more and more wrongly, one missed, and a box of nobody."""
    truth, found = [], []
    for k in range(30):
        here = person(0.0, 1, {"north": 0.9, "south": 0.5})
        missed = person(1.0, 2, {"north": 0.3, "south": 0.8})
        truth.append(TrueInstant(k * PERIOD_NS, (here, missed)))
        ghost = [[500.0, 20.0, 560.0, 80.0]] if k == 7 else []
        boxes = {"north": np.vstack([box("north", 0.0), *ghost]), "south": box("south", 0.0)}
        found.append(FoundInstant(k * PERIOD_NS, (report(0.0, 1, 0.01 * k),), boxes))
    return match_instants(truth, found)


def test_every_kind_is_there_once_a_second_where_it_is_seen_best(instants):
    failures = worst_failures(instants, each=5)
    kinds = [f.caption.split(",")[0].split(" by")[0] for f in failures]
    assert kinds == ["missed"] * 3 + ["foot off"] * 3 + ["nobody here"]
    assert [f.camera_id for f in failures] == ["south"] * 3 + ["north"] * 4
    for kind in ("missed", "foot off"):
        stamps = [f.stamp_ns for f in failures if f.caption.startswith(kind)]
        assert np.diff(sorted(stamps)).min() >= 1e9


def test_the_worst_comes_first(instants):
    feet = [f for f in worst_failures(instants, each=2) if f.caption.startswith("foot")]
    assert feet[0].caption == "foot off by 290 mm"
    assert feet[0].severity > feet[1].severity


def test_a_false_detection_is_shown_at_its_box(instants):
    *_, last = worst_failures(instants)
    assert (last.stamp_ns, last.camera_id) == (7 * PERIOD_NS, "north")
    np.testing.assert_array_equal(last.box_xyxy_px, [500.0, 20.0, 560.0, 80.0])


def test_the_sheet_asks_for_each_picture_once_and_draws_on_it(instants):
    failures = worst_failures(instants, each=2)
    asked = []

    def picture(camera_id, stamp_ns):
        asked.append((camera_id, stamp_ns))
        return np.full((480, 640, 3), 100, np.uint8)

    sheet = failure_sheet(failures, picture, CAMERAS)
    assert asked == [(f.camera_id, f.stamp_ns) for f in failures]
    rows, columns = sheet.shape[0] // 360, sheet.shape[1] // 320
    assert (rows, columns) == (2, 4)
    blue, green, red = (sheet[:360, :320].astype(int)[..., i] for i in range(3))
    assert ((green > blue + 50) & (green > red + 50)).any()  # the truth of who was missed
    misplaced = sheet[:360, 640:960].astype(int)
    assert (misplaced[..., 2] > misplaced[..., 1] + 50).any()  # and what was reported


def test_without_failures_there_is_an_empty_sheet():
    assert failure_sheet((), lambda *_: pytest.fail("no picture is needed"), CAMERAS).any()
