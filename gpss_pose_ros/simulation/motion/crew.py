"""Who goes about together: one person, one with a cart, or a pair; and what they set out to do."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.clearance import MOST_CIRCLES, PERSON_RADIUS_M, unvisited
from gpss_pose_ros.simulation.motion.floor import WalkableFloor
from gpss_pose_ros.simulation.motion.grip import Grip
from gpss_pose_ros.simulation.motion.motion import NOTHING_HELD
from gpss_pose_ros.simulation.motion.route import RouteFinder
from gpss_pose_ros.simulation.motion.stance import Stance, beside
from gpss_pose_ros.simulation.motion.style import Style
from gpss_pose_ros.types import FloatArray

Place = tuple[float, float, float]
PAIR_HALF_M = 0.4
_BY_WAY = 0.3
_CHOICES = 4  # of which the furthest place is gone to
_TO_OBSTACLE_M = 0.12
_CART_TURNS_M = 1.4  # clear of obstacles: room to turn with a cart, nearly all round


class Site:
    """The floor with its ways, and the places where one may stay: no robot ever comes there.

    Args:
        floor: to walk on.
        robots: (1, R, 3) every circle that robots ever come to.

    Attributes:
        ways, wide_ways: for one person, and for a pair or a cart.
        stays_m, pair_stays_m, cart_stays_m: (N, 2) where each kind of crew may stay, in [m].
        work_places: those where one may stay.
    """

    def __init__(self, floor: WalkableFloor, robots: FloatArray) -> None:
        self.floor = floor
        self.ways = RouteFinder(floor, 0.45)
        self.wide_ways = RouteFinder(floor, 0.80)
        self.stays_m = unvisited(self.ways.free_places_m, PERSON_RADIUS_M, robots)
        wide_m = PERSON_RADIUS_M + PAIR_HALF_M
        self.pair_stays_m = unvisited(self.wide_ways.free_places_m, wide_m, robots)
        roomy = floor.clearance_m(self.pair_stays_m) >= _CART_TURNS_M
        self.cart_stays_m = self.pair_stays_m[roomy] if roomy.any() else self.pair_stays_m
        spots = np.array([(place.x_m, place.y_m) for place in floor.work_places]).reshape(-1, 2)
        safe = {tuple(spot) for spot in unvisited(spots, PERSON_RADIUS_M, robots).tolist()}
        self.work_places = [p for p in floor.work_places if (p.x_m, p.y_m) in safe]


class Crew(ABC):
    """Some people who move together.

    Attributes:
        chains: everything planned so far, one a member.
        members: how many they are.
    """

    members = 1

    def __init__(self, chains: Sequence[Chain]) -> None:
        self.chains = tuple(chains)

    @abstractmethod
    def propose(self, site: Site, rng: np.random.Generator) -> list[Chain] | None:
        """Return a next piece for every member, of one duration; None where there is no way."""

    def idle(self, rng: np.random.Generator, patience: int) -> list[Chain]:
        """Return a piece in which everybody stays, longer with `patience` (1 and up)."""
        pieces = [Chain(chain.body, chain.style, chain.stance) for chain in self.chains]
        self._pause(pieces, min(patience, 3) * float(rng.uniform(0.4, 1.0)))
        return pieces

    @classmethod
    @abstractmethod
    def stays_m(cls, site: Site) -> FloatArray:
        """Return where such a crew may stay, (N, 2)."""

    @property
    def resting_grip(self) -> Grip:
        """What the hands do while waiting."""
        return NOTHING_HELD

    def append(self, pieces: Sequence[Chain]) -> None:
        """Make a proposal part of the plan."""
        for chain, piece in zip(self.chains, pieces, strict=True):
            chain.extend(piece)

    @classmethod
    def at(cls, place: Place, bodies: Sequence[Body], rng: np.random.Generator) -> "Crew":
        """Place a crew on the floor, its members side by side, each with a manner of their own."""
        return cls(side_by_side(place, bodies, rng))

    def fits(self, floor: WalkableFloor, circles: FloatArray) -> bool:
        """Whether the crew's circles (T, N, 3) are clear of the floor's edge and obstacles.

        A box is carried above what stands at its bench, so only the people themselves count.
        """
        people = circles[:, ::MOST_CIRCLES, :2].reshape(-1, 2)
        return bool((floor.clearance_m(people) >= _TO_OBSTACLE_M).all())

    def _pieces(self, rng: np.random.Generator) -> list[Chain]:
        """Return a new piece for every member; some begin with a pause that lets others pass."""
        pieces = [Chain(chain.body, chain.style, chain.stance) for chain in self.chains]
        if rng.random() < 0.3:
            self._pause(pieces, float(rng.uniform(0.5, 2.5)))
        return pieces

    def _tour(self, site: Site, ways: RouteFinder, rng: np.random.Generator) -> list[FloatArray]:
        """Return where to go next, (2,) each: sometimes by way of a place robots come to as well.

        The last place is one to stay; empty if there is none.
        """
        stays = self.stays_m(site)
        if not len(stays):
            return []
        goals = [np.array(self.chains[0].place[:2])]
        if rng.random() < _BY_WAY:
            goals.append(distant(ways.free_places_m, goals[-1], rng))
        goals.append(distant(stays, goals[-1], rng))
        return goals[1:]

    def _pause(self, pieces: list[Chain], duration_s: float) -> None:
        for piece in pieces:
            piece.still(duration_s, grip=self.resting_grip)


def distant(places_m: FloatArray, start_m: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return one (2,) of the places (N, 2): the furthest of a few that are drawn."""
    drawn = places_m[rng.integers(len(places_m), size=_CHOICES)]
    furthest: FloatArray = drawn[int(np.argmax(np.hypot(*(drawn - start_m).T)))]
    return furthest


def side_by_side(place: Place, bodies: Sequence[Body], rng: np.random.Generator) -> list[Chain]:
    """Return people standing side by side at a place, each with a manner of their own."""
    chains = []
    for number, body in enumerate(bodies):
        aside = PAIR_HALF_M * (len(bodies) - 1 - 2 * number)
        spot, style = beside(*place, aside, 0.0), Style.sample(rng)
        stance = Stance.at(spot.x_m, spot.y_m, place[2], style.stand_width_m, style.toe_out_rad)
        chains.append(Chain(body, style, stance))
    return chains


def walking_speed(rng: np.random.Generator, lowest: float, highest: float) -> float:
    """Draw a speed: mostly about 1.1 m/s, sometimes a shuffle, sometimes a hurry."""
    if rng.random() < 0.25:
        return float(rng.uniform(lowest, highest))
    return float(np.clip(rng.normal(1.1, 0.2), lowest, highest))
