import numpy as np
import pytest

from gpss_pose_ros.safety.hull import convex_hull

SQUARE = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]


@pytest.mark.parametrize(
    ("points", "corners"),
    [
        ([(3.0, 4.0)], [(3.0, 4.0)]),
        ([(3.0, 4.0), (3.0, 4.0)], [(3.0, 4.0)]),
        ([(1.0, 1.0), (0.0, 0.0), (2.0, 2.0)], [(0.0, 0.0), (2.0, 2.0)]),
        ([(0.0, 3.0), (0.0, 1.0), (0.0, 2.0)], [(0.0, 1.0), (0.0, 3.0)]),
        ([(2.0, 0.0), (0.0, 0.0), (1.0, 1.0)], [(0.0, 0.0), (2.0, 0.0), (1.0, 1.0)]),
        ([*SQUARE, (1.0, 1.0)], SQUARE),
        ([*SQUARE, (1.0, 0.0), (2.0, 1.0), (1.0, 2.0), (0.0, 1.0)], SQUARE),
        (SQUARE[::-1], SQUARE),
    ],
)
def test_hull_has_the_corners_only_counter_clockwise(points, corners):
    assert convex_hull(np.array(points)).tolist() == [list(c) for c in corners]
