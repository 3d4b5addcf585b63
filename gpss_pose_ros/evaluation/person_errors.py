"""How far reported feet and keypoints are from the true ones, as arrays to take figures from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from gpss_pose_ros.evaluation.coverage import ellipse_coverage
from gpss_pose_ros.evaluation.person_matches import MatchedInstant, PersonMatch
from gpss_pose_ros.types import FloatArray, FootSource, Side


@dataclass(frozen=True, eq=False)
class FeetErrors:
    """Reported feet against true ones.

    Attributes:
        errors_m: (n, 2) reported minus true, in [m].
        covariances_m2: (n, 2, 2) as reported, in [m^2].
        wanted: true feet of the persons found; n of them were placed.
    """

    errors_m: FloatArray
    covariances_m2: FloatArray
    wanted: int

    @property
    def distances_mm(self) -> FloatArray:
        """(n,) in [mm]."""
        distances: FloatArray = 1e3 * np.hypot(self.errors_m[:, 0], self.errors_m[:, 1])
        return distances

    @property
    def coverage95(self) -> float | None:
        """Fraction of the true feet inside the 95 % ellipses."""
        return ellipse_coverage(self.errors_m, self.covariances_m2)

    @property
    def placed_fraction(self) -> float | None:
        """Fraction of the feet of the persons found that were placed."""
        return len(self.errors_m) / self.wanted if self.wanted else None


def person_matches(instants: Iterable[MatchedInstant]) -> tuple[PersonMatch, ...]:
    """Return every true person of every instant."""
    return tuple(person for instant in instants for person in instant.persons)


def feet_errors(persons: Iterable[PersonMatch]) -> FeetErrors:
    """Return the errors of the feet of everybody reported as seen.

    A foot reported as occluded is not placed. Sides are taken as reported: a left foot on the
    place of the right one is an error.
    """
    found = [(p.truth, p.seen) for p in persons if p.seen is not None]
    pairs = [
        (foot.position_m - truth.feet_m[side], foot.covariance_m2)
        for truth, seen in found
        for side, foot in seen.feet.items()
        if foot.source is not FootSource.OCCLUDED
    ]
    return FeetErrors(
        np.array([error for error, _ in pairs], dtype=np.float64).reshape(-1, 2),
        np.array([covariance for _, covariance in pairs], dtype=np.float64).reshape(-1, 2, 2),
        len(Side) * len(found),
    )


def keypoint_errors_mm(persons: Iterable[PersonMatch]) -> FloatArray:
    """Return (n, K) distances in space of the keypoints of everybody seen, NaN where not known.

    K is the smaller of the keypoints reported and of the true ones: both begin with COCO's 17.
    """
    rows = [
        (person.seen.keypoints_m, person.truth.keypoints_m)
        for person in persons
        if person.seen is not None and person.truth.keypoints_m is not None
    ]
    count = min((min(len(a), len(b)) for a, b in rows), default=0)
    errors = [1e3 * np.linalg.norm(a[:count] - b[:count], axis=1) for a, b in rows]
    return np.array(errors, dtype=np.float64).reshape(len(rows), count)
