"""The base of every filter: callbacks that are told of each output."""

from collections.abc import Callable
from typing import Any


class SimpleFilter:
    """Something with output; subclasses call `signalMessage` when they have one."""

    def __init__(self) -> None:
        self.callbacks: dict[int, tuple[Callable[..., Any], tuple[Any, ...]]] = {}

    def registerCallback(self, cb: Callable[..., Any], *args: Any) -> int:  # noqa: N802
        """Call `cb(*output, *args)` on every output; return the number of the connection."""
        connection = len(self.callbacks)
        self.callbacks[connection] = (cb, args)
        return connection

    def signalMessage(self, *msg: Any) -> None:  # noqa: N802
        """Hand one output to the callbacks, in the order of their registration."""
        for cb, args in list(self.callbacks.values()):
            cb(*msg, *args)
