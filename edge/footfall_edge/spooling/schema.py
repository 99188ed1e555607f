"""The spool's tables. Contents are sealed; identifiers, times and sizes are not."""

import sqlite3
from typing import Final

from footfall_edge.at_rest.sealing import place_of

VERSION: Final = 2
"""PRAGMA user_version. 0 was the plain spool, or a new file; 1 is one on its way from there to 2."""

PAGE_BYTES: Final = 4096
"""SQLite's own default."""
FACT_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
)
TABLES: Final = (
    """
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,  -- AUTOINCREMENT: a number is never given out twice
    event_id TEXT NOT NULL UNIQUE,
    track_id TEXT NOT NULL,
    standing INTEGER NOT NULL,                   -- see Standing
    seen_ms INTEGER,                             -- when the face was seen, milliseconds since 1970
    sealed BLOB NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS early_event_by_track ON event (track_id) WHERE standing = 1",
    "CREATE INDEX IF NOT EXISTS replaced_event ON event (sequence) WHERE standing = 2",
    """
CREATE TABLE IF NOT EXISTS image (
    image_id TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,                   -- of the event that announced it
    camera_id TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    sealed BLOB NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS image_by_sequence ON image (acknowledged, sequence)",
    "CREATE INDEX IF NOT EXISTS image_of_event ON image (sequence)",
    """
CREATE TABLE IF NOT EXISTS dead_letter (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    description TEXT NOT NULL,
    sealed BLOB NOT NULL
)""",
)


class Standing:
    """What an event is worth when room is needed."""

    FINAL: Final = 0
    EARLY: Final = 1
    """Told ahead of its track's end."""
    REPLACED: Final = 2
    """Told ahead, and the event that tells the whole track is here, too."""


def event_place(sequence: int, event_id: str) -> bytes:
    return place_of("event", sequence, event_id)


def image_place(image_id: str) -> bytes:
    return place_of("image", image_id)


def letter_place(sequence: int, event_id: str) -> bytes:
    return place_of("dead_letter", sequence, event_id)


def read_fact(database: sqlite3.Connection, name: str, default: str = "") -> str:
    row = database.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def write_fact(database: sqlite3.Connection, name: str, value: str) -> None:
    database.execute(
        "INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def read_count(database: sqlite3.Connection, name: str) -> int:
    return int(read_fact(database, name, "0"))


def add_to_count(database: sqlite3.Connection, name: str, count: int) -> None:
    write_fact(database, name, str(read_count(database, name) + count))


def user_version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def is_plain(database: sqlite3.Connection) -> bool:
    """Whether this is the spool of the version before, or one that was not wholly sealed yet."""
    if user_version(database) != 0:
        return user_version(database) == 1
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'event'").fetchone()
    return found is not None


def last_sequence(database: sqlite3.Connection) -> int:
    """The sequence that was given out last, 0 when none was."""
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    return int(row[0]) if row else 0
