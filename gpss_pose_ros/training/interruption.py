"""Ctrl-C and SIGTERM as a wish to stop, granted between two steps."""

import signal
from types import FrameType, TracebackType


class Interruption:
    """While entered, the first Ctrl-C or SIGTERM only sets `wanted`; the second one interrupts."""

    def __init__(self) -> None:
        self.wanted = False

    def __enter__(self) -> "Interruption":
        self._before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
        for number in self._before:
            signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
