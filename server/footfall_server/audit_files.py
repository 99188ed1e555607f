"""Exported audit logs: JSON Lines, one object per entry, complete enough to recompute every hash."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from footfall_server.domain.audit import NO_TENANT, AuditEntry, ChainedEntry
from footfall_server.domain.audit_chain import (
    BrokenChainError,
    ChainCheck,
    from_microseconds,
    microseconds,
)
from footfall_server.services.audit_verification import LogReport


class BadExportError(Exception):
    """The file is no export; the text says where, and quotes nothing of it."""


def to_line(log_id: UUID, found: ChainedEntry) -> str:
    """One line, without its end. Times are microseconds since 1970 in UTC; hashes are hexadecimal."""
    entry = found.entry
    return json.dumps(
        {
            "log": str(log_id),
            "sequence": found.sequence,
            "audit_id": str(entry.audit_id),
            "at": microseconds(entry.at),
            "actor_id": None if entry.actor_id is None else str(entry.actor_id),
            "actor_role": entry.actor_role,
            "action": entry.action,
            "resource": entry.resource,
            "resource_id": None if entry.resource_id is None else str(entry.resource_id),
            "detail": entry.detail,
            "previous_hash": found.previous_hash.hex(),
            "hash": found.hash.hex(),
        },
        ensure_ascii=False,
    )


def from_line(line: str) -> tuple[UUID, ChainedEntry]:
    """The log and the entry. Raises ValueError, TypeError, KeyError or OverflowError for other lines."""
    said: dict[str, Any] = json.loads(line)
    entry = AuditEntry(
        audit_id=UUID(said["audit_id"]),
        at=from_microseconds(_of_type(said["at"], int)),
        actor_id=None if said["actor_id"] is None else UUID(said["actor_id"]),
        actor_role=_of_type(said["actor_role"], str),
        action=_of_type(said["action"], str),
        resource=_of_type(said["resource"], str),
        resource_id=None if said["resource_id"] is None else UUID(said["resource_id"]),
        detail=_of_type(said["detail"], str),
    )
    return UUID(said["log"]), ChainedEntry(
        sequence=_of_type(said["sequence"], int),
        entry=entry,
        previous_hash=bytes.fromhex(said["previous_hash"]),
        hash=bytes.fromhex(said["hash"]),
    )


def check_file(file: Path, anchors: Mapping[int, bytes]) -> LogReport:
    """Recomputes an exported log. That its end is missing shows by an anchor alone.

    Raises BadExportError for what is no export of one log, and OSError.
    """
    with file.open(encoding="utf-8") as lines:
        found = _entries(lines)
        first = next(found, None)
        if first is None:
            raise BadExportError("the file is empty: an export holds its own entry at least")
        log_id = first[0]
        check = ChainCheck(log_id, anchors)
        try:
            check.take(first[1])
            for number, (of, entry) in enumerate(found, start=2):
                if of != log_id:
                    raise BadExportError(f"line {number} is of another log than line 1")
                check.take(entry)
            check.reached(check.last)
        except BrokenChainError as broken:
            return LogReport(log_id, check.last, broken)
        return LogReport(log_id, check.last)


def named(log_id: UUID) -> str:
    """A log as people call it."""
    return "the installation's own log" if log_id == NO_TENANT else f"the log of the tenant {log_id}"


def _entries(lines: Iterable[str]) -> Iterator[tuple[UUID, ChainedEntry]]:
    number = 0
    try:
        for number, line in enumerate(lines, start=1):  # noqa: B007 - told below
            yield from_line(line)
    except UnicodeDecodeError:
        raise BadExportError(f"line {number + 1} is no UTF-8") from None
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError, RecursionError):
        raise BadExportError(f"line {number} is no entry of an audit log") from None


def _of_type(value: Any, wanted: type) -> Any:
    if type(value) is not wanted:
        raise TypeError(wanted.__name__)
    return value
