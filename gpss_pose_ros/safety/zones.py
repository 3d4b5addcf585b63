"""Where persons, and what they can reach, may be."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.safety.separation import PersonMotion, RobotMotion, separation_terms_m
from gpss_pose_ros.safety.settings import PersonSettings
from gpss_pose_ros.safety.values import Person, Zone


def zones(
    persons: Sequence[Person], walking: PersonMotion, robots: RobotMotion, settings: PersonSettings
) -> tuple[Zone, ...]:
    """Return the zone of every person, in their order.

    The core is the convex hull of all points of a person, and of where they are expected. The
    reach zone grows by the uncertainty of these points, and by how far the person may have walked
    since; the separation zone is what the most demanding robot must keep.

    Args:
        persons: everybody.
        walking: the same.
        robots: all of them.
        settings: of the site.
    """
    lean_m = walking.intrusion_m - settings.intrusion_m
    walked_m = walking.speed_mps * walking.age_s
    reach_m = settings.reach_m + lean_m + walking.uncertainty_m + walked_m
    demanded_m = separation_terms_m(walking, robots).sum(axis=0).max(axis=0, initial=0.0)
    radii_m = np.maximum(demanded_m, reach_m).tolist()
    return tuple(
        Zone(person.track_id, person.held, person.core_m, reach, radius, age)
        for person, reach, radius, age in zip(
            persons, reach_m.tolist(), radii_m, walking.age_s.tolist(), strict=True
        )
    )
