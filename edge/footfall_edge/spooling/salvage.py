"""Carries over what can still be read of a damaged spool.

Row by row, by its key: a page that is torn costs the rows on it and no others. What is carried over is
sound, since each row is authenticated. It gets sequences of the new line; the core knows events by their
ids, so that one which it has already is not counted again.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import structlog

from footfall_edge.at_rest.sealing import Sealer, UnsealError
from footfall_edge.spooling.errors import SpoolError
from footfall_edge.spooling.rows import EventRows, ImageRows, NewEvent
from footfall_edge.spooling.schema import (
    Standing,
    event_place,
    image_place,
    last_sequence,
    read_count,
)
from footfall_edge.spooling.transaction import Transaction

_BATCH: Final = 64
_END_OF_TIME_MS: Final = 253_402_300_800_000
_MOST_ROWS: Final = 1_000_000
"""A count that is damaged, too, must not keep the start for ever."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How much was carried over."""

    events: int = 0
    images: int = 0


class Salvage:
    """From a damaged database into a new one."""

    def __init__(
        self, damaged: sqlite3.Connection, opener: Sealer, *, events: EventRows, images: ImageRows
    ) -> None:
        """opener: opens what the damaged one holds."""
        self._damaged = damaged
        self._opener = opener
        self._events = events
        self._images = images
        self._sequences: dict[int, int] = {}

    def carry_over(self, database: sqlite3.Connection, path: Path) -> Salvaged:
        """Bring what can be read into the database at `path`; stops, with what it has, when that is full."""
        counts = {"events": 0, "images": 0}
        events = self._rows(
            "event", "sequence, event_id, track_id, standing, seen_ms, sealed", self._waiting()
        )
        images = self._rows(
            "image", "image_id, sequence, camera_id, acknowledged, sealed", self._image_rows()
        )
        try:
            for kind, take, rows in (
                ("events", self._take_event, events),
                ("images", self._take_image, images),
            ):
                while batch := list(islice(rows, _BATCH)):
                    with Transaction(database, path):
                        taken = sum(take(row) for row in batch)
                    counts[kind] += taken
        except SpoolError as error:
            _log.error("spool_salvage_broken_off", detail=str(error))
        return Salvaged(**counts)

    def _take_event(self, row: tuple[Any, ...]) -> bool:
        sequence, event_id, track_id, standing, seen_ms, sealed = row
        try:
            payload = self._opener.open(sealed, place=event_place(sequence, event_id))
        except (UnsealError, TypeError):
            return False
        # These three are not sealed: whatever stands there must not keep the event.
        track_id = track_id if isinstance(track_id, str) else ""
        final = standing == Standing.FINAL
        seen = isinstance(seen_ms, int) and 0 < seen_ms < _END_OF_TIME_MS
        if final and track_id:
            self._events.replace_early(track_id)
        self._sequences[sequence] = self._events.add(
            NewEvent(
                event_id=event_id,
                payload=payload,
                track_id=track_id,
                final=final,
                seen=datetime.fromtimestamp(seen_ms / 1000, UTC) if seen else None,
            )
        )
        return True

    def _take_image(self, row: tuple[Any, ...]) -> bool:
        image_id, sequence, camera_id, acknowledged, sealed = row
        if not acknowledged and sequence not in self._sequences:
            return False  # nothing announces it any more
        try:
            content = self._opener.open(sealed, place=image_place(image_id))
        except (UnsealError, TypeError):
            return False
        self._images.add(
            self._sequences.get(sequence, 0),
            str(camera_id),
            image_id,
            content,
            acknowledged=bool(acknowledged),
        )
        return True

    def _rows(self, table: str, columns: str, numbers: range) -> Iterator[tuple[Any, ...]]:
        for number in numbers[-_MOST_ROWS:]:
            try:
                row = self._damaged.execute(
                    f"SELECT {columns} FROM {table} WHERE rowid = ?",  # noqa: S608 (both are named above)
                    (number,),
                ).fetchone()
            except sqlite3.Error:
                continue
            if row is not None:
                yield row

    def _waiting(self) -> range:
        """Sequences of events that the core does not have."""
        try:
            return range(read_count(self._damaged, "acked_through") + 1, last_sequence(self._damaged) + 1)
        except (sqlite3.Error, ValueError):
            return range(0)

    def _image_rows(self) -> range:
        try:
            (last,) = self._damaged.execute("SELECT max(rowid) FROM image").fetchone()
        except sqlite3.Error:
            return range(0)
        return range(1, int(last or 0) + 1)
