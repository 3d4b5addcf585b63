"""A bare hall for tests of verdicts: square robots, people as points, floor seen or not."""

import numpy as np

from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.grid import Grid
from gpss_pose_ros.safety.settings import PersonSettings, RobotProfile, Site
from gpss_pose_ros.safety.values import Person, Robot

SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
EXACT = PersonSettings(walking_speed_mps=1.0, reach_m=0.75, lean_m=0.25, intrusion_m=1.0)
"""Numbers that binary fractions hold exactly: S_p of a standing robot is 1.5 m."""
SITE = Site(person=EXACT)
NOW_NS = 10_000_000_000


def profile(**changes):
    given = {
        "name": "cart",
        "footprint_m": SQUARE,
        "deceleration_mps2": 1.0,
        "reaction_s": 0.5,
        "localisation_sigma_m": 0.0,
        "largest_speed_mps": 2.0,
    }
    return RobotProfile(**{**given, **changes})


def robot(position_m=(0.0, 0.0), velocity_mps=(0.0, 0.0), **changes):
    kind = profile(
        **{k: changes.pop(k) for k in list(changes) if k in RobotProfile.__annotations__}
    )
    given = {"robot_id": "r", "yaw_rad": 0.0, "turn_rate_radps": 0.0, "sigma_m": 0.0}
    given = {**given, "captured_ns": NOW_NS, **changes}
    return Robot(profile=kind, position_m=position_m, velocity_mps=velocity_mps, **given)


def person(x_m, y_m=0.0, track_id=1, **changes):
    given = {"held": False, "points_m": [[x_m, y_m]], "sigma_m": 0.0, "speed_mps": 0.0}
    given = {**given, "shoulders_known": True, "captured_ns": NOW_NS, **changes}
    return Person(track_id=track_id, **given)


def coverage(unseen=(), side_m=20.0, cell_m=0.125):
    """All floor seen within `side_m` of the origin but boxes ((x, y), (x, y))."""
    grid = Grid.over((-side_m, -side_m), (side_m, side_m), cell_m)
    seen = np.ones(grid.shape, dtype=np.uint8)
    for (x_low, y_low), (x_high, y_high) in unseen:
        x = (grid.x_m > x_low) & (grid.x_m < x_high)
        y = (grid.y_m > y_low) & (grid.y_m < y_high)
        seen[np.ix_(y, x)] = 0
    return Coverage(grid, seen, np.zeros(grid.shape, dtype=bool))


SEEN = coverage()
