"""Who crosses a camera's entry line, and which way."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
from footfall_vision.types import Face

from footfall_edge.camera_settings import EntryLine

_CLEAR_OF_LINE = 0.2
"""How far a face's centre must be from the line to be on a side of it, in the face's own sizes: less than
that is what a detector's box trembles and a head sways."""

_Vector = npt.NDArray[np.float64]


class Crossing(StrEnum):
    """What a track did at the entry line, all in all."""

    IN = "in"
    OUT = "out"


class LineWatch:
    """One track at the entry line.

    A crossing counts when the way from where the face was last clearly on one side to where it is clearly
    on the other goes through the line, not round its ends. Who turns and goes back has not crossed.
    """

    def __init__(self, line: EntryLine) -> None:
        self._line = line
        self._last: _Vector | None = None
        self._last_side = 0
        self._net = 0

    @property
    def crossing(self) -> Crossing | None:
        """The way that was crossed more often; None when there is none."""
        if self._net == 0:
            return None
        return Crossing.IN if self._net > 0 else Crossing.OUT

    def see(self, face: Face, *, width: int, height: int) -> None:
        """Take in where the face is now, in pixels of a picture of this size."""
        start = np.array(self._line.start) * (width, height)
        end = np.array(self._line.end) * (width, height)
        box = face.box.astype(np.float64)
        centre = box[:2] + box[2:] / 2
        # Pixels to the right of the line: y grows downwards, so a turn to the right is positive.
        away = _turn(end - start, centre - start) / float(np.hypot(*(end - start)))
        if abs(away) < _CLEAR_OF_LINE * float(np.sqrt(box[2] * box[3])):
            return
        side = 1 if away > 0 else -1
        if self._last is not None and side != self._last_side and _meets(self._last, centre, start, end):
            self._net -= side  # the inside is on the left
        self._last, self._last_side = centre, side


def _turn(first: _Vector, second: _Vector) -> float:
    """Signed area between two vectors, the z of their cross product."""
    return float(first[0] * second[1] - first[1] * second[0])


def _meets(origin: _Vector, goal: _Vector, start: _Vector, end: _Vector) -> bool:
    """Whether the way from origin to goal, on the two sides of the line, passes between its ends."""
    way = goal - origin
    return _turn(way, start - origin) * _turn(way, end - origin) <= 0
