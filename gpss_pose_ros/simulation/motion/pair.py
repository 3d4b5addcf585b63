"""Two people who walk side by side and stop to talk."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.simulation.motion import errand
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.crew import (
    PAIR_HALF_M,
    Crew,
    Place,
    Site,
    walking_speed,
)
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.walk import SPEEDS_MPS
from gpss_pose_ros.types import FloatArray

_LEAST_WAY_M = 2.0


class Pair(Crew):
    """Two people who walk side by side and talk."""

    members = 2

    @classmethod
    def stays_m(cls, site: Site) -> FloatArray:
        """Return where two may stay side by side, see `Crew`."""
        return site.pair_stays_m

    def propose(self, site: Site, rng: np.random.Generator) -> list[Chain] | None:
        """Return a next piece for both, see `Crew`."""
        pieces = self._pieces(rng)
        goals = self._tour(site, site.wide_ways, rng)
        for number, goal in enumerate(goals):
            middle = np.mean([piece.place[:2] for piece in pieces], axis=0)
            path = site.wide_ways.find(middle, goal)
            if path is None or path.length_m < _LEAST_WAY_M:
                return None
            self._walk(pieces, path, walking_speed(rng, 0.6, 1.5))
            last = number == len(goals) - 1
            self._stop(pieces, float(rng.uniform(2.0, 5.0) if last else rng.uniform(1.0, 2.0)), rng)
        return pieces if goals else None

    def _walk(self, pieces: list[Chain], path: Path, speed_mps: float) -> None:
        """Turn together, and walk side by side."""
        ways = _side_by_side(path, [piece.place for piece in pieces])
        for piece, way in zip(pieces, ways, strict=True):
            piece.face(way.at(0.0)[2], 0.7)
        _pad(pieces)
        longest = max(way.length_m for way in ways)
        for piece, way in zip(pieces, ways, strict=True):
            piece.walk(way, max(speed_mps * way.length_m / longest, SPEEDS_MPS[0]))
        _pad(pieces)

    def _stop(self, pieces: list[Chain], duration_s: float, rng: np.random.Generator) -> None:
        """Stand together, often turned to each other."""
        if rng.random() < 0.7:
            for piece, other in zip(pieces, pieces[::-1], strict=True):
                dx, dy = other.place[0] - piece.place[0], other.place[1] - piece.place[1]
                piece.face(float(np.arctan2(dy, dx)) + float(rng.normal(0.0, 0.3)), 0.3)
        for piece in pieces:
            errand.talk(piece, rng, duration_s)
        _pad(pieces)


def _side_by_side(path: Path, places: Sequence[Place]) -> list[Path]:
    """Return the ways of two people from where they stand to the left and the right of a path."""
    normal = path.at(0.0)[2] + np.pi / 2
    sideways = [x * np.cos(normal) + y * np.sin(normal) for x, y, _ in places]
    first = 1.0 if sideways[0] > sideways[1] else -1.0
    return [
        path.beside(side * PAIR_HALF_M, np.array(place[:2]))
        for side, place in zip((first, -first), places, strict=True)
    ]


def _pad(pieces: Sequence[Chain]) -> None:
    """Let whoever is early wait for the other."""
    end = max(piece.duration_s for piece in pieces)
    for piece in pieces:
        if end - piece.duration_s > 1e-9:
            piece.still(end - piece.duration_s)
