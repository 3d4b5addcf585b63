"""A run's choices change the world's description, and nothing else of it."""

from dataclasses import fields
from pathlib import Path

import pytest

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.scenario import Scenario
from gpss_pose_ros.simulation.world_file import load_world

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "config" / "worlds" / "demo.yaml"


def changed(a, b):
    """Names of the fields in which two worlds differ; cameras by name."""
    names = {f.name for f in fields(a)} - {"cameras"}
    differing = {name for name in names if getattr(a, name) != getattr(b, name)}
    same_cameras = [c.camera_id for c in a.cameras] == [c.camera_id for c in b.cameras]
    return differing if same_cameras else differing | {"cameras"}


@pytest.mark.parametrize("world", ["demo", str(DEMO)])
def test_without_choices_the_world_is_as_described(world):
    assert changed(Scenario(world).load(ROOT), load_world(DEMO)) == set()


@pytest.mark.parametrize(
    ("choice", "field", "value"),
    [({"seed": 0}, "seed", 0), ({"seed": 41}, "seed", 41), ({"people": 0}, "people", 0)],
)
def test_a_choice_changes_one_thing(choice, field, value):
    described, world = load_world(DEMO), Scenario("demo", **choice).load(ROOT)
    assert changed(world, described) == {field}
    assert getattr(world, field) == value


def test_the_first_cameras_are_used():
    described = [camera.camera_id for camera in load_world(DEMO).cameras]
    used = Scenario("demo", cameras=2).load(ROOT).cameras
    assert [camera.camera_id for camera in used] == described[:2]


def test_more_cameras_than_there_are_is_refused():
    count = len(load_world(DEMO).cameras)
    with pytest.raises(ConfigurationError, match=f"has {count} cameras, not {count + 1}"):
        Scenario("demo", cameras=count + 1).load(ROOT)


def test_a_world_that_nobody_looks_at_is_refused(tmp_path):
    path = tmp_path / "dark.yaml"
    path.write_text("seed: 1\nfloor: {size_m: [5.0, 5.0]}\ncameras: []\n")
    with pytest.raises(ConfigurationError, match="no cameras"):
        Scenario(str(path)).load(ROOT)


def test_an_unknown_world_is_named_with_the_valid_ones():
    with pytest.raises(ConfigurationError, match=r"unknown world 'moon'; valid: .*demo.*YAML file"):
        Scenario("moon").load(ROOT)
