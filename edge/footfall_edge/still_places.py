"""Where in a camera's picture faces hang that are no people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from footfall_edge.geometry import overlap

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPlace:
    """A place, with nobody's face: only where it is, and for how long faces hung there without motion."""

    box: Box
    still_s: float
    last_time: datetime


class StillPlaceStore(Protocol):
    """Keeps the places of a camera while the worker does not run."""

    def load(self, camera_id: str) -> Sequence[StillPlace]:
        """What was kept last; nothing when there is none or it cannot be read."""
        ...

    def save(self, camera_id: str, places: Sequence[StillPlace]) -> None:
        """Keep these places. A full disk costs what was kept and nothing else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StillPlaceRules:
    """What makes a place, and when it is forgotten."""

    known_after_s: float = 5.0
    """Seconds without motion, of all faces there together, from which faces there are suspects: a poster is
    hidden now and then, and the pictures of a slide show hang for moments, one after the other."""
    min_overlap: float = 0.5
    """Intersection over union from which two boxes are one place."""
    forgotten_after: timedelta = timedelta(days=7)
    unsure_after: timedelta = timedelta(hours=1)
    """When a place is forgotten that is not known yet."""
    most: int = 64


class StillPlaces:
    """One camera's places. Not thread-safe: it belongs to the camera's analyst."""

    def __init__(
        self, *, camera_id: str, store: StillPlaceStore | None = None, rules: StillPlaceRules | None = None
    ) -> None:
        self._camera_id = camera_id
        self._store = store
        self._rules = rules or StillPlaceRules()
        self._places = list(store.load(camera_id)) if store else []

    def suspects(self, box: npt.NDArray[np.float64], *, width: int, height: int) -> bool:
        """Whether a face there, in pixels of a picture of this size, has to move before it is believed."""
        index = self._find(_shares(box, width, height))
        return index is not None and self._places[index].still_s >= self._rules.known_after_s

    def add(
        self, box: npt.NDArray[np.float64], *, width: int, height: int, still_s: float, at: datetime
    ) -> None:
        """A face hung there for so many seconds without motion."""
        self._places = [one for one in self._places if self._is_kept(one, at)]
        place = _shares(box, width, height)
        index = self._find(place)
        if index is None:
            self._places.append(StillPlace(box=place, still_s=still_s, last_time=at))
        else:
            known = self._places.pop(index)
            self._places.append(replace(known, still_s=known.still_s + still_s, last_time=at))
        del self._places[: -self._rules.most]
        if self._store is not None:
            self._store.save(self._camera_id, self._places)

    def _is_kept(self, place: StillPlace, at: datetime) -> bool:
        rules = self._rules
        is_known = place.still_s >= rules.known_after_s
        return at - place.last_time <= (rules.forgotten_after if is_known else rules.unsure_after)

    def _find(self, box: Box) -> int | None:
        if not self._places:
            return None
        overlaps = overlap(np.array([box]), np.array([place.box for place in self._places]))[0]
        best = int(overlaps.argmax())
        return best if overlaps[best] >= self._rules.min_overlap else None


def _shares(box: npt.NDArray[np.float64], width: int, height: int) -> Box:
    left, top, box_width, box_height = (float(value) for value in box)
    return left / width, top / height, box_width / width, box_height / height
