"""Parts of a picture."""

from collections.abc import Iterable
from dataclasses import dataclass

Slices = tuple[slice, slice]


@dataclass(frozen=True)
class Rectangle:
    """Part of a picture: columns left <= x < right of rows top <= y < bottom, in [px]."""

    left: int
    top: int
    right: int
    bottom: int

    def of_last_row_first(self, height: int) -> Slices:
        """Return its rows and columns in an array that has the last row of the picture first."""
        return slice(height - self.bottom, height - self.top), slice(self.left, self.right)

    @property
    def size_px2(self) -> int:
        """How many pixels it has."""
        return (self.right - self.left) * (self.bottom - self.top)

    def around(self, other: "Rectangle") -> "Rectangle":
        """Return the smallest rectangle that holds both."""
        return Rectangle(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def joined(areas: Iterable[Rectangle]) -> list[Rectangle]:
    """Return fewer rectangles that hold all of `areas`, and together have no more pixels."""
    found: list[Rectangle] = []
    for area in areas:
        for i, other in enumerate(found):
            both = area.around(other)
            if both.size_px2 <= area.size_px2 + other.size_px2:
                found[i] = both
                break
        else:
            found.append(area)
    return found
