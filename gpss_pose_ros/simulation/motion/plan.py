"""Plans everyone's errands for a whole run, so that nobody walks through anything or anybody.

People are planned a piece at a time, always those whose plan ends first. After the end of a plan
its person stands there for ever, and every new piece is checked against everyone's plan including
that: to stand on is therefore always possible, and is what people do when nothing else fits.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from gpss_pose_ros.errors import InputError
from gpss_pose_ros.simulation.body import Body
from gpss_pose_ros.simulation.motion.chain import Chain
from gpss_pose_ros.simulation.motion.clearance import (
    MOST_CIRCLES,
    SAMPLE_S,
    apart,
    robot_track,
    spread,
    track,
)
from gpss_pose_ros.simulation.motion.crew import Crew, Site
from gpss_pose_ros.simulation.motion.floor import WalkableFloor
from gpss_pose_ros.simulation.motion.pair import Pair
from gpss_pose_ros.simulation.motion.script import Script
from gpss_pose_ros.simulation.motion.solo import CartPusher, Solo
from gpss_pose_ros.types import FloatArray

_FRIENDS_M = 0.08  # members of a pair come closer to each other than strangers do
_ATTEMPTS = 8
_SPAWN_TRIES = 400
_SPAWN_EXTRA_M = 0.12  # people start further apart than they may come


def plan_people(
    bodies: Sequence[Body],
    floor: WalkableFloor,
    count: int,
    duration_s: float,
    rng: np.random.Generator,
    pairs: float = 0.25,
    carts: float = 0.12,
) -> tuple[Script, ...]:
    """Plan the errands of some people.

    Args:
        bodies: person i has bodies[i % len(bodies)].
        floor: where they may walk, with its obstacles, work places and robots.
        count: of people.
        duration_s: of the run in [s].
        rng: source of every choice.
        pairs: part of the people who go in pairs.
        carts: part of the people who push a cart.

    Returns:
        One script a person, in the order of their bodies, at least `duration_s` long.

    Raises:
        InputError: no bodies, a duration that is not positive, or no room for so many people.
    """
    if count and not bodies:
        raise InputError("people need at least one body to choose from")
    if not 0.0 < duration_s < np.inf:
        raise InputError(f"duration_s must be above 0 and finite, got {duration_s}")
    planner = _Planner(floor, duration_s, rng)
    waiting = [bodies[i % len(bodies)] for i in range(count)]
    for kind in _kinds(len(waiting), pairs, carts, rng):
        members, waiting = waiting[: kind.members], waiting[kind.members :]
        planner.settle(kind, members)
    planner.run()
    return planner.scripts()


def _kinds(count: int, pairs: float, carts: float, rng: np.random.Generator) -> list[type[Crew]]:
    """Draw what crews `count` people form; `pairs` and `carts` are parts of the people."""
    kinds: list[type[Crew]] = []
    while (left := count - sum(kind.members for kind in kinds)) > 0:
        draw = rng.random()
        if left >= 2 and draw < pairs / (2.0 - pairs):
            kinds.append(Pair)
        else:
            kinds.append(CartPusher if draw > 1.0 - carts else Solo)
    return kinds


class _Planner:
    """Crews, and the circles they need at every sample of the run.

    The circles of all crews are the columns of one array (T, circles, 3), robots come first.
    """

    def __init__(self, floor: WalkableFloor, duration_s: float, rng: np.random.Generator) -> None:
        self._rng, self._duration_s = rng, duration_s
        self._times = np.arange(0.0, duration_s + SAMPLE_S, SAMPLE_S)
        self._crews: list[Crew] = []
        self._columns: list[slice] = []
        self._refusals: list[int] = []  # of each crew since it last moved
        robots = [robot_track(robot, self._times) for robot in floor.robots]
        self._circles = np.concatenate((np.empty((len(self._times), 0, 3)), *robots), axis=1)
        self._site = Site(floor, self._circles)
        self._robots = slice(0, self._circles.shape[1])

    def settle(self, kind: type[Crew], bodies: Sequence[Body]) -> None:
        """Place a crew where it may stand for ever; people alone where there is no room for it."""
        crew = self._settled(kind, bodies)
        if crew is None and kind is not Solo:
            for body in bodies:
                self.settle(Solo, [body])
            return
        if crew is None:
            floor = self._site.floor
            raise InputError(
                f"no room for person {len(self._crews) + 1} on the floor x {floor.x_m}, "
                f"y {floor.y_m} m: take fewer people, fewer obstacles or a larger floor"
            )

    def run(self) -> None:
        """Extend the plan that ends first until all last as long as the run."""
        while True:
            ends = [crew.chains[0].duration_s for crew in self._crews]
            if not ends or min(ends) >= self._duration_s:
                return
            number = int(np.argmin(ends))
            begin, pieces, circles = self._next_pieces(number)
            columns = self._circles[:, self._columns[number]]
            columns[begin : begin + len(circles)] = circles
            columns[begin + len(circles) :] = circles[-1]
            self._crews[number].append(pieces)

    def scripts(self) -> tuple[Script, ...]:
        """Return everyone's plan."""
        chains = [chain for crew in self._crews for chain in crew.chains]
        return tuple(Script(chain.body, tuple(chain.motions)) for chain in chains)

    def _next_pieces(self, number: int) -> tuple[int, list[Chain], FloatArray]:
        """Return what a crew does next, with its first sample and its circles from there on."""
        crew = self._crews[number]
        begin = self._sample(crew.chains[0].duration_s)
        for _ in range(_ATTEMPTS if crew.chains[0].motions else 0):
            pieces = crew.propose(self._site, self._rng)
            if pieces is None:
                continue
            circles = self._tracked(crew, begin, pieces)
            if self._is_clear(number, begin, circles):
                self._refusals[number] = 0
                return begin, pieces, circles
        self._refusals[number] += 1
        pieces = crew.idle(self._rng, self._refusals[number])
        return begin, pieces, self._tracked(crew, begin, pieces)

    def _is_clear(self, number: int, begin: int, circles: FloatArray) -> bool:
        """Whether a crew may move like that, and then stay for ever."""
        planned = max(self._sample(crew.chains[0].duration_s) for crew in self._crews)
        horizon = max(planned + 1, begin + len(circles))
        stays = np.repeat(circles[-1:], horizon - begin - len(circles), axis=0)
        others = np.delete(self._circles[begin:horizon], self._columns[number], axis=1)
        later = self._circles[horizon:, self._robots]
        return (
            self._crews[number].fits(self._site.floor, circles)
            and all(apart(a, b) for a, b in _within(circles))
            and apart(np.concatenate((circles, stays))[: len(others)], others)
            and apart(circles[-1:], later)
        )

    def _tracked(self, crew: Crew, begin: int, pieces: list[Chain]) -> FloatArray:
        """Return a crew's circles, from sample `begin` until its pieces end."""
        start_s = crew.chains[0].duration_s
        end = self._sample(start_s + pieces[0].duration_s) + 1
        times = self._times[begin : max(end, begin + 1)]
        return np.concatenate([track(piece, start_s, times) for piece in pieces], axis=1)

    def _sample(self, t_s: float) -> int:
        """Return the number of the first sample at or after a time."""
        return int(np.searchsorted(self._times, t_s - 1e-9))

    def _settled(self, kind: type[Crew], bodies: Sequence[Body]) -> Crew | None:
        """Find room for a crew; None if there is none."""
        places = self._site.stays_m
        for _ in range(_SPAWN_TRIES if len(places) else 0):
            x, y = places[int(self._rng.integers(len(places)))]
            crew = kind.at(
                (float(x), float(y), float(self._rng.uniform(-np.pi, np.pi))), bodies, self._rng
            )
            circles = np.concatenate(
                [spread(np.array([chain.place]), crew.resting_grip) for chain in crew.chains],
                axis=1,
            )
            if self._may_stand(crew, circles):
                self._admit(crew, circles)
                return crew
        return None

    def _admit(self, crew: Crew, circles: FloatArray) -> None:
        """Let a crew stand where it is."""
        begin = self._circles.shape[1]
        standing = np.repeat(circles, len(self._times), axis=0)
        self._circles = np.concatenate((self._circles, standing), axis=1)
        self._columns.append(slice(begin, self._circles.shape[1]))
        self._crews.append(crew)
        self._refusals.append(0)

    def _may_stand(self, crew: Crew, circles: FloatArray) -> bool:
        """Whether a crew's circles (1, N, 3) are clear of everything for the whole run."""
        wide = circles + np.array((0.0, 0.0, _SPAWN_EXTRA_M))
        return crew.fits(self._site.floor, circles) and apart(wide, self._circles)


def _within(track: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the circles of the two members of a pair, narrower than between strangers."""
    if track.shape[1] > MOST_CIRCLES:
        close = track - np.array((0.0, 0.0, _FRIENDS_M))
        yield close[:, :MOST_CIRCLES], close[:, MOST_CIRCLES:]
