"""Whether a tracked face lives: posters and screens show faces that never move.

A patch of the picture, where the face was first, is compared with the same place later on. Nothing is
aligned, so the detector's own jitter does not count, only what the camera sees. Normalised correlation of
32 x 32 cells, measured on 60 LFW faces of 60 and 100 pixels, 5th to 95th percentile:

    noise of 4 and 8 levels, JPEG 85 and 75    .994-.999, .987-.998
    darkened by 30 %                           .991-.999
    moved by 1, 2, 3, 5 % of its width         .974-.993, .915-.976, .83-.95, .67-.90
    turned in the plane by 4 degrees           .89-.97

Nobody stands so still: a head sways by more than a centimetre, 5 % of its width, within seconds.
"""

from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np
from footfall_vision.types import Face, Floats, Image

from footfall_edge.geometry import distance

_CELLS = 32
_INNER = 0.8
"""Share of the box that is compared: eyes, nose and mouth, without what moves behind a head."""


class Life(Enum):
    """What is known of a face."""

    UNKNOWN = auto()
    ALIVE = auto()
    STILL = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class StillnessRules:
    """From when on a face is a picture, and from when on it is a person."""

    same_above: float = 0.97
    """Correlation from which nothing has moved."""
    still_share: float = 0.9
    """Share of samples that must show nothing moving: who walks by a poster hides it for a moment."""
    still_after_s: float = 10.0
    """Seconds without motion after which a face is a picture."""
    settled_after_s: float = 2.0
    """Seconds for which something else must be seen to become what the place looks like: the first sample
    may have shown somebody in front of the poster."""
    alive_after_s: float = 1.0
    """Seconds of motion after which it is a person."""
    alive_after_move: float = 0.3
    """Or as soon as its centre is so far from where it began, in its own sizes, in two frames in a row."""
    forgiving: float = 0.25
    """Seconds of motion that a second of stillness takes back."""
    suspect_after_s: float = 1.5
    """Seconds without motion after which a face has to show more than who walks by a poster makes it show:
    hardly anybody stands as still as that to begin with."""
    suspect_alive_after_s: float = 5.0
    """Seconds of motion after which a suspect is a person."""
    suspect_alive_after_move: float = 0.5
    suspect_forgiving: float = 0.5
    """As above. Where a picture is known to hang, the first sample that looks as before takes all back."""


class Stillness:
    """Watches one track. A person stays one; a picture becomes one when it begins to move.

    The place is compared with how it looked first and, where that differs, with how it looked when it
    last changed: who moves makes it differ from both, again and again, at any rate of frames.
    """

    def __init__(
        self,
        image: Image,
        face: Face,
        at: float,
        *,
        is_suspect: bool = False,
        rules: StillnessRules | None = None,
    ) -> None:
        self._rules = rules or StillnessRules()
        self._in_known_place = is_suspect
        self.is_suspect = is_suspect
        """Whether it must show more to be a person: pictures hang there, or it began without any motion."""
        self.box = face.box.astype(np.float64)
        self.life = Life.UNKNOWN
        self._patch = _patch(image, self.box)
        self._began = at
        self._samples = self._same = 1
        self._changed_patch: Floats | None = None
        self._changed_at = at
        self._last = at
        self._moving_s = 0.0
        self._was_away = False
        self._alive_at = -np.inf
        self.longest_still_s = 0.0
        """The most seconds for which nothing moved, from when it was first seen."""

    @property
    def still_s(self) -> float:
        """Seconds for which nothing has moved; 0 for a person."""
        is_still = self.life is not Life.ALIVE and self._same >= self._rules.still_share * self._samples
        return self._last - self._began if is_still else 0.0

    def take_back(self, since: float) -> None:
        """What was seen from that second on was somebody else, who stood before it."""
        if self.life is Life.ALIVE and self._alive_at >= since:
            self.life = Life.UNKNOWN

    def see(self, image: Image, face: Face, at: float) -> Life:
        """Take in a frame in which the track was found; says what is known now."""
        if self.life is Life.ALIVE:
            return self.life
        rules = self._rules
        self._compare(_patch(image, self.box), at)
        self._last = at
        self.longest_still_s = max(self.longest_still_s, self.still_s)
        if self._has_moved(face):
            self.life, self._alive_at = Life.ALIVE, at
        elif self.still_s >= rules.still_after_s:
            self.life = Life.STILL
        return self.life

    def _has_moved(self, face: Face) -> bool:
        rules = self._rules
        self.is_suspect = self.is_suspect or self.still_s >= rules.suspect_after_s
        away = float(distance(self.box[None], face.box[None].astype(np.float64))[0, 0])
        is_away = away >= (rules.suspect_alive_after_move if self.is_suspect else rules.alive_after_move)
        stays_away, self._was_away = is_away and self._was_away, is_away
        moving_for = rules.suspect_alive_after_s if self.is_suspect else rules.alive_after_s
        return stays_away or self._moving_s >= moving_for

    def _compare(self, patch: Floats, at: float) -> None:
        rules = self._rules
        self._samples += 1
        if float(self._patch @ patch) >= rules.same_above:
            self._same += 1
            forgiving = rules.suspect_forgiving if self.is_suspect else rules.forgiving
            left = self._moving_s - forgiving * (at - self._last)
            self._moving_s = 0.0 if self._in_known_place else max(left, 0.0)
            self._changed_patch, self._changed_at = None, at
        elif self._changed_patch is None or float(self._changed_patch @ patch) < rules.same_above:
            self._moving_s += min(at - self._changed_at, rules.alive_after_s / 2)
            self._changed_patch, self._changed_at = patch, at
        elif at - self._changed_at >= rules.settled_after_s:
            self._patch, self._began = self._changed_patch, self._changed_at
            self._samples = self._same = 1
            self._changed_patch = None


def _patch(image: Image, box: np.ndarray) -> Floats:
    """The inner part of a box as float32 [1024] of mean 0 and length 1; zeros when it is outside or flat."""
    height, width = image.shape[:2]
    centre, half = box[:2] + box[2:] / 2, box[2:] * (_INNER / 2)
    left, top = (int(max(value, 0)) for value in centre - half)
    right, bottom = int(min(centre[0] + half[0], width)), int(min(centre[1] + half[1], height))
    if right - left < 2 or bottom - top < 2:  # noqa: PLR2004 (a pixel has no pattern)
        return np.zeros(_CELLS * _CELLS, dtype=np.float32)
    grey = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    cells = cv2.resize(grey, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    cells -= cells.mean()
    length = float(np.linalg.norm(cells))
    return cells / length if length > 1 else np.zeros_like(cells)
