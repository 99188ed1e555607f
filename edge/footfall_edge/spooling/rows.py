"""The rows of the spool: sealed when they are written, opened when they are read.

All of it within the caller's transaction, and with SQLite's own errors.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from footfall_edge.at_rest.sealing import SEAL_BYTES, Sealer, UnsealError
from footfall_edge.spooling.schema import Standing, event_place, image_place, last_sequence, letter_place

_MAX_DEAD_LETTERS: Final = 1000
_UNREADABLE: Final = "UNREADABLE"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class SpooledEvent:
    """An event and its place in the line."""

    sequence: int
    event_id: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that the core will never take, and why."""

    sequence: int
    reason: str
    description: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NewEvent:
    """An event to put at the end, with the image that it announces: its id and its bytes.

    track_id and final say which early event another replaces; seen, when the face was seen.
    """

    event_id: str
    payload: bytes = field(repr=False)
    image: tuple[str, bytes] | None = field(default=None, repr=False)
    track_id: str = ""
    camera_id: str = ""
    final: bool = True
    seen: datetime | None = None

    @property
    def sealed_size(self) -> int:
        """What it and its image take in the spool, in bytes."""
        return len(self.payload) + SEAL_BYTES + (len(self.image[1]) + SEAL_BYTES if self.image else 0)


