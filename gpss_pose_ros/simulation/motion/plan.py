"""Plans people's errands without an end, so that nobody walks through anything or anybody.

People are planned a piece at a time, always those whose plan ends first. After the end of a plan
its person stands there for ever, and every new piece is checked against everyone's plan including
that: to stand on is therefore always possible, and is what people do when nothing else fits.
What is planned once stays, so how far ahead the plan reaches changes nothing in it.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.clearance import (
    MOST_CIRCLES,
    SAMPLE_S,
    apart,
    sample_times,
    spread,
    track,
)
from gpss_pose_ros.simulation.motion.crew import Crew, Site
from gpss_pose_ros.simulation.motion.floor import WalkableFloor
from gpss_pose_ros.simulation.motion.occupancy import Occupancy
from gpss_pose_ros.simulation.motion.pair import Pair
from gpss_pose_ros.simulation.motion.script import Script
from gpss_pose_ros.simulation.motion.solo import CartPusher, Solo
from gpss_pose_ros.types import FloatArray

_FRIENDS_M = 0.08  # members of a pair come closer to each other than strangers do
_ATTEMPTS = 16
_SPAWN_TRIES = 400
_SPAWN_EXTRA_M = 0.12  # people start further apart than they may come


class Plan:
    """What some people do: for ever, planned as far ahead as somebody asks.

    Args:
        bodies: person i has bodies[i % len(bodies)].
        floor: where they may walk, with its obstacles, work places and robots.
        count: of people.
        rng: source of every choice; nobody else may draw from it afterwards.
        pairs: part of the people who go in pairs, as nearly as their number allows.
        carts: part of the people who push a cart, likewise.

    Attributes:
        scripts: one a person, in the order of their bodies; true until `planned_s`.

    Raises:
        InputError: no bodies, or no room for so many people.
    """

    def __init__(
        self,
        bodies: Sequence[Body],
        floor: WalkableFloor,
        count: int,
        rng: np.random.Generator,
        pairs: float = 1 / 3,
        carts: float = 1 / 6,
    ) -> None:
        if count and not bodies:
            raise InputError("people need at least one body to choose from")
        self._rng, self._occupancy = rng, Occupancy(floor)
        self._site = Site(floor, self._occupancy.swept)
        self._crews: list[Crew] = []
        waiting = [bodies[i % len(bodies)] for i in range(count)]
        for kind in _kinds(count, pairs, carts, rng):
            members, waiting = waiting[: kind.members], waiting[kind.members :]
            self._settle(kind, members)
        self._refusals = [0] * len(self._crews)  # of each crew since it last moved
        self._scripts = [self._begun(number) for number in range(len(self._crews))]

    @property
    def scripts(self) -> tuple[Script, ...]:
        """What everybody does."""
        return tuple(script for scripts in self._scripts for script in scripts)

    @property
    def planned_s(self) -> float:
        """Until when everybody has something to do, in [s]; infinite without people."""
        return min((script.duration_s for script in self.scripts), default=math.inf)

    def reach(self, t_s: float) -> None:
        """Plan until everybody has something to do beyond `t_s`, in [s]."""
        while self.planned_s <= t_s:
            self.extend()

    def extend(self) -> None:
        """Plan one more piece, for those whose plan ends first."""
        ends = [crew.chains[0].duration_s for crew in self._crews]
        if ends:
            number = int(np.argmin(ends))
            self._occupancy.forget(_sample(ends[number]))
            pieces = self._next_pieces(number)
            for script, piece in zip(self._scripts[number], pieces, strict=True):
                script.extend(piece.motions)

    def _begun(self, number: int) -> list[Script]:
        """Let a crew wait for a moment, which every script begins with."""
        pieces = self._idle(number)
        return [Script(piece.body, piece.motions) for piece in pieces]

    def _next_pieces(self, number: int) -> list[Chain]:
        """Settle what a crew does next."""
        crew = self._crews[number]
        for _ in range(_ATTEMPTS):
            pieces = crew.propose(self._site, self._rng)
            if pieces is None:
                continue
            begin, circles = _tracked(crew, pieces)
            if self._is_clear(number, begin, circles):
                self._refusals[number] = 0
                self._occupancy.occupy(number, begin, circles)
                crew.append(pieces)
                return pieces
        return self._idle(number)

    def _idle(self, number: int) -> list[Chain]:
        """Let a crew stay where it is for some time."""
        crew = self._crews[number]
        self._refusals[number] += 1
        pieces = crew.idle(self._rng, self._refusals[number])
        self._occupancy.occupy(number, *_tracked(crew, pieces))
        crew.append(pieces)
        return pieces

    def _is_clear(self, number: int, begin: int, circles: FloatArray) -> bool:
        """Whether a crew may move like that, and then stay for ever."""
        planned = max(_sample(crew.chains[0].duration_s) for crew in self._crews)
        horizon = max(planned + 1, begin + len(circles))
        stays = np.repeat(circles[-1:], horizon - begin - len(circles), axis=0)
        return (
            self._crews[number].fits(self._site.floor, circles)
            and all(apart(a, b) for a, b in _within(circles))
            and apart(circles[-1:], self._occupancy.swept)
            and apart(
                np.concatenate((circles, stays)), self._occupancy.others(number, begin, horizon)
            )
        )

    def _settle(self, kind: type[Crew], bodies: Sequence[Body]) -> None:
        """Place a crew where it may stand for ever; people alone where there is no room for it."""
        if self._settled(kind, bodies):
            return
        if kind is Solo:
            floor = self._site.floor
            raise InputError(
                f"no room for person {len(self._crews) + 1} on the floor x {floor.x_m}, "
                f"y {floor.y_m} m: take fewer people, fewer obstacles or a larger floor"
            )
        for body in bodies:
            self._settle(Solo, [body])

    def _settled(self, kind: type[Crew], bodies: Sequence[Body]) -> bool:
        """Find room for a crew; False if there is none."""
        places = kind.stays_m(self._site)
        for _ in range(_SPAWN_TRIES if len(places) else 0):
            x, y = places[int(self._rng.integers(len(places)))]
            heading = float(self._rng.uniform(-np.pi, np.pi))
            crew = kind.at((float(x), float(y), heading), bodies, self._rng)
            circles = np.concatenate(
                [spread(np.array([chain.place]), crew.resting_grip) for chain in crew.chains],
                axis=1,
            )
            if self._may_stand(crew, circles):
                self._occupancy.admit(circles)
                self._crews.append(crew)
                return True
        return False

    def _may_stand(self, crew: Crew, circles: FloatArray) -> bool:
        """Whether a crew's circles (1, N, 3) are clear of everything for ever."""
        wide = circles + np.array((0.0, 0.0, _SPAWN_EXTRA_M))
        return (
            crew.fits(self._site.floor, circles)
            and apart(wide, self._occupancy.swept)
            and apart(wide, self._occupancy.everyone())
        )


