"""What floor that nobody sees means for robots, and for persons who are held."""

import numpy as np
import numpy.typing as npt

from gpss_pose_ros.safety.coverage import Coverage
from gpss_pose_ros.safety.hull import convex_hull
from gpss_pose_ros.safety.separation import PersonMotion
from gpss_pose_ros.types import FloatArray

_SAMPLES = 8  # of every edge of an outline


def held_uncertainty_m(
    persons: PersonMotion,
    held: npt.NDArray[np.bool_],
    missed_s: float,
    distances_m: FloatArray,
    to_unseen_m: FloatArray,
) -> FloatArray:
    """Return Z_d (R, P) of persons, where those who are held cannot be anywhere around their core.

    Who was not seen is on floor that was not seen, or near the core: no farther than they walk in
    the time for which cameras may miss somebody. So a held person is no nearer to a robot than the
    nearer of the two, nor, as everybody, nearer than their uncertainty allows:

        d - Z_d = max(d - Z, min(d - min(Z, v_h missed_s), to_unseen))

    More uncertainty and less coverage never make it larger. The time since cameras looked is
    charged in S_h, as for everybody.

    Args:
        persons: all of them; Z is their `uncertainty_m`.
        held: (P,) who is.
        missed_s: of the site.
        distances_m: (R, P) d, from the robots' outlines to the cores.
        to_unseen_m: (R,) from the robots' outlines to unseen floor.
    """
    most = persons.uncertainty_m
    least = np.where(held, np.minimum(most, persons.speed_mps * missed_s), most)
    uncertainty: FloatArray = np.clip(distances_m - to_unseen_m[:, None], least, most)
    return uncertainty


def touches_unseen(polygons_m: FloatArray, coverage: Coverage) -> npt.NDArray[np.bool_]:
    """Tell (R,) which convex polygons, of corners (R, V, 2) in any order, touch unseen floor.

    Of most, a look at the distance map tells that they are far from it, or a look at their corners
    that they are on it; only the rest is compared with every cell.
    """
    middles = polygons_m.mean(axis=1)
    reaches = np.hypot(*np.moveaxis(polygons_m - middles[:, None], -1, 0)).max(axis=1)
    touches: npt.NDArray[np.bool_] = ~(coverage.distance_to_unseen_m(middles) > reaches)
    corners = coverage.unseen_at(polygons_m.reshape(-1, 2)).reshape(polygons_m.shape[:2])
    for n in np.flatnonzero(touches & ~corners.any(axis=1)):
        touches[n] = coverage.unseen_in(convex_hull(polygons_m[n]))
    return touches


def to_unseen_m(outlines_m: FloatArray, coverage: Coverage) -> FloatArray:
    """Return a lower bound (R,) of the distances of outlines (R, V, 2) to unseen floor.

    Distances are taken at points along the outline; half of what lies between two is taken off.
    Unseen floor all inside an outline is nearer to it than its perimeter over 2 pi.
    """
    edges = np.roll(outlines_m, -1, axis=1) - outlines_m
    lengths = np.hypot(edges[..., 0], edges[..., 1])
    steps = np.arange(_SAMPLES)[:, None, None, None] / _SAMPLES
    points = np.moveaxis(outlines_m + steps * edges, 0, 1)
    sampled = coverage.distance_to_unseen_m(points.reshape(-1, 2)).reshape(points.shape[:-1])
    bounds = sampled.min(axis=(1, 2)) - lengths.max(axis=1) / _SAMPLES / 2.0
    around = (bounds > 0.0) & ~(bounds > lengths.sum(axis=1) / (2.0 * np.pi))
    bounds[around] *= ~touches_unseen(outlines_m[around], coverage)
    nearest: FloatArray = np.maximum(bounds, 0.0)
    return nearest
