"""One person alone: works at benches, carries boxes between them, or pushes a cart."""

from collections.abc import Sequence

import numpy as np

from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion import errand
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.clearance import spread
from gpss_pose_ros.simulation.motion.crew import (
    Crew,
    Place,
    Site,
    distant,
    side_by_side,
    walking_speed,
)
from gpss_pose_ros.simulation.motion.floor import WalkableFloor, WorkPlace
from gpss_pose_ros.simulation.motion.grip import Cart, Grip
from gpss_pose_ros.simulation.motion.path import Path
from gpss_pose_ros.simulation.motion.rotation import wrapped
from gpss_pose_ros.types import FloatArray

_WAYS = 3  # that somebody with a cart looks at before waiting
_TURNS = 9  # headings looked at of a cart that turns


class Solo(Crew):
    """One person: goes to work at a bench, carries boxes between benches, or does something."""

    @classmethod
    def stays_m(cls, site: Site) -> FloatArray:
        """Return where one person may stay, see `Crew`."""
        return site.stays_m

    def propose(self, site: Site, rng: np.random.Generator) -> list[Chain] | None:
        """Return a next piece, see `Crew`."""
        (piece,) = self._pieces(rng)
        here = _work_place_at(site.floor, piece.place)
        if here is not None and rng.random() < 0.5:
            return self._carry(piece, here, site, rng)
        there = _random_work_place(site, rng) if rng.random() < 0.4 else None
        goals = self._tour(site, site.ways, rng)
        if there is not None:
            goals = [*goals[:-1], np.array((there.x_m, there.y_m))]
        for number, goal in enumerate(goals):
            if number:
                piece.still(float(rng.uniform(0.2, 1.5)))
            if not self._walk(piece, goal, site, rng):
                return None
        self._arrive(piece, there, rng)
        return [piece] if goals else None

    def idle(self, rng: np.random.Generator, patience: int) -> list[Chain]:
        """Return a piece in which the person stays, and finds something to do, see `Crew`."""
        if patience % 3:
            return super().idle(rng, patience)
        chain = self.chains[0]
        piece = Chain(chain.body, chain.style, chain.stance)
        errand.act(piece, rng)
        return [piece]

    def _walk(self, piece: Chain, goal: FloatArray, site: Site, rng: np.random.Generator) -> bool:
        """Turn and walk to a goal; False where there is no way."""
        path = site.ways.find(np.array(piece.place[:2]), goal)
        if path is not None:
            piece.face(path.at(0.0)[2], 0.7)
            piece.walk(path, walking_speed(rng, 0.3, 2.0), errand.walking_grip(rng))
        return path is not None

    def _arrive(self, piece: Chain, there: WorkPlace | None, rng: np.random.Generator) -> None:
        if there is not None:
            piece.face(there.yaw_rad, 0.1)
            errand.work(piece, there, rng)
        elif rng.random() < 0.9:
            piece.still(0.6)
            errand.act(piece, rng)
        else:
            piece.still(float(rng.uniform(0.5, 1.5)))

    def _carry(
        self, piece: Chain, here: WorkPlace, site: Site, rng: np.random.Generator
    ) -> list[Chain] | None:
        """Carry a box from this bench to another one."""
        there = _random_work_place(site, rng)
        if there is None or there is here:
            return None
        path = site.ways.find(np.array(piece.place[:2]), np.array((there.x_m, there.y_m)))
        if path is None:
            return None
        box = errand.box(rng)
        errand.lift(piece, box, here)
        piece.face(path.at(0.0)[2], 0.5, box)
        piece.walk(path, walking_speed(rng, 0.5, 1.4), box)
        piece.face(there.yaw_rad, 0.1, box)
        errand.lower(piece, box, there)
        return [piece]


class CartPusher(Crew):
    """One person with a cart that they never leave."""

    def __init__(self, chains: Sequence[Chain], cart: Cart) -> None:
        super().__init__(chains)
        self._cart = cart

    @classmethod
    def at(cls, place: Place, bodies: Sequence[Body], rng: np.random.Generator) -> "Crew":
        """Place a person with a cart on the floor."""
        return cls(side_by_side(place, bodies, rng), errand.cart(rng, bodies[0].height_m))

    def fits(self, floor: WalkableFloor, circles: FloatArray) -> bool:
        """Whether person and cart are clear of the floor's edge and obstacles, see `Crew`."""
        reach = floor.clearance_m(circles[..., :2].reshape(-1, 2))
        return super().fits(floor, circles) and bool((reach >= circles[..., 2].ravel()).all())

    @classmethod
    def stays_m(cls, site: Site) -> FloatArray:
        """Return where there is room to go on from, see `Crew`."""
        return site.cart_stays_m

    @property
    def resting_grip(self) -> Grip:
        """Both hands on the handle."""
        return self._cart

    def propose(self, site: Site, rng: np.random.Generator) -> list[Chain] | None:
        """Return a next piece, see `Crew`."""
        (piece,) = self._pieces(rng)
        path = self._way(piece.place, site, rng)
        if path is None:
            return None
        piece.face(path.at(0.0)[2], 0.01, self._cart)
        piece.walk(path, walking_speed(rng, 0.4, 1.4), self._cart)
        piece.still(float(rng.uniform(0.5, 2.0)), grip=self._cart)
        return [piece]

    def _way(self, place: Place, site: Site, rng: np.random.Generator) -> Path | None:
        """Return a way with room for the cart, also while turning it at the start."""
        start, stays = np.array(place[:2]), self.stays_m(site)
        for _ in range(_WAYS if len(stays) else 0):
            path = site.wide_ways.find(start, distant(stays, start, rng))
            if path is not None and self.fits(site.floor, self._swept(place, path)):
                return path
        return None

    def _swept(self, place: Place, path: Path) -> FloatArray:
        """Return the circles (T, N, 3) of turning from `place` to a path and walking along it."""
        begin = path.at(0.0)[2]
        turns = begin - wrapped(begin - place[2]) * np.linspace(1.0, 0.0, _TURNS)
        turning = np.column_stack((np.tile(place[:2], (_TURNS, 1)), turns))
        walking = path.places(np.arange(0.0, path.length_m, 0.2))
        return spread(np.concatenate((turning, walking)), self._cart)


def _random_work_place(site: Site, rng: np.random.Generator) -> WorkPlace | None:
    if not site.work_places:
        return None
    return site.work_places[int(rng.integers(len(site.work_places)))]


def _work_place_at(floor: WalkableFloor, place: Place) -> WorkPlace | None:
    """Return the work place somebody stands at, if any."""
    for work_place in floor.work_places:
        near = np.hypot(work_place.x_m - place[0], work_place.y_m - place[1]) < 0.1
        if near and np.cos(work_place.yaw_rad - place[2]) > 0.95:
            return work_place
    return None
