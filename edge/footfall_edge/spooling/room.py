"""What goes when there is no room, in which order, and how it is counted.

1. early events whose track is told whole by an event that is here, too, with their images;
2. events that the core refused, kept for those who look for the reason;
3. images of events that the core has;
4. images of events that wait;
5. events that wait.

Of each the oldest first. The first two are no loss; the others are counted as dropped.
"""

import sqlite3
from typing import Final

from footfall_edge.spooling.schema import Standing, add_to_count

_LETTER: Final = "SELECT sequence, length(sealed) FROM dead_letter ORDER BY sequence LIMIT 1"
_EVENT: Final = "SELECT sequence, length(sealed) FROM event WHERE {} ORDER BY sequence LIMIT 1"
_IMAGE: Final = "SELECT image_id, length(sealed) FROM image WHERE acknowledged = {} ORDER BY sequence LIMIT 1"


def make_room(database: sqlite3.Connection, excess: int, *, pages: int = 0) -> int:
    """Drop until so many bytes were freed, and so many pages are free in a file that may not grow.

    Returns the bytes that were freed. Stops short only when nothing is left. Within the caller's transaction.
    """
    room = _Room(database)
    steps = (room.drop_replaced, room.drop_letter, room.drop_done_image, room.drop_image, room.drop_event)
    freed = 0
    for step in steps:
        while (freed < excess or _free_pages(database) < pages) and (dropped := step()):
            freed += dropped
    room.count()
    return freed


def held_bytes(database: sqlite3.Connection) -> int:
    """What all that is here takes, sealed."""
    (total,) = database.execute(
        "SELECT (SELECT coalesce(sum(length(sealed)), 0) FROM event)"
        " + (SELECT coalesce(sum(length(sealed)), 0) FROM image)"
        " + (SELECT coalesce(sum(length(sealed)), 0) FROM dead_letter)"
    ).fetchone()
    return int(total)


def _free_pages(database: sqlite3.Connection) -> int:
    (count,) = database.execute("PRAGMA freelist_count").fetchone()
    return int(count)


class _Room:
    """Each step drops one thing and returns its bytes, 0 when there is none of its kind."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._counts = {"replaced": 0, "dropped_images": 0, "dropped": 0}

    def drop_replaced(self) -> int:
        return self._drop_event(f"standing = {Standing.REPLACED}", "replaced")

    def drop_event(self) -> int:
        return self._drop_event("TRUE", "dropped")

    def drop_letter(self) -> int:
        found = self._find(_LETTER)
        if found is None:
            return 0
        self._database.execute("DELETE FROM dead_letter WHERE sequence = ?", (found[0],))
        return found[1]

    def drop_done_image(self) -> int:
        return self._drop_image(_IMAGE.format(1))

    def drop_image(self) -> int:
        return self._drop_image(_IMAGE.format(0))

    def count(self) -> None:
        """Add up what was dropped, in the same transaction: a kill falsifies no count."""
        for name, count in self._counts.items():
            if count:
                add_to_count(self._database, name, count)

    def _drop_image(self, query: str) -> int:
        found = self._find(query)
        if found is None:
            return 0
        self._database.execute("DELETE FROM image WHERE image_id = ?", (found[0],))
        self._counts["dropped_images"] += 1
        return found[1]

    def _drop_event(self, which: str, counted_as: str) -> int:
        found = self._find(_EVENT.format(which))
        if found is None:
            return 0
        sequence, freed = found
        (images,) = self._database.execute(
            "SELECT coalesce(sum(length(sealed)), 0) FROM image WHERE sequence = ?", (sequence,)
        ).fetchone()
        self._database.execute("DELETE FROM image WHERE sequence = ?", (sequence,))
        self._database.execute("DELETE FROM event WHERE sequence = ?", (sequence,))
        self._counts[counted_as] += 1
        return freed + int(images)

    def _find(self, query: str) -> tuple[int | str, int] | None:
        row = self._database.execute(query).fetchone()
        return (row[0], int(row[1])) if row else None
