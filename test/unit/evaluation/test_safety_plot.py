import cv2
import numpy as np
import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.evaluation.safety_plot import SafetyScene, save_safety_plot
from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.settings import Occluder, RobotProfile
from gpss_pose_ros.safety.values import Robot, RobotVerdict, Verdict, Zone

GRID = Grid((-4.0, -3.0), 0.1, (60, 80))
FREE = np.zeros(GRID.shape, dtype=bool)
FOOTPRINT = ((0.6, 0.4), (-0.6, 0.4), (-0.6, -0.4), (0.6, -0.4))
COLOURS = {
    "unseen": "#8d939c",
    "free": "#b9cfe8",
    "one": "#e4f2e1",
    "two": "#c5e5c0",
    "three": "#a3d69d",
    "solid": "#26282b",
    "clear": "#1f8a3b",
    "stop": "#d11f1f",
}


def picture_of(path, scene):
    save_safety_plot(path, scene)
    return cv2.imread(str(path))


def area(picture, name):
    """Number of pixels of exactly a colour."""
    rgb = [int(COLOURS[name][k : k + 2], 16) for k in (1, 3, 5)]
    return int((picture == rgb[::-1]).all(axis=2).sum())


def covered(seen_by, human_free=FREE):
    return Coverage(GRID, np.full(GRID.shape, seen_by, dtype=np.uint8), human_free)


@pytest.mark.parametrize(
    ("number", "name"), [(0, "unseen"), (1, "one"), (2, "two"), (3, "three"), (9, "three")]
)
def test_floor_has_the_colour_of_how_many_see_it(tmp_path, number, name):
    picture = picture_of(tmp_path / "p.png", SafetyScene(covered(number)))
    others = [area(picture, other) for other in ("unseen", "one", "two", "three") if other != name]
    assert area(picture, name) > 100_000
    assert max(others) < 1000


def test_human_free_floor_is_told_from_unseen_floor_only_where_nobody_sees_it(tmp_path):
    left = FREE.copy()
    left[:, :40] = True
    unseen = picture_of(tmp_path / "unseen.png", SafetyScene(covered(0, left)))
    assert area(unseen, "free") == pytest.approx(area(unseen, "unseen"), rel=0.05)
    seen = picture_of(tmp_path / "seen.png", SafetyScene(covered(1, left)))
    assert area(seen, "free") < 1000


def test_zones_lie_on_the_floor_the_separation_zone_around_the_reach_zone(tmp_path):
    bare = picture_of(tmp_path / "bare.png", SafetyScene(covered(1)))
    changed = []
    for reach_m, separation_m in ((0.5, 0.5), (0.5, 1.5)):
        zone = Zone(7, True, np.array([[0.0, 0.0], [0.5, 0.0]]), reach_m, separation_m, 0.1)
        drawn = picture_of(tmp_path / "zone.png", SafetyScene(covered(1), [zone]))
        changed.append(int((drawn != bare).any(axis=2).sum()))
    assert changed[1] > 4 * changed[0] > 0


def test_robots_have_the_colour_of_their_verdict_and_obstacles_are_dark(tmp_path):
    profile = RobotProfile("amr", FOOTPRINT, 1.0, 0.4, 0.03, 1.2)
    robots = [
        Robot(name, profile, np.array([x, 1.0]), 0.3, np.array([0.5, 0.1]), 0.0, 0.02, 0)
        for name, x in (("atr_01", -2.0), ("atr_02", 2.0))
    ]
    block = Occluder("block", ((-1.0, -2.5), (1.0, -2.5), (1.0, -1.5), (-1.0, -1.5)), 1.0)

    def picture(*verdicts):
        said = [
            RobotVerdict(robot.robot_id, verdict, "", (), 1.0, 0.5, 0.5, None, 0.1)
            for robot, verdict in zip(robots, verdicts, strict=False)
        ]
        scene = SafetyScene(covered(1), (), robots, said, (), [block])
        return picture_of(tmp_path / "robots.png", scene)

    both = picture(Verdict.CLEAR, Verdict.PROTECTIVE_STOP)
    assert area(both, "solid") > 3000
    assert area(both, "clear") > 1000
    assert area(both, "stop") > 1000
    one = picture(Verdict.CLEAR)
    assert area(one, "clear") == area(both, "clear")
    assert area(one, "stop") == 0


def test_a_picture_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"cannot write picture .*nowhere"):
        save_safety_plot(tmp_path / "nowhere" / "p.png", SafetyScene(covered(1)))
