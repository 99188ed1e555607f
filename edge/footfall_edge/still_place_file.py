"""still_places.json: where the cameras' posters hang, for the next start."""

import json
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.still_places import StillPlace

_log = structlog.get_logger(__name__)


class StillPlaceFile:
    """One JSON file for all cameras. Safe to call from several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def load(self, camera_id: str) -> Sequence[StillPlace]:
        """What was kept last; nothing when there is none or it cannot be read."""
        with self._lock:
            saved = self._read().get(camera_id, [])
        try:
            return [_place(one) for one in saved]
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("still_places_unreadable", camera_id=camera_id, error=type(error).__name__)
            return []

    def save(self, camera_id: str, places: Sequence[StillPlace]) -> None:
        """Keep these places. A full disk costs what was kept and nothing else."""
        with self._lock:
            everything = {**self._read(), camera_id: [_plain(place) for place in places]}
            try:
                write_atomically(self._path, json.dumps(everything))
            except OSError as error:
                _log.warning("still_places_unwritable", error=error.strerror)

    def _read(self) -> dict[str, Any]:
        try:
            saved = json.loads(self._path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning("still_places_unreadable", error=type(error).__name__)
            return {}
        return saved if isinstance(saved, dict) else {}


def _plain(place: StillPlace) -> dict[str, Any]:
    return {"box": list(place.box), "still_s": place.still_s, "last_time": place.last_time.isoformat()}


def _place(plain: dict[str, Any]) -> StillPlace:
    left, top, width, height = (float(value) for value in plain["box"])
    last_time = datetime.fromisoformat(plain["last_time"])
    if last_time.tzinfo is None:
        raise ValueError("a moment without a zone")
    return StillPlace(box=(left, top, width, height), still_s=float(plain["still_s"]), last_time=last_time)
