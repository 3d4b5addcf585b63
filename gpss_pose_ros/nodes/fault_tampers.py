"""What can go wrong with a stream of messages, whatever they say."""

import copy
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any


class Tamper(ABC):
    """What a fault does to a stream.

    Attributes:
        onset_ns: when it began, steady clock; None while it has not yet.
    """

    def __init__(self, onset_ns: int | None = None) -> None:
        self.onset_ns = onset_ns

    @abstractmethod
    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return what to publish instead of the true message made now."""

    def rest(self) -> Iterable[Any]:
        """Return what is still to be published when the fault is over."""
        return ()


class Silent(Tamper):
    """Publishes nothing; all was well until the last message before."""

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return nothing."""
        return ()


class Altered(Tamper):
    """Changes every message."""

    def __init__(self, alter: Callable[[Any], object]) -> None:
        super().__init__()
        self._alter = alter

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return the message, altered in place."""
        self._alter(message)
        self.onset_ns = self.onset_ns or time.monotonic_ns()
        return (message,)


class Repeated(Tamper):
    """Publishes one message for ever, the first that it sees, which is still a true one.

    `renew(copy, true)` may touch up each copy. Where the copies are wrong in themselves, the second
    message is the onset; where they only grow old (`ages`), it is the first.
    """

    def __init__(
        self, renew: Callable[[Any, Any], object] = lambda again, true: None, ages: bool = False
    ) -> None:
        super().__init__()
        self._first: Any = None
        self._renew, self._ages = renew, ages

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return the first message again."""
        if self.onset_ns is None and (self._ages or self._first is not None):
            self.onset_ns = time.monotonic_ns()
        if self._first is None:
            self._first = copy.deepcopy(message)
        again = copy.deepcopy(self._first)
        self._renew(again, message)
        return (again,)


class Delayed(Tamper):
    """Publishes every message so much later; all was well until the last one in time."""

    def __init__(self, delay_s: float, last_ns: int) -> None:
        super().__init__(last_ns)
        self._delay_ns = round(delay_s * 1e9)
        self._waiting: deque[tuple[int, Any]] = deque()

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return what has waited long enough."""
        self._waiting.append((now_ns + self._delay_ns, message))
        due = []
        while self._waiting and self._waiting[0][0] <= now_ns:
            due.append(self._waiting.popleft()[1])
        return due

    def rest(self) -> Iterable[Any]:
        """Return what still waits."""
        return [message for _, message in self._waiting]


class Swapped(Tamper):
    """Publishes the messages of each pair the wrong way round."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: Any = None

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return nothing, then two."""
        if self._kept is None:
            self._kept = message
            return ()
        kept, self._kept = self._kept, None
        self.onset_ns = self.onset_ns or time.monotonic_ns()
        return (message, kept)


class Thinned(Tamper):
    """Loses every second message."""

    def __init__(self) -> None:
        super().__init__()
        self._lose = False

    def __call__(self, message: Any, now_ns: int) -> Iterable[Any]:
        """Return the message, or nothing."""
        self._lose = not self._lose
        if self._lose:
            return ()
        self.onset_ns = self.onset_ns or time.monotonic_ns()
        return (message,)
