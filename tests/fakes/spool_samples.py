"""Events for tests of the spool alone, and a spool of the version before."""

import sqlite3
from pathlib import Path

from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.spool_file import SpoolFile
from footfall_edge.spooling.opening import SpoolKey
from footfall_edge.spooling.reserve import DiskReserve
from footfall_edge.spooling.rows import NewEvent

ROOM = 1 << 20

PLAIN_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    payload BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS image (
    image_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
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


def small_reserve(path: Path) -> DiskReserve:
    """One that takes no time to write."""
    return DiskReserve(path.with_name("spool.reserve"), size=4096)


def open_file(path: Path, *, max_bytes: int = ROOM, key: Path | None = None) -> SpoolFile:
    """A spool with a small reserve; key: a file that somebody chose."""
    return SpoolFile(
        path,
        max_bytes=max_bytes,
        key=SpoolKey(KeyFile(key), configured=True) if key else None,
        reserve=small_reserve(path),
    )


def event(
    event_id: str,
    payload: bytes = b"payload",
    image: tuple[str, bytes] | None = None,
    *,
    track_id: str = "",
    final: bool = True,
) -> NewEvent:
    return NewEvent(event_id=event_id, payload=payload, image=image, track_id=track_id, final=final)


def write_plain_spool(path: Path, *, events: int, acknowledged: int = 0) -> None:
    """A spool as the version before left it: so many events were acknowledged, each with an image that waits.

    Event n has the payload b"plain event n" and the image b"plain image n"; the last of all was refused.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA secure_delete = ON")
    database.executescript(PLAIN_SCHEMA)
    database.executemany(
        "INSERT INTO fact VALUES (?, ?)",
        [("worker_id", "the worker"), ("spool_id", "the line"), ("acked_through", str(acknowledged))],
    )
    for number in range(1, events + 2):
        database.execute(
            "INSERT INTO event (event_id, payload) VALUES (?, ?)", (f"e{number}", b"plain event %d" % number)
        )
        database.execute(
            "INSERT INTO image VALUES (?, ?, ?, ?)",
            (f"i{number}", number, number <= acknowledged, b"plain image %d" % number),
        )
    database.execute("DELETE FROM event WHERE sequence <= ?", (acknowledged,))
    database.execute(
        "INSERT INTO dead_letter SELECT sequence, event_id, 'INVALID_FIELD', 'box', payload"
        " FROM event WHERE sequence = ?",
        (events + 1,),
    )
    database.execute("DELETE FROM event WHERE sequence = ?", (events + 1,))
    database.execute("DELETE FROM image WHERE sequence = ?", (events + 1,))
    database.close()


def bytes_on_disk(folder: Path) -> bytes:
    """All that lies in a folder, one file after the other."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
