"""The spool on disk: what was seen and is not yet safe with the core. Blocking; see spool.py.

SQLite with a write-ahead log and synchronous=FULL, so that a statement that has returned survives a
kill and a power cut. An event is deleted only when the core has it (the rule of the OpenTelemetry
Collector's persistent queue); an image only when the core found it in the object store.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT: a number is never given out twice
    event_id TEXT NOT NULL UNIQUE,
    payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS image (
    image_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,          -- of the event that announced it
    acknowledged INTEGER NOT NULL DEFAULT 0,
    content BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS image_by_sequence ON image (acknowledged, sequence);
CREATE TABLE IF NOT EXISTS dead_letter (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    description TEXT NOT NULL,
    payload BLOB NOT NULL
);
"""
_MAX_DEAD_LETTERS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class SpooledEvent:
    """An event and its place in the line."""

    sequence: int
    event_id: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Rejection:
    """An event that the core will never take, and why."""

    sequence: int
    reason: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolDepth:
    """How full the spool is. dropped counts events, since the spool was made."""

    events: int
    images: int
    stored_bytes: int
    dropped: int
    dropped_images: int
    rejected: int
    last_sequence: int
    acked_through: int


class SpoolError(Exception):
    """The spool could not be read or written; the text says which file and why."""


class SpoolFile:
    """One SQLite file. One thread at a time."""

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            # What was acknowledged is gone: its bytes do not linger in free pages.
            self._database.execute("PRAGMA secure_delete = ON")
            self._database.executescript(_SCHEMA)
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")
                for name in ("worker_id", "spool_id"):
                    self._database.execute(
                        "INSERT INTO fact VALUES (?, ?) ON CONFLICT DO NOTHING", (name, str(uuid4()))
                    )
            self._bytes = self._count_bytes()
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"spool {path} cannot be opened: {error}") from error

    @property
    def worker_id(self) -> str:
        """Names this worker for as long as its disk lives."""
        return self._fact("worker_id")

    @property
    def spool_id(self) -> str:
        """Names the line that the sequences count in."""
        return self._fact("spool_id")

    def append(self, event_id: str, payload: bytes, image: tuple[str, bytes] | None) -> int:
        """Put an event, and the image that it announces, at the end; returns its sequence.

        The oldest make room when the spool is full: first images, since an event is worth more.
        """
        with self._transaction():
            cursor = self._database.execute(
                "INSERT INTO event (event_id, payload) VALUES (?, ?)", (event_id, payload)
            )
            sequence = cursor.lastrowid or 0
            added = len(payload)
            if image is not None:
                image_id, content = image
                self._database.execute(
                    "INSERT INTO image (image_id, sequence, content) VALUES (?, ?, ?)",
                    (image_id, sequence, content),
                )
                added += len(content)
            freed = self._make_room(self._bytes + added - self._max_bytes, keep=sequence)
        self._bytes += added - freed
        return sequence

    def read_after(self, sequence: int, limit: int) -> Sequence[SpooledEvent]:
        """The next events behind that sequence, oldest first."""
        rows = self._database.execute(
            "SELECT sequence, event_id, payload FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
            (sequence, limit),
        )
        with closing(rows):
            return [SpooledEvent(*row) for row in rows]

    def acknowledge(self, through: int, rejections: Iterable[Rejection] = ()) -> None:
        """Delete the events up to and including that sequence; keep rejected ones as dead letters.

        Their images, but for those of rejected events, may be uploaded from now on.
        """
        with self._transaction():
            freed = sum(self._bury(rejection) for rejection in rejections)
            (payloads,) = self._database.execute(
                "SELECT coalesce(sum(length(payload)), 0) FROM event WHERE sequence <= ?", (through,)
            ).fetchone()
            self._database.execute("DELETE FROM event WHERE sequence <= ?", (through,))
            self._database.execute(
                "UPDATE image SET acknowledged = 1 WHERE acknowledged = 0 AND sequence <= ?", (through,)
            )
            if through > int(self._fact("acked_through", "0")):
                self._set_fact("acked_through", str(through))
        self._bytes -= freed + int(payloads)

    def images_to_upload(self, limit: int, skip: Iterable[str] = ()) -> Sequence[str]:
        """Ids of images whose events are acknowledged, oldest first, without those to skip."""
        skipped = set(skip)
        rows = self._database.execute(
            "SELECT image_id FROM image WHERE acknowledged = 1 ORDER BY sequence LIMIT ?",
            (limit + len(skipped),),
        )
        with closing(rows):
            return [image_id for (image_id,) in rows if image_id not in skipped][:limit]

    def read_image(self, image_id: str) -> bytes | None:
        """The file of an image; None when it is not here any more."""
        row = self._database.execute("SELECT content FROM image WHERE image_id = ?", (image_id,)).fetchone()
        return row[0] if row else None

    def delete_images(self, image_ids: Iterable[str]) -> None:
        """Forget images; ids that are not here are passed over."""
        with self._transaction():
            self._database.executemany("DELETE FROM image WHERE image_id = ?", [(one,) for one in image_ids])
        self._bytes = self._count_bytes()

    def renew(self) -> None:
        """Begin a new line with the events that are here: the core knows another history of this one."""
        with self._transaction():
            self._set_fact("spool_id", str(uuid4()))
            self._set_fact("acked_through", "0")

    def depth(self) -> SpoolDepth:
        """How full the spool is."""
        (events,) = self._database.execute("SELECT count(*) FROM event").fetchone()
        (images,) = self._database.execute("SELECT count(*) FROM image").fetchone()
        (rejected,) = self._database.execute("SELECT count(*) FROM dead_letter").fetchone()
        row = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
        return SpoolDepth(
            events=events,
            images=images,
            stored_bytes=self._bytes,
            dropped=int(self._fact("dropped", "0")),
            dropped_images=int(self._fact("dropped_images", "0")),
            rejected=rejected,
            last_sequence=row[0] if row else 0,
            acked_through=int(self._fact("acked_through", "0")),
        )

    def close(self) -> None:
        """Close the file; nothing is pending in it."""
        self._database.close()

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._database, self._path)

    def _make_room(self, excess: int, *, keep: int) -> int:
        """Drop the oldest until that is free, never the event just added; returns what was freed."""
        freed = dropped_images = dropped = 0
        while freed < excess:
            row = self._database.execute(
                "SELECT image_id, length(content) FROM image WHERE sequence < ? ORDER BY sequence LIMIT 1",
                (keep,),
            ).fetchone()
            if row is None:
                break
            self._database.execute("DELETE FROM image WHERE image_id = ?", (row[0],))
            freed += row[1]
            dropped_images += 1
        while freed < excess:
            row = self._database.execute(
                "SELECT sequence, length(payload) FROM event WHERE sequence < ? ORDER BY sequence LIMIT 1",
                (keep,),
            ).fetchone()
            if row is None:
                break
            self._database.execute("DELETE FROM event WHERE sequence = ?", (row[0],))
            freed += row[1]
            dropped += 1
        for name, count in (("dropped_images", dropped_images), ("dropped", dropped)):
            if count:
                self._set_fact(name, str(int(self._fact(name, "0")) + count))
        return freed

    def _bury(self, rejection: Rejection) -> int:
        """Keep a rejected event apart and drop its image; returns the bytes of the image."""
        self._database.execute(
            "INSERT OR REPLACE INTO dead_letter"
            " SELECT sequence, event_id, ?, ?, payload FROM event WHERE sequence = ?",
            (rejection.reason, rejection.description, rejection.sequence),
        )
        (freed,) = self._database.execute(
            "SELECT coalesce(sum(length(content)), 0) FROM image WHERE sequence = ?", (rejection.sequence,)
        ).fetchone()
        self._database.execute("DELETE FROM image WHERE sequence = ?", (rejection.sequence,))
        self._database.execute(
            "DELETE FROM dead_letter WHERE sequence NOT IN"
            " (SELECT sequence FROM dead_letter ORDER BY sequence DESC LIMIT ?)",
            (_MAX_DEAD_LETTERS,),
        )
        return int(freed)

    def _count_bytes(self) -> int:
        (events,) = self._database.execute("SELECT coalesce(sum(length(payload)), 0) FROM event").fetchone()
        (images,) = self._database.execute("SELECT coalesce(sum(length(content)), 0) FROM image").fetchone()
        return int(events) + int(images)

    def _fact(self, name: str, default: str = "") -> str:
        row = self._database.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def _set_fact(self, name: str, value: str) -> None:
        self._database.execute(
            "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


class _Transaction:
    """Commits at its end, or takes everything back and says what went wrong with which file."""

    def __init__(self, database: sqlite3.Connection, path: Path) -> None:
        self._database = database
        self._path = path

    def __enter__(self) -> None:
        try:
            self._database.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise SpoolError(f"spool {self._path} cannot be written: {error}") from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._database.execute("COMMIT")
            elif self._database.in_transaction:
                self._database.execute("ROLLBACK")
        except sqlite3.Error as failure:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise SpoolError(f"spool {self._path} cannot be written: {failure}") from failure
        if isinstance(error, sqlite3.Error):
            raise SpoolError(f"spool {self._path} cannot be written: {error}") from error
