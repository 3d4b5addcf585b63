"""Keeps simulated time on the wall clock, and says honestly how well that goes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """One instant to render.

    Attributes:
        index: counts instants from the start, those that were left out included.
        due_ns: when it is, on the clock that `Pace` was started with, in [ns].
    """

    index: int
    due_ns: int


class Pace:
    """Instants at a fixed rate that never fall behind the clock.

    Whoever is too slow for the rate leaves instants out; simulated time still passes as real time
    does, so that people do not walk slower on a slow machine.

    Attributes:
        rendered: instants that were rendered.
    """

    def __init__(self, rate_hz: float, start_ns: int) -> None:
        """Start at `start_ns`, in [ns] on any steady clock."""
        self._period_ns, self._start_ns = 1e9 / rate_hz, start_ns
        self._passed = 0
        self.rendered = 0

    def next_tick(self, now_ns: int) -> Tick:
        """Return the next instant: the newest one that is due, else the one to wait for."""
        newest_due = int((now_ns - self._start_ns) // self._period_ns)
        index = max(self._passed, newest_due)
        return Tick(index, self._start_ns + self.time_ns(index))

    def done(self, tick: Tick) -> None:
        """Note that an instant was rendered; those before it were rendered or left out."""
        self.rendered += 1
        self._passed = tick.index + 1

    def time_ns(self, index: int) -> int:
        """Return the simulated time of an instant, in [ns] since the start."""
        return round(index * self._period_ns)

    @property
    def skipped(self) -> int:
        """Instants left out because their successor was already due."""
        return self._passed - self.rendered

    @property
    def real_time_factor(self) -> float:
        """Simulated time that was rendered over the time that passed.

        1 when no instant was left out; otherwise what it would have been, had the simulation
        rendered every instant and slowed down instead.
        """
        return self.rendered / self._passed if self._passed else 1.0
