"""How far a robot must truly keep from a person: an oracle for what safety says, of its own.

Speed and separation monitoring (ISO/TS 15066) with nothing unknown: S = S_h + S_r + S_s + C, as in
shared/design/SAFETY.md, without uncertainties and without age of data. It shares no code with
gpss_pose_ros.safety on purpose.
"""

import math

import cv2
import numpy as np

from gpss_pose_ros.safety.settings import Assumption, PersonSettings, RobotProfile
from gpss_pose_ros.types import FloatArray


def true_separation_m(
    profile: RobotProfile, person: PersonSettings, robot_mps: float, person_mps: float = 0.0
) -> float:
    """Return S at a robot's speed, towards a person who walks at the usual speed or faster."""
    reaction, braking = profile.reaction_s, profile.deceleration_mps2
    walked = _approach_mps(profile, person, person_mps) * (reaction + robot_mps / braking)
    return walked + robot_mps * reaction + robot_mps**2 / (2.0 * braking) + person.intrusion_m


def true_allowed_mps(
    profile: RobotProfile, person: PersonSettings, distance_m: float, person_mps: float = 0.0
) -> float:
    """Return the largest speed whose S is within `distance_m`; 0 where even standing is not.

    The root of v^2 / 2a + v (v_h / a + T_r) + v_h T_r + C = d.
    """
    approach = _approach_mps(profile, person, person_mps)
    spare_m = distance_m - true_separation_m(profile, person, 0.0, person_mps)
    slope_s = approach / profile.deceleration_mps2 + profile.reaction_s
    if not spare_m > 0.0:
        return 0.0
    root_s = math.sqrt(slope_s**2 + 2.0 * spare_m / profile.deceleration_mps2)
    return profile.deceleration_mps2 * (root_s - slope_s)


def gap_m(points_m: FloatArray, outline_m: FloatArray) -> float:
    """Return the distance between the convex hulls of points (P, 2) and of an outline (V, 2).

    That is how far the origin is from the hull of all differences; 0 where they overlap.
    """
    differences = (points_m[:, None] - outline_m[None]).reshape(-1, 2)
    hull = cv2.convexHull(differences.astype(np.float32)).reshape(-1, 2)
    return distance_to_polygon_m(np.zeros(2), hull.astype(np.float64))


def distance_to_polygon_m(point_m: FloatArray, corners_m: FloatArray) -> float:
    """Return how far a point (2,) is from a convex polygon (H, 2); a point or a segment is one."""
    edges = np.roll(corners_m, -1, axis=0) - corners_m
    to_point = point_m - corners_m
    sides = edges[:, 0] * to_point[:, 1] - edges[:, 1] * to_point[:, 0]
    if (sides > 0.0).all() or (sides < 0.0).all():
        return 0.0
    lengths = np.maximum((edges**2).sum(axis=1), np.finfo(np.float64).tiny)
    along = np.clip((edges * to_point).sum(axis=1) / lengths, 0.0, 1.0)
    return float(np.hypot(*(to_point - along[:, None] * edges).T).min())


def _approach_mps(profile: RobotProfile, person: PersonSettings, person_mps: float) -> float:
    if profile.assumption is Assumption.REACH:
        return 0.0
    return max(person.walking_speed_mps, person_mps)
