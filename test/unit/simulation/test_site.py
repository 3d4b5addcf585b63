"""The safety side of a simulated world: what is printed is what is meant, and what is there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpss_pose_ros.safety.settings import Site
from gpss_pose_ros.safety.site_file import read_site
from gpss_pose_ros.simulation.robots import Drive
from gpss_pose_ros.simulation.site import site_of, site_text
from gpss_pose_ros.simulation.world import Obstacle, RobotPlan, World
from gpss_pose_ros.simulation.world_file import load_world

CONFIG = Path(__file__).resolve().parents[3] / "config"
WORLDS = sorted((CONFIG / "worlds").glob("*.yaml"))


@pytest.fixture(params=WORLDS, ids=lambda path: path.stem)
def world(request):
    return load_world(request.param)


@pytest.fixture
def reread(tmp_path):
    """Print the site of a world, and read it again."""

    def through_file(world):
        path = tmp_path / "zones.yaml"
        path.write_text(site_text(world, "a test"))
        return read_site(path)

    return through_file


def test_what_is_printed_is_the_site_of_the_world(world, reread):
    assert reread(world) == site_of(world)


def test_an_empty_hall_is_a_site_too(reread):
    hall = World(seed=1, floor_size_m=(4.0, 6.0))
    site = reread(hall)
    assert site == site_of(hall)
    assert (site.coverage.low_m, site.coverage.high_m) == ((-2.0, -3.0), (2.0, 3.0))
    assert site.robots == site.occluders == site.human_free == site.cameras == ()


def test_a_site_has_what_the_world_has(world):
    site = site_of(world)
    assert site.cameras == tuple(camera.camera_id for camera in world.cameras)
    assert [robot.name for robot in site.robots] == [plan.name for plan in world.robots]
    extent = np.subtract(site.coverage.high_m, site.coverage.low_m)
    assert tuple(extent) == world.floor_size_m
    for obstacle, occluder, area in zip(
        world.obstacles, site.occluders, site.human_free, strict=True
    ):
        assert occluder.corners_m == area.corners_m
        assert np.array(area.corners_m) == pytest.approx(obstacle.footprint_m, abs=1e-3)
        assert occluder.height_m == obstacle.size_m[2]
        assert occluder.name.startswith(obstacle.kind)


def test_robots_stay_within_their_footprints_and_speeds(world):
    for entry, plan in zip(site_of(world).robots, world.robots, strict=True):
        outline = np.array(entry.profile.footprint_m)
        assert np.ptp(outline, axis=0) == pytest.approx(plan.footprint_m)
        assert outline.mean(axis=0) == pytest.approx([0.0, 0.0])
        drive = Drive(plan)
        speeds = [drive.state(t).v_mps for t in np.linspace(0.0, drive.period_s, 200)]
        assert max(speeds) <= entry.profile.largest_speed_mps
        assert entry.odometry == f"/{plan.name}/odom"
        assert entry.frame == f"{plan.name}/base_link"


def test_robots_of_one_kind_share_a_profile_as_fast_as_the_fastest(reread):
    route = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    plans = (
        RobotPlan("one", "amr", route, 0.5),
        RobotPlan("two", "amr", route, 1.8),
        RobotPlan("three", "tugger", route, 0.7),
    )
    site = reread(World(seed=1, floor_size_m=(4.0, 6.0), robots=plans))
    assert [robot.profile.largest_speed_mps for robot in site.robots] == [1.8, 1.8, 1.5]
    assert [robot.profile.name for robot in site.robots] == ["amr", "amr", "tugger"]


def test_names_of_all_kinds_survive(reread):
    route = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    world = World(
        seed=1,
        floor_size_m=(4.0, 6.0),
        obstacles=(Obstacle("cone", 0.0, 0.0, 0.3, (0.3, 0.3, 0.6)),) * 2,
        robots=(RobotPlan('a: "strange" #name', "amr", route, 0.5),),
    )
    site = reread(world)
    assert site == site_of(world)
    assert len({occluder.name for occluder in site.occluders}) == 2


def test_the_zones_we_ship_are_those_of_the_demo():
    shipped = read_site(CONFIG / "zones.yaml")
    made = site_of(load_world(CONFIG / "worlds" / "demo.yaml"))
    assert isinstance(shipped, Site)
    assert [robot.name for robot in shipped.robots] == [robot.name for robot in made.robots]
    for ours, theirs in zip(shipped.robots, made.robots, strict=True):
        assert (ours.odometry, ours.frame) == (theirs.odometry, theirs.frame)
        assert sorted(ours.profile.footprint_m) == sorted(theirs.profile.footprint_m)
        assert replace(ours.profile, footprint_m=theirs.profile.footprint_m) == theirs.profile
    assert shipped.coverage.low_m == made.coverage.low_m
    assert shipped.coverage.high_m == made.coverage.high_m
    assert {_place(o) for o in shipped.occluders} == {_place(o) for o in made.occluders}


def _place(solid):
    """Where something solid stands, to the centimetre."""
    middle = np.array(solid.corners_m).mean(axis=0)
    return tuple(np.round(middle, 2)), round(solid.height_m, 2)
