"""Audit entries as CSV."""

from collections.abc import Iterable, Sequence

from footfall_server.domain.audit import ChainedEntry
from footfall_server.services.csv_text import csv_text, harmless

_COLUMNS = (
    "sequence",
    "time",
    "actor_id",
    "actor_role",
    "action",
    "resource",
    "resource_id",
    "detail",
    "audit_id",
    "hash",
)


def header() -> str:
    """The line of names."""
    return csv_text([_COLUMNS])


def lines(entries: Iterable[ChainedEntry]) -> str:
    """A line for each entry; times are UTC, and what an entry has not is empty."""
    return csv_text(_row(each) for each in entries)


def _row(found: ChainedEntry) -> Sequence[object]:
    entry = found.entry
    return [
        found.sequence,
        entry.at.isoformat(),
        entry.actor_id or "",
        entry.actor_role,
        entry.action,
        entry.resource,
        entry.resource_id or "",
        harmless(entry.detail),
        entry.audit_id,
        found.hash.hex(),
    ]
