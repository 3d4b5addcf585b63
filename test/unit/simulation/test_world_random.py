import numpy as np

from gpss_pose_ros.simulation.random_world import random_world


def test_one_seed_gives_one_world():
    assert random_world(np.random.default_rng(5)) == random_world(np.random.default_rng(5))


def test_obstacles_stand_on_the_floor_and_apart():
    for seed in range(20):
        world = random_world(np.random.default_rng(seed))
        half = np.array(world.floor_size_m) / 2
        assert all((np.abs(o.footprint_m) <= half + 1e-9).all() for o in world.obstacles)
        for i, a in enumerate(world.obstacles):
            for b in world.obstacles[:i]:
                assert not overlap(a.footprint_m, b.footprint_m)


def test_worlds_differ():
    worlds = [random_world(np.random.default_rng(seed)) for seed in range(12)]
    assert len({world.floor for world in worlds}) == 3
    assert len({world.floor_size_m for world in worlds}) == 12
    assert len({o.kind for world in worlds for o in world.obstacles}) >= 8


def overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether a sample of points inside one rectangle (4, 2) lies inside the other."""
    s, t = (
        v.ravel() for v in np.meshgrid(np.linspace(0.01, 0.99, 15), np.linspace(0.01, 0.99, 15))
    )
    points = a[0] + s[:, None] * (a[1] - a[0]) + t[:, None] * (a[3] - a[0])
    edges = np.roll(b, -1, axis=0) - b
    to_point = points[:, None] - b
    return bool((edges[:, 0] * to_point[..., 1] > edges[:, 1] * to_point[..., 0]).all(1).any())