class EventRows:
    """Events, and those that the core refused."""

    def __init__(self, database: sqlite3.Connection, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def replace_early(self, track_id: str) -> None:
        """Note that the early event of this track is told again, as a whole."""
        # Standing.EARLY as a literal: only so is its index used.
        self._database.execute(
            "UPDATE event SET standing = ? WHERE track_id = ? AND standing = 1", (Standing.REPLACED, track_id)
        )

    def add(self, event: NewEvent) -> int:
        """Put it at the end; its sequence."""
        sequence = last_sequence(self._database) + 1
        sealed = self._sealer.seal(event.payload, place=event_place(sequence, event.event_id))
        standing = Standing.FINAL if event.final or not event.track_id else Standing.EARLY
        seen_ms = int(event.seen.timestamp() * 1000) if event.seen else None
        self._database.execute(
            "INSERT INTO event (sequence, event_id, track_id, standing, seen_ms, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (sequence, event.event_id, event.track_id, standing, seen_ms, sealed),
        )
        return sequence

    def read_after(self, sequence: int, limit: int) -> tuple[list[SpooledEvent], list[int]]:
        """The next events, oldest first; apart from them the sequences of those that cannot be opened."""
        rows = self._database.execute(
            "SELECT sequence, event_id, sealed FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
            (sequence, limit),
        )
        with closing(rows):
            found = rows.fetchall()
        events: list[SpooledEvent] = []
        unreadable: list[int] = []
        for at, event_id, sealed in found:
            try:
                payload = self._sealer.open(sealed, place=event_place(at, event_id))
            except UnsealError as error:
                _log.error("spooled_event_unreadable", event_id=event_id, sequence=at, detail=str(error))
                unreadable.append(at)
            else:
                events.append(SpooledEvent(at, event_id, payload))
        return events, unreadable

    def release(self, through: int) -> int:
        """Delete the events up to and including that sequence; the bytes that they took."""
        (freed,) = self._database.execute(
            "SELECT coalesce(sum(length(sealed)), 0) FROM event WHERE sequence <= ?", (through,)
        ).fetchone()
        self._database.execute("DELETE FROM event WHERE sequence <= ?", (through,))
        return int(freed)

    def steps(self, through: int, count: int) -> list[int]:
        """Every count-th sequence of those that are here and below that one, and that one as the last."""
        rows = self._database.execute(
            "SELECT sequence FROM event WHERE sequence < ? ORDER BY sequence", (through,)
        ).fetchall()
        return [*(sequence for (sequence,) in rows[count - 1 :: count]), through]

    def refuse(self, rejection: Rejection) -> int:
        """Keep apart an event that the core refused, without its image; the bytes that are free by that."""
        row = self._find(rejection.sequence)
        if row is None:
            return 0
        event_id, sealed = row
        try:
            payload = self._sealer.open(sealed, place=event_place(rejection.sequence, event_id))
        except UnsealError:
            return self.set_aside(rejection.sequence)
        sealed = self._sealer.seal(payload, place=letter_place(rejection.sequence, event_id))
        return self._bury(rejection.sequence, event_id, rejection.reason, rejection.description, sealed)

    def set_aside(self, sequence: int) -> int:
        """Keep apart, as it is, an event that cannot be opened; the bytes that are free by that."""
        row = self._find(sequence)
        return self._bury(sequence, row[0], _UNREADABLE, "changed on the disk", row[1]) if row else 0

    def _find(self, sequence: int) -> tuple[str, bytes] | None:
        row = self._database.execute(
            "SELECT event_id, sealed FROM event WHERE sequence = ?", (sequence,)
        ).fetchone()
        return (str(row[0]), row[1]) if row else None

    def _bury(self, sequence: int, event_id: str, reason: str, description: str, sealed: bytes) -> int:
        (images,) = self._database.execute(
            "SELECT coalesce(sum(length(sealed)), 0) FROM image WHERE sequence = ?", (sequence,)
        ).fetchone()
        self._database.execute("DELETE FROM image WHERE sequence = ?", (sequence,))
        self._database.execute("DELETE FROM event WHERE sequence = ?", (sequence,))
        self._database.execute(
            "INSERT OR REPLACE INTO dead_letter VALUES (?, ?, ?, ?, ?)",
            (sequence, event_id, reason, description, sealed),
        )
        too_old = self._database.execute(
            "DELETE FROM dead_letter WHERE sequence IN"
            " (SELECT sequence FROM dead_letter ORDER BY sequence DESC LIMIT -1 OFFSET ?)"
            " RETURNING length(sealed)",
            (_MAX_DEAD_LETTERS,),
        ).fetchall()
        return int(images) + sum(int(size) for (size,) in too_old)


class ImageRows:
    """Images that wait to be uploaded."""

    def __init__(self, database: sqlite3.Connection, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(
        self, sequence: int, camera_id: str, image_id: str, content: bytes, *, acknowledged: bool = False
    ) -> None:
        """Keep what an event announces; acknowledged: the core has the event."""
        sealed = self._sealer.seal(content, place=image_place(image_id))
        self._database.execute(
            "INSERT INTO image (image_id, sequence, camera_id, acknowledged, sealed) VALUES (?, ?, ?, ?, ?)",
            (image_id, sequence, camera_id, acknowledged, sealed),
        )

    def release(self, through: int) -> None:
        """Let those be uploaded whose events have a sequence up to and including that."""
        self._database.execute(
            "UPDATE image SET acknowledged = 1 WHERE acknowledged = 0 AND sequence <= ?", (through,)
        )

    def released(self, limit: int, skip: Iterable[str]) -> Sequence[str]:
        """Ids of those that may be uploaded, oldest first, without those to skip."""
        skipped = set(skip)
        rows = self._database.execute(
            "SELECT image_id FROM image WHERE acknowledged = 1 ORDER BY sequence LIMIT ?",
            (limit + len(skipped),),
        )
        with closing(rows):
            return [image_id for (image_id,) in rows if image_id not in skipped][:limit]

    def read(self, image_id: str) -> bytes | None:
        """The file; None when it is not here. Raises UnsealError when it was changed on the disk."""
        row = self._database.execute("SELECT sealed FROM image WHERE image_id = ?", (image_id,)).fetchone()
        return self._sealer.open(row[0], place=image_place(image_id)) if row else None

    def delete_of(self, camera_id: str, limit: int) -> list[int]:
        """Forget some of a camera's; the bytes that each of them took."""
        rows = self._database.execute(
            "DELETE FROM image WHERE rowid IN (SELECT rowid FROM image WHERE camera_id = ? LIMIT ?)"
            " RETURNING length(sealed)",
            (camera_id, limit),
        ).fetchall()
        return [int(size) for (size,) in rows]

    def delete(self, image_ids: Iterable[str]) -> int:
        """Forget them; the bytes that they took. Ids that are not here are passed over."""
        freed = 0
        for image_id in image_ids:
            row = self._database.execute(
                "DELETE FROM image WHERE image_id = ? RETURNING length(sealed)", (image_id,)
            ).fetchall()
            freed += sum(size for (size,) in row)
        return freed
