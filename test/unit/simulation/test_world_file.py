from pathlib import Path

import numpy as np
import pytest
import yaml

from gpss_pose_ros.errors import ConfigurationError
from gpss_pose_ros.simulation.world_file import load_world

WORLDS = Path(__file__).resolve().parents[3] / "config" / "worlds"
MINIMAL = {"seed": 1, "floor": {"size_m": [6, 5]}}
CAMERA = {
    "name": "cam",
    "position_m": [1.0, 2.0, 4.0],
    "look_at_m": [0.5, 0.0, 0.0],
    "size_px": [640, 480],
    "hfov_deg": 80,
    "distortion": [-0.2, 0.05, 0.0, 0.0],
}


@pytest.fixture
def world_of(tmp_path):
    def load(**changes):
        path = tmp_path / "world.yaml"
        path.write_text(yaml.safe_dump({**MINIMAL, **changes}))
        return load_world(path)

    return load


@pytest.mark.parametrize("path", sorted(WORLDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_cameras_of_a_shipped_world_see_most_of_its_floor_twice(path):
    world = load_world(path)
    half = np.array(world.floor_size_m) / 2 - 0.5
    x, y = np.meshgrid(np.linspace(-half[0], half[0], 20), np.linspace(-half[1], half[1], 20))
    floor = np.column_stack([x.ravel(), y.ravel(), np.zeros(400)])
    cover = sum(camera.model.contains(camera.project(floor)) for camera in world.cameras)
    assert (cover >= 1).mean() > 0.97
    assert (cover >= 2).mean() > 0.8


def test_a_camera_looks_at_its_target_as_wide_as_it_says(world_of):
    camera = world_of(cameras=[CAMERA]).cameras[0]

    np.testing.assert_allclose(camera.position_m, CAMERA["position_m"])
    np.testing.assert_allclose(camera.project([CAMERA["look_at_m"]]), [[319.5, 239.5]], atol=1e-9)
    _, rays = camera.rays([[-0.5, 239.5], [639.5, 239.5]])
    np.testing.assert_allclose(np.rad2deg(np.arccos(rays[0] @ rays[1])), 80.0, atol=1e-6)


def test_a_camera_is_upright(world_of):
    camera = world_of(cameras=[CAMERA]).cameras[0]
    above, below = camera.project([[0.5, 0.0, 0.5], [0.5, 0.0, 0.0]])
    assert above[1] < below[1]
    np.testing.assert_allclose(above[0], below[0], atol=1e-6)


def test_intrinsics_and_rotation_may_be_given_as_they_were_calibrated(world_of):
    K = [500.0, 0.0, 300.0, 0.0, 501.0, 250.0, 0.0, 0.0, 1.0]
    given = {k: v for k, v in CAMERA.items() if k not in ("look_at_m", "hfov_deg")}
    given |= {"K": K, "quaternion_xyzw": [1.0, 0.0, 0.0, 0.0]}

    camera = world_of(cameras=[given]).cameras[0]

    np.testing.assert_array_equal(camera.model.K.ravel(), K)
    np.testing.assert_allclose(camera.project([[1.0, 2.0, 0.0]]), [[300.0, 250.0]], atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"flor": 1}, "unknown key 'flor'; valid: .*floor"),
        ({"floor": {"size_m": [6, 5], "look": "grass"}}, "unknown look 'grass'; valid: concrete"),
        ({"obstacles": [{"kind": "sofa", "at_m": [0, 0]}]}, r"obstacles\[0\].*sofa.*valid: shelf"),
        ({"cameras": [{**CAMERA, "hfov_deg": 200}]}, r"cameras\[0\].*hfov_deg must be a number"),
        ({"cameras": [{**CAMERA, "K": [1] * 9}]}, r"cameras\[0\].*hfov_deg or K, exactly one"),
        ({"cameras": [{**CAMERA, "position_m": [0, 0, -1]}]}, r"cameras\[0\].*under the floor"),
        ({"cameras": [CAMERA, CAMERA]}, "names a camera twice"),
        ({"cameras": [{**CAMERA, "distortion": [1, 2, 3]}]}, "distortion must be a list of"),
        (
            {"robots": [{"name": "a", "kind": "amr", "route_m": [[0, 0]], "speed_mps": 1}]},
            r"robots\[0\].*a route needs 3 corners",
        ),
        ({"light": {"ambient": 2, "lamps": []}}, "light: ambient must be a number from 0 to 1"),
        (
            {"light": {"ambient": 0.3, "lamps": [{"direction": [0, 0, 1], "colour": [1, 1, 1]}]}},
            r"lamps\[0\].*must shine downwards",
        ),
        ({"people": {"count": -1}}, "count must be a number from 0"),
    ],
)
def test_what_is_wrong_is_named(world_of, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        world_of(**changes)
