"""The separation distance of ISO/TS 15066 (speed and separation monitoring), and its inverse.

S_p = S_h + S_r + S_s + C + Z_d + Z_r, in its form for constant speeds:

    S_h = v_h age_h + v_a (T_r + T_s)  the person since seen, and until the robot stands
    S_r = v_r (T_r + age_r)            the robot since it told where it is, and until it brakes
    S_s = v_r^2 / (2 a)                the robot while it brakes, for T_s = v_r / a
    C                                  the reach of an arm; more where the person may lean
    Z_d, Z_r                           so many standard deviations of their positions

v_h is the walking speed of the site, or the person's own if they run. v_a is v_h, but 0 where the
person is taken to know of the robot and to stand (Assumption.REACH).

Arrays over robots are (R, 1) and over persons (P,), so that what joins them is (R, P).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gpss_pose_ros.safety.settings import Assumption, PersonSettings
from gpss_pose_ros.safety.values import Person, Robot
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class PersonMotion:
    """What of persons counts for the separation distance.

    Attributes:
        speed_mps: (P,) v_h.
        age_s: (P,) since they were seen.
        intrusion_m: (P,) C.
        uncertainty_m: (P,) Z_d, or (R, P) where it depends on the robot.
    """

    speed_mps: FloatArray
    age_s: FloatArray
    intrusion_m: FloatArray
    uncertainty_m: FloatArray

    @classmethod
    def of(cls, persons: Sequence[Person], settings: PersonSettings, now_ns: int) -> "PersonMotion":
        """Return it of `persons` at `now_ns`; a capture after that is as good as one at it."""
        return cls(
            _array(max(settings.walking_speed_mps, p.speed_mps) for p in persons),
            _array(age_s(p.captured_ns, now_ns) for p in persons),
            settings.intrusion_m + _array(lean_m(p, settings) for p in persons),
            settings.sigmas * _array(p.sigma_m for p in persons),
        )


@dataclass(frozen=True, eq=False)
class RobotMotion:
    """What of robots counts for the separation distance.

    Attributes:
        speed_mps: (R, 1) v_r.
        age_s: (R, 1) since they told where they are.
        reaction_s: (R, 1) T_r.
        deceleration_mps2: (R, 1) a.
        uncertainty_m: (R, 1) Z_r.
        approached: (R, 1) 1 where persons may walk towards it, 0 where they are taken to stand.
    """

    speed_mps: FloatArray
    age_s: FloatArray
    reaction_s: FloatArray
    deceleration_mps2: FloatArray
    uncertainty_m: FloatArray
    approached: FloatArray

    @classmethod
    def of(cls, robots: Sequence[Robot], settings: PersonSettings, now_ns: int) -> "RobotMotion":
        """Return it of `robots` at `now_ns`; a stamp after that is as good as one at it."""
        profiles = [robot.profile for robot in robots]
        sigmas = np.hypot(
            _array(p.localisation_sigma_m for p in profiles), _array(r.sigma_m for r in robots)
        )
        return cls(
            _array(r.speed_mps for r in robots)[:, None],
            _array(age_s(r.captured_ns, now_ns) for r in robots)[:, None],
            _array(p.reaction_s for p in profiles)[:, None],
            _array(p.deceleration_mps2 for p in profiles)[:, None],
            settings.sigmas * sigmas[:, None],
            _array(float(p.assumption is Assumption.SEPARATION) for p in profiles)[:, None],
        )


def separation_terms_m(persons: PersonMotion, robots: RobotMotion) -> FloatArray:
    """Return the terms S_h, S_r, S_s, C, Z_d, Z_r (6, R, P) of the separation distance."""
    approach_mps = persons.speed_mps * robots.approached
    until_still_s = robots.reaction_s + robots.speed_mps / robots.deceleration_mps2
    terms = np.broadcast_arrays(
        persons.speed_mps * persons.age_s + approach_mps * until_still_s,
        robots.speed_mps * (robots.reaction_s + robots.age_s),
        robots.speed_mps**2 / (2.0 * robots.deceleration_mps2),
        persons.intrusion_m,
        persons.uncertainty_m,
        robots.uncertainty_m,
    )
    return np.stack(terms)


def allowed_speeds_mps(
    distances_m: FloatArray, persons: PersonMotion, robots: RobotMotion
) -> FloatArray:
    """Return the largest speeds (R, P) at which S_p is at most the distance; 0 if there is none.

    S_p = S_p(0) + b v + v^2 / (2 a) with b = v_a / a + T_r + age_r; the root is written without a
    difference of near numbers. What is NaN allows no speed.

    Args:
        distances_m: (R, P) from the robots' outlines to the persons' cores.
        persons: who.
        robots: their present speed does not matter.
    """
    standing = replace(robots, speed_mps=np.zeros_like(robots.speed_mps))
    left_m = distances_m - separation_terms_m(persons, standing).sum(axis=0)
    a = robots.deceleration_mps2
    b = persons.speed_mps * robots.approached / a + robots.reaction_s + robots.age_s
    any_left = left_m > 0.0  # which NaN is not
    left_m = np.where(any_left, left_m, 0.0)
    root = np.sqrt(b * b + 2.0 * left_m / a)
    speeds = np.zeros(left_m.shape)
    return np.divide(2.0 * left_m, b + root, out=speeds, where=any_left)


def lean_m(person: Person, settings: PersonSettings) -> float:
    """Return by how much a shoulder may be outside the core of a person."""
    return 0.0 if person.shoulders_known else settings.lean_m


def age_s(captured_ns: int, now_ns: int) -> float:
    """Return the time since a capture, at least 0: nothing is younger than now."""
    return max(now_ns - captured_ns, 0) / 1e9


def _array(values: Iterable[float]) -> FloatArray:
    return np.array(list(values), dtype=np.float64)
