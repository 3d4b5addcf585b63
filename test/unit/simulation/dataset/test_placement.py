import numpy as np
import pytest

from gpss_pose_ros.geometry.camera import Camera
from gpss_pose_ros.geometry.camera_model import CameraModel
from gpss_pose_ros.geometry.transform import Transform
from gpss_pose_ros.simulation.dataset.placement import FreeFloor, Sight, places_in_view
from gpss_pose_ros.simulation.dataset.viewpoint import look, random_camera
from gpss_pose_ros.simulation.world import Obstacle, World

TURN_RAD = 0.7
WORLD = World(
    seed=0,
    floor_size_m=(16.0, 12.0),
    obstacles=(
        Obstacle("wall", 2.0, 1.0, TURN_RAD, (4.0, 0.2, 2.5)),
        Obstacle("pillar", -3.0, -2.0, 0.0, (0.4, 0.4, 4.0)),
    ),
)
RADIUS_M = 0.3


def test_free_floor_keeps_clear_of_a_turned_wall():
    floor = FreeFloor(WORLD)
    along = np.array([np.cos(TURN_RAD), np.sin(TURN_RAD)])
    across = np.array([-along[1], along[0]])
    centre = np.array([2.0, 1.0])
    for s in (-1.99, 0.0, 1.99):
        assert not floor.is_free(centre + s * along, 0.01)
        assert not floor.is_free(centre + s * along + 0.39 * across, RADIUS_M)
        assert floor.is_free(centre + s * along + 0.41 * across, RADIUS_M)
    assert floor.is_free(centre + 2.31 * along, RADIUS_M)
    assert not floor.is_free(centre + 2.29 * along, RADIUS_M)


def test_free_floor_ends_at_the_walls():
    floor = FreeFloor(WORLD)
    assert floor.is_free(np.array([7.69, -5.69]), RADIUS_M)
    assert not floor.is_free(np.array([7.71, 0.0]), RADIUS_M)
    assert not floor.is_free(np.array([0.0, -5.71]), RADIUS_M)
    assert FreeFloor(World(seed=0, floor_size_m=(4.0, 4.0))).is_free(np.zeros(2), 1.9)


@pytest.mark.parametrize("kind", ["top", "side"])
def test_people_stand_apart_on_free_floor_and_in_view(settings, kind):
    floor = FreeFloor(WORLD)
    seen = drawn = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        camera = random_camera(kind, np.zeros(2), (16.0, 12.0), settings, rng)
        sight = Sight(camera, np.full(camera.model.size[::-1], np.inf, np.float32))
        found = places_in_view(sight, floor, [RADIUS_M] * 6, rng)
        places = [place for place in found if place is not None]
        drawn += len(places)
        for i, place in enumerate(places):
            assert floor.is_free(place, RADIUS_M)
            assert all(np.linalg.norm(place - other) > 2 * RADIUS_M for other in places[:i])
            column = [[*place, z] for z in np.linspace(0.0, 1.7, 8)]
            seen += camera.model.contains(camera.project(column)).any()
    assert drawn > 60
    assert seen > 0.8 * drawn


def straight_down(height_m):
    model = CameraModel(
        [[300.0, 0.0, 159.5], [0.0, 300.0, 119.5], [0.0, 0.0, 1.0]],
        np.zeros(5),
        "plumb_bob",
        (320, 240),
    )
    return Camera("c", model, Transform(look(0.0, 0.0, 0.0), [0.0, 0.0, height_m]))


def test_sight_knows_what_hides_a_point():
    camera = straight_down(4.0)
    depth = np.full((240, 320), 4.0, np.float32)
    depth[:, :160] = 2.0  # something 2 m high on the left
    sight = Sight(camera, depth)
    for height, left_of_image, reached in [
        (1.0, True, False),
        (2.1, True, True),
        (1.0, False, True),
    ]:
        pixel = np.array([80.0 if left_of_image else 240.0, 120.0])
        origin, rays = camera.rays(pixel[None])
        point = origin + rays[0] * (4.0 - height) / -rays[0, 2]
        assert sight.reaches(pixel, point) == reached
    assert sight.reaches(np.array([-5.0, 120.0]), np.array([9.0, 0.0, 1.0]))


def test_sight_measures_the_free_floor():
    empty = FreeFloor(World(seed=0, floor_size_m=(20.0, 20.0)))
    camera = straight_down(4.0)
    depth = np.full((240, 320), 4.0, np.float32)
    assert Sight(camera, depth).free_floor_share(empty) == 1.0
    depth[:, :160] = 2.0
    assert Sight(camera, depth).free_floor_share(empty) == 0.5
    depth[:] = np.inf
    assert Sight(camera, depth).free_floor_share(empty) == 0.0
