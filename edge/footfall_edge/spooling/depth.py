"""How full a spool is, for the heartbeat and for those who look after the worker."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from footfall_edge.spooling.schema import last_sequence, read_count


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolDepth:
    """How full the spool is.

    Counted since the spool was made: dropped events and dropped_images went for want of room; so did replaced
    events, whose tracks are told by later ones; unreadable events were changed on the disk. oldest_seen is
    when the oldest event that waits was seen, None when none does or nobody noted it. disk_full: others leave
    the spool no room to grow.
    """

    events: int
    images: int
    dropped: int
    dropped_images: int
    rejected: int
    last_sequence: int
    acked_through: int
    stored_bytes: int = 0
    max_bytes: int = 0
    replaced: int = 0
    unreadable: int = 0
    oldest_seen: datetime | None = None
    free_disk_bytes: int = 0
    disk_full: bool = False


def measure(database: sqlite3.Connection) -> SpoolDepth:
    """What the tables tell; nothing of bytes."""
    events, images, rejected = database.execute(
        "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM image),"
        " (SELECT count(*) FROM dead_letter)"
    ).fetchone()
    oldest = database.execute("SELECT seen_ms FROM event ORDER BY sequence LIMIT 1").fetchone()
    return SpoolDepth(
        events=events,
        images=images,
        rejected=rejected,
        last_sequence=last_sequence(database),
        oldest_seen=_moment(oldest[0]) if oldest else None,
        dropped=read_count(database, "dropped"),
        dropped_images=read_count(database, "dropped_images"),
        replaced=read_count(database, "replaced"),
        unreadable=read_count(database, "unreadable"),
        acked_through=read_count(database, "acked_through"),
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