def _kinds(count: int, pairs: float, carts: float, rng: np.random.Generator) -> list[type[Crew]]:
    """Draw what crews `count` people form; `pairs` and `carts` are parts of the people."""
    twos = min(int(pairs * count / 2 + rng.random()), count // 2)
    pushers = min(int(carts * count + rng.random()), count - 2 * twos)
    kinds: list[type[Crew]] = [Pair] * twos + [CartPusher] * pushers
    kinds += [Solo] * (count - 2 * twos - pushers)
    return [kinds[i] for i in rng.permutation(len(kinds))]


def _sample(t_s: float) -> int:
    """Return the number of the first sample at or after a time."""
    return math.ceil(t_s / SAMPLE_S - 1e-6)


def _tracked(crew: Crew, pieces: Sequence[Chain]) -> tuple[int, FloatArray]:
    """Return a crew's first sample in its next pieces, and its circles (T, N, 3) from there on."""
    start_s = crew.chains[0].duration_s
    begin, end = _sample(start_s), _sample(start_s + pieces[0].duration_s) + 1
    times_s = sample_times(begin, end)
    return begin, np.concatenate([track(piece, start_s, times_s) for piece in pieces], axis=1)


def _within(track: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the circles of the two members of a pair, narrower than between strangers."""
    if track.shape[1] > MOST_CIRCLES:
        close = track - np.array((0.0, 0.0, _FRIENDS_M))
        yield close[:, :MOST_CIRCLES], close[:, MOST_CIRCLES:]
