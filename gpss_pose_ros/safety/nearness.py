"""How near persons are to robots, measured against the separation distance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.distance import padded, polygon_distances_m
from gpss_pose_ros.safety.separation import (
    PersonMotion,
    RobotMotion,
    allowed_speeds_mps,
    separation_terms_m,
)
from gpss_pose_ros.safety.settings import PersonSettings
from gpss_pose_ros.safety.unseen import held_uncertainty_m, to_unseen_m
from gpss_pose_ros.safety.values import Zone
from gpss_pose_ros.types import FloatArray


@dataclass(frozen=True, eq=False)
class Nearness:
    """Of R robots and P persons.

    Attributes:
        margins_m: (R, P) distance from outline to core, less S_p; -inf where it cannot be told.
        allowed_mps: (R, P) the largest speed at which the margin is not negative; 0 without one.
        terms_m: (6, R, P) of S_p, in the order of SeparationTerms.
        nearest_first: (R, P) the persons by their margin; of equals the lower track_id first.
    """

    margins_m: FloatArray
    allowed_mps: FloatArray
    terms_m: FloatArray
    nearest_first: npt.NDArray[np.intp]


def nearness(
    outlines_m: FloatArray,
    robots: RobotMotion,
    zones: Sequence[Zone],
    persons: PersonMotion,
    coverage: Coverage,
    settings: PersonSettings,
) -> Nearness:
    """Return how near everybody is.

    Args:
        outlines_m: (R, V, 2) of the robots.
        robots: the same.
        zones: of the persons.
        persons: the same.
        coverage: bounds where persons who are held may be.
        settings: of the site.
    """
    distances_m = polygon_distances_m(outlines_m, padded([zone.core_m for zone in zones]))
    held = np.array([zone.held for zone in zones], dtype=bool)
    if held.any():
        unseen_m = to_unseen_m(outlines_m, coverage)
        uncertainty_m = held_uncertainty_m(persons, held, settings.missed_s, distances_m, unseen_m)
        persons = replace(persons, uncertainty_m=uncertainty_m)
    terms_m = separation_terms_m(persons, robots)
    margins_m = distances_m - terms_m.sum(axis=0)
    margins_m = np.where(np.isnan(margins_m), -np.inf, margins_m)
    track_ids = np.broadcast_to([zone.track_id for zone in zones], margins_m.shape)
    return Nearness(
        margins_m,
        allowed_speeds_mps(distances_m, persons, robots),
        terms_m,
        np.lexsort((track_ids, margins_m), axis=1),
    )
