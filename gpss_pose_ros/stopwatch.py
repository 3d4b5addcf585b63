"""Where the time of one result goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up wall-clock time by stage.

    >>> watch = Stopwatch()
    >>> with watch.stage("detect"):
    ...     pass
    >>> list(watch.stages_ns)
    ['detect']
    """

    def __init__(self) -> None:
        self.stages_ns: dict[str, int] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside the block to stage `name`."""
        start = time.perf_counter_ns()
        try:
            yield
        finally:
            self.add(name, time.perf_counter_ns() - start)

    def add(self, name: str, duration_ns: int) -> None:
        """Add a duration measured elsewhere."""
        self.stages_ns[name] = self.stages_ns.get(name, 0) + duration_ns

    def move(self, source: str, target: str, duration_ns: int) -> None:
        """Move time that was spent inside `source` to a stage of its own."""
        self.stages_ns[source] -= duration_ns
        self.add(target, duration_ns)
