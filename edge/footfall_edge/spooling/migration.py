"""Seals the spool of the version before, which was plain.

Row by row in small transactions, so that it needs little room on the disk and goes on where it was when the
power goes: the plain tables are set apart first, and a row is in one of the two at any time. Sequences stay,
so that the core's acks still fit.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from footfall_edge.at_rest.sealing import Sealer
from footfall_edge.spooling.schema import (
    TABLES,
    VERSION,
    Standing,
    event_place,
    image_place,
    last_sequence,
    letter_place,
    user_version,
)
from footfall_edge.spooling.transaction import Transaction

_TABLES: Final = ("event", "image", "dead_letter")
_BATCH: Final = 64


def seal_plain_spool(database: sqlite3.Connection, path: Path, sealer: Sealer) -> int:
    """Seal all of it; returns how many events there were. Raises SpoolError, and goes on the next time."""
    if user_version(database) == 0:
        with Transaction(database, path):
            _set_apart(database)
            database.execute("PRAGMA user_version = 1")
    events = 0
    while True:
        with Transaction(database, path):
            moved = _move_events(database, sealer)
            events += moved
            moved += _move_images(database, sealer) + _move_letters(database, sealer)
            if not moved:
                for table in _TABLES:
                    database.execute(f"DROP TABLE plain_{table}")
                database.execute(f"PRAGMA user_version = {VERSION}")
        if not moved:
            break
    # The log held plain rows: none of them may outlive their table in it.
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return events


def _set_apart(database: sqlite3.Connection) -> None:
    given_out = last_sequence(database)
    for table in _TABLES:
        database.execute(f"ALTER TABLE {table} RENAME TO plain_{table}")
    database.execute("DROP INDEX IF EXISTS image_by_sequence")
    for statement in TABLES:
        database.execute(statement)
    database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', ?)", (given_out,))


def _move_events(database: sqlite3.Connection, sealer: Sealer) -> int:
    rows = database.execute("SELECT sequence, event_id, payload FROM plain_event LIMIT ?", (_BATCH,))
    with closing(rows):
        found = rows.fetchall()
    for sequence, event_id, payload in found:
        # Which of them were early nobody noted: each counts as one that nothing replaces.
        database.execute(
            "INSERT INTO event (sequence, event_id, track_id, standing, sealed) VALUES (?, ?, '', ?, ?)",
            (
                sequence,
                event_id,
                Standing.FINAL,
                sealer.seal(payload, place=event_place(sequence, event_id)),
            ),
        )
        database.execute("DELETE FROM plain_event WHERE sequence = ?", (sequence,))
    return len(found)


def _move_images(database: sqlite3.Connection, sealer: Sealer) -> int:
    rows = database.execute(
        "SELECT image_id, sequence, acknowledged, content FROM plain_image LIMIT ?", (_BATCH,)
    )
    with closing(rows):
        found = rows.fetchall()
    for image_id, sequence, acknowledged, content in found:
        database.execute(
            "INSERT INTO image (image_id, sequence, camera_id, acknowledged, sealed) VALUES (?, ?, '', ?, ?)",
            (image_id, sequence, acknowledged, sealer.seal(content, place=image_place(image_id))),
        )
        database.execute("DELETE FROM plain_image WHERE image_id = ?", (image_id,))
    return len(found)


def _move_letters(database: sqlite3.Connection, sealer: Sealer) -> int:
    rows = database.execute(
        "SELECT sequence, event_id, reason, description, payload FROM plain_dead_letter LIMIT ?", (_BATCH,)
    )
    with closing(rows):
        found = rows.fetchall()
    for sequence, event_id, reason, description, payload in found:
        database.execute(
            "INSERT INTO dead_letter VALUES (?, ?, ?, ?, ?)",
            (
                sequence,
                event_id,
                reason,
                description,
                sealer.seal(payload, place=letter_place(sequence, event_id)),
            ),
        )
        database.execute("DELETE FROM plain_dead_letter WHERE sequence = ?", (sequence,))
    return len(found)
