"""zones.yaml: what it says is what is used, and what cannot be is named with file and key."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import yaml

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.safety.causes import Cause
from gpss_pose_ros.safety.settings import (
    Area,
    Assumption,
    CoverageSettings,
    MonitorSettings,
    Occluder,
    PersonSettings,
    RobotEntry,
    RobotProfile,
    Site,
    Unseen,
)
from gpss_pose_ros.safety.site_file import read_site
from gpss_pose_ros.simulation.world import ROBOTS
from gpss_pose_ros.simulation.world_file import load_world

CONFIG = Path(__file__).resolve().parents[3] / "config"
SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]
CORNERS = tuple((float(x), float(y)) for x, y in SQUARE)


def minimal():
    """The least a file has to say."""
    return {
        "coverage": {"low_m": [0, -1], "high_m": [4, 5]},
        "profiles": [
            {
                "name": "cart",
                "footprint_m": SQUARE,
                "deceleration_mps2": 1,
                "reaction_s": 0.4,
                "localisation_sigma_m": 0.02,
                "largest_speed_mps": 1.5,
            }
        ],
        "robots": [{"name": "r1", "profile": "cart", "odometry": "/r1/odom"}],
    }


CART = RobotProfile("cart", CORNERS, 1.0, 0.4, 0.02, 1.5)


@pytest.fixture
def read(tmp_path):
    """Writes a file and reads it."""

    def write_and_read(content):
        path = tmp_path / "zones.yaml"
        path.write_text(yaml.safe_dump(content))
        return read_site(path)

    return write_and_read


def test_a_minimal_file_leaves_the_rest_at_its_default(read):
    assert read(minimal()) == Site(
        robots=(RobotEntry("r1", CART, "/r1/odom"),),
        coverage=CoverageSettings(low_m=(0.0, -1.0), high_m=(4.0, 5.0)),
    )


def test_every_key_is_read(read):
    content = minimal()
    content["person"] = {f.name: 0.1 + k for k, f in enumerate(fields(PersonSettings))}
    numbers = [f.name for f in fields(MonitorSettings) if f.name != "latch"]
    content["monitor"] = {name: 9.0 - k / 10 for k, name in enumerate(reversed(numbers))}
    content["monitor"]["latch"] = ["clock", "camera_moved"]
    content["coverage"] |= {
        "resolution_m": 0.2,
        "heights_m": [0, 0.5, 1.5],
        "min_person_px": 11,
        "range_m": 12,
        "margin_px": 13,
    }
    content["profiles"][0] |= {
        "warning_m": 0.7,
        "unseen": "creep",
        "creep_speed_mps": 0.2,
        "assumption": "reach",
    }
    content["robots"] = [{"name": "r1", "profile": "cart", "frame": "r1/base"}]
    content["occluders"] = [{"name": "shelf", "corners_m": SQUARE, "height_m": 2}]
    content["human_free"] = [{"name": "pit", "corners_m": SQUARE}]
    content["cameras"] = ["cam_01", "cam_02"]
    profile = RobotProfile(
        "cart", CORNERS, 1.0, 0.4, 0.02, 1.5, 0.7, Unseen.CREEP, 0.2, Assumption.REACH
    )
    monitor = {**content["monitor"], "latch": Cause.CLOCK | Cause.CAMERA_MOVED}
    assert read(content) == Site(
        person=PersonSettings(**content["person"]),
        robots=(RobotEntry("r1", profile, frame="r1/base"),),
        coverage=CoverageSettings((0.0, -1.0), (4.0, 5.0), 0.2, (0.0, 0.5, 1.5), 11.0, 12.0, 13.0),
        occluders=(Occluder("shelf", CORNERS, 2.0),),
        human_free=(Area("pit", CORNERS),),
        monitor=MonitorSettings(**monitor),
        cameras=("cam_01", "cam_02"),
    )


def test_a_site_may_latch_nothing(read):
    assert read({**minimal(), "monitor": {"latch": ["none"]}}).monitor.latch is Cause.NONE


def test_robots_of_one_profile_share_it(read):
    content = minimal()
    content["robots"].append({"name": "r2", "profile": "cart", "frame": "r2/base"})
    first, second = read(content).robots
    assert first.profile is second.profile


@pytest.mark.parametrize("missing", ["coverage", "profiles", "robots"])
def test_what_is_required_is_named(read, missing):
    content = minimal()
    del content[missing]
    with pytest.raises(ConfigurationError, match=rf"zones.yaml: missing {missing}; valid keys:"):
        read(content)


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ("coverage", "high_m, low_m"),
        ("profiles", "deceleration_mps2, footprint_m, largest_speed_mps, localisation_sigma_m,"),
        ("robots", "name, profile"),
        ("occluders", "corners_m, height_m, name"),
        ("human_free", "corners_m, name"),
    ],
)
def test_what_a_section_requires_is_named(read, section, missing):
    empty = {} if section == "coverage" else [{}]
    with pytest.raises(ConfigurationError, match=rf"zones.yaml: {section}.*: missing {missing}"):
        read({**minimal(), section: empty})


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ([], "zones"),
        (["person"], "speed"),
        (["monitor"], "period"),
        (["coverage"], "heights"),
        (["profiles", 0], "footprint"),
        (["robots", 0], "topic"),
    ],
)
def test_a_key_nobody_knows_is_named_with_the_valid_ones(read, place, key):
    content = {**minimal(), "person": {}, "monitor": {}}
    section = content
    for step in place:
        section = section[step]
    section[key] = 1
    with pytest.raises(ConfigurationError, match=rf"zones.yaml.*: unknown key '{key}'; valid: "):
        read(content)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["person", "reach_m"], -1.0, "person: reach_m must be a number from 0 to 1e"),
        (["person", "reach_m"], float("nan"), "person: reach_m must be a number from 0 to 1e"),
        (["person", "reach_m"], "long", "person: reach_m must be a number"),
        (["monitor", "period_s"], 0, "monitor: monitor: period_s must be > 0"),
        (["monitor", "latch"], ["clocks"], "monitor: unknown latch 'clocks'; valid: none, start"),
        (["monitor", "latch"], "clock", "monitor: latch must be a list of texts"),
        (["coverage", "low_m"], [9, 9], "coverage: coverage: high_m .* must be above low_m"),
        (["coverage", "low_m"], [0], "coverage: low_m must be a list of 2 numbers from -1e"),
        (["coverage", "heights_m"], 0.9, "coverage: heights_m must be a list of numbers from 0"),
        (["coverage", "heights_m"], [-1], "coverage: heights_m must be a list of numbers from 0"),
        (["coverage", "heights_m"], [], "coverage: coverage: heights_m must be numbers >= 0"),
        (["profiles", 0, "name"], 7, r"profiles\[0\]: name must be a text"),
        (["profiles", 0, "unseen"], "go", "unknown unseen 'go'; valid: stop, creep, ignore"),
        (["profiles", 0, "assumption"], "x", "unknown assumption 'x'; valid: separation, reach"),
        (["profiles", 0, "footprint_m"], SQUARE[:2], r"profiles\[0\]: profile cart: footprint_m"),
        (["profiles", 0, "footprint_m"], [[0, 0, 0]], "footprint_m: 0 must be a list of 2 number"),
        (["profiles", 0, "deceleration_mps2"], 0, "deceleration_mps2 must be > 0"),
        (["robots", 0, "profile"], "tank", r"robots\[0\]: unknown profile 'tank'; valid: cart"),
        (["robots", 0, "odometry"], "", r"robots\[0\]: odometry must be a text"),
        (["robots", 0, "frame"], 7, r"robots\[0\]: frame must be a text"),
        (["robots", 0, "required"], "no", r"robots\[0\]: required must be true or false"),
        (["cameras"], [], "cameras must be a list of texts"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_and_key(read, place, value, said):
    content = {**minimal(), "person": {}, "monitor": {}}
    section = content
    for step in place[:-1]:
        section = section[step]
    section[place[-1]] = value
    with pytest.raises(ConfigurationError, match=rf"zones.yaml: .*{said}"):
        read(content)


@pytest.mark.parametrize("required", [True, False])
def test_a_robot_may_be_left_out_of_the_start(read, required):
    content = minimal()
    content["robots"][0]["required"] = required
    assert read(content).robots[0].required is required


def test_a_robot_without_a_source_is_named(read):
    content = minimal()
    del content["robots"][0]["odometry"]
    with pytest.raises(ConfigurationError, match=r"zones.yaml: robots\[0\]: robot r1: name its"):
        read(content)


def test_names_given_twice_are_named(read):
    content = minimal()
    content["robots"] *= 2
    with pytest.raises(ConfigurationError, match=r"zones.yaml: robots: r1 named twice"):
        read(content)
    content = minimal()
    content["profiles"] *= 2
    with pytest.raises(ConfigurationError, match=r"profiles\[1\]: profile cart is there twice"):
        read(content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nothing.yaml: cannot be read"):
        read_site(tmp_path / "nothing.yaml")


SHIPPED = read_site(CONFIG / "zones.yaml")
DEMO = load_world(CONFIG / "worlds" / "demo.yaml")


def test_the_shipped_site_says_the_defaults_and_says_them_all():
    assert SHIPPED.person == PersonSettings()
    assert SHIPPED.monitor == MonitorSettings()
    assert SHIPPED.coverage == CoverageSettings()
    content = yaml.safe_load((CONFIG / "zones.yaml").read_text())
    for key, kind in {"person": PersonSettings, "monitor": MonitorSettings}.items():
        assert list(content[key]) == [field.name for field in fields(kind)]
    for profile in content["profiles"]:
        assert list(profile) == [field.name for field in fields(RobotProfile)]


def test_the_shipped_site_has_a_reason_for_every_number():
    lines = (CONFIG / "zones.yaml").read_text().splitlines()
    values = [line for line in lines if ":" in line and line.startswith(("  ", "    "))]
    numbers = [line for line in values if line.split(":")[0].strip().endswith(("_m", "_s", "mps"))]
    assert numbers
    assert [line for line in numbers if "#" not in line] == []


def test_the_shipped_site_is_the_demo_hall():
    width_m, depth_m = DEMO.floor_size_m
    assert SHIPPED.coverage.high_m == (width_m / 2, depth_m / 2)
    assert SHIPPED.coverage.low_m == (-width_m / 2, -depth_m / 2)
    assert SHIPPED.cameras == tuple(camera.camera_id for camera in DEMO.cameras)


def test_the_shipped_site_has_the_robots_of_the_demo_with_the_topics_of_the_simulation():
    assert [
        (robot.name, robot.profile.name, robot.odometry, robot.frame) for robot in SHIPPED.robots
    ] == [
        (plan.name, plan.kind, f"/{plan.name}/odom", f"{plan.name}/base_link")
        for plan in DEMO.robots
    ]
    for robot in SHIPPED.robots:
        size_m = np.ptp(robot.profile.outline_m, axis=0)
        assert tuple(size_m) == pytest.approx(ROBOTS[robot.profile.name])


def test_the_shipped_site_has_every_obstacle_of_the_demo():
    for obstacle, occluder in zip(DEMO.obstacles, SHIPPED.occluders, strict=True):
        assert occluder.name.startswith(obstacle.kind)
        assert occluder.height_m == obstacle.size_m[2]
        assert np.abs(np.array(occluder.corners_m) - obstacle.footprint_m).max() < 1e-3


def test_the_shipped_site_keeps_people_out_of_solid_things_alone():
    solid = {o.name: o.corners_m for o in SHIPPED.occluders}
    assert all(solid[area.name] == area.corners_m for area in SHIPPED.human_free)
    missing = set(solid) - {area.name for area in SHIPPED.human_free}
    assert missing == {"truck_3", "forklift_11"}  # people sit in them
