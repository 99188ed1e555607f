"""The chain of hashes over a log, and the check of one: what an auditor recomputes.

The hash of an entry is SHA-256 (FIPS 180-4) over twelve values, one after the other, each as a length and its
bytes. The length is a 32-bit unsigned integer, the highest byte first, and counts bytes; for a value that is
absent it is 0xFFFFFFFF and nothing follows. The values, all of them text in UTF-8:

 1. "footfall-audit-1"
 2. the log: the tenant's id, or 00000000-0000-0000-0000-000000000000 for the installation's own
 3. the sequence, in decimal
 4. the hash of the entry before, 64 hexadecimal digits in lower case; 64 zeros for sequence 1
 5. the entry's id
 6. the time: microseconds since 1970-01-01T00:00:00 UTC, in decimal
 7. the actor's id, or absent
 8. the actor's role; empty where nobody was signed in
 9. the action
10. the kind of the resource
11. the resource's id, or absent
12. the detail, byte for byte as it is stored

Ids are written as RFC 9562 writes them, in lower case. PostgreSQL makes the hashes, in a trigger of migration
0015; this is written apart from it and from nothing but this text.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from footfall_server.domain.audit import AuditEntry, AuditHead, ChainedEntry

LABEL = "footfall-audit-1"
HASH_BYTES = 32
EMPTY = AuditHead(sequence=0, hash=bytes(HASH_BYTES))
"""Where every log begins."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ABSENT = b"\xff\xff\xff\xff"


class Fault(StrEnum):
    """What can be wrong with a log."""

    GAP = "gap"
    CHANGED_ENTRY = "changed_entry"
    BROKEN_LINK = "broken_link"
    TRUNCATED = "truncated"
    HEAD_MISMATCH = "head_mismatch"
    ANCHOR_MISMATCH = "anchor_mismatch"


class BrokenChainError(Exception):
    """The log is not what was written. `sequence` is the first place where that shows."""

    def __init__(self, sequence: int, fault: Fault, said: str) -> None:
        super().__init__(f"sequence {sequence}: {said}")
        self.sequence = sequence
        self.fault = fault
        self.said = said


def microseconds(at: datetime) -> int:
    """Since 1970 in UTC, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """Turns `microseconds` around. Raises OverflowError for what no datetime holds."""
    return _EPOCH + timedelta(microseconds=value)


def entry_hash(log_id: UUID, sequence: int, previous_hash: bytes, entry: AuditEntry) -> bytes:
    """The hash of an entry at its place, 32 bytes."""
    values = (
        LABEL,
        str(log_id),
        str(sequence),
        previous_hash.hex(),
        str(entry.audit_id),
        str(microseconds(entry.at)),
        None if entry.actor_id is None else str(entry.actor_id),
        entry.actor_role,
        entry.action,
        entry.resource,
        None if entry.resource_id is None else str(entry.resource_id),
        entry.detail,
    )
    return hashlib.sha256(b"".join(map(_told, values))).digest()


def chained(log_id: UUID, head: AuditHead, entry: AuditEntry) -> ChainedEntry:
    """The entry as the next one of its log."""
    sequence = head.sequence + 1
    return ChainedEntry(sequence, entry, head.hash, entry_hash(log_id, sequence, head.hash, entry))


@dataclass(slots=True)
class ChainCheck:
    """Walks one log from its first entry on. Every method raises BrokenChainError.

    `anchors` are hashes by their sequence, noted earlier where nobody with the database can reach them: they
    find a chain that was made anew from the changed place on.
    """

    log_id: UUID
    anchors: Mapping[int, bytes]
    last: AuditHead = EMPTY

    def take(self, found: ChainedEntry) -> None:
        """The next entry, in the order of their sequences."""
        wanted = self.last.sequence + 1
        if found.sequence != wanted:
            said = f"there should be this entry, and there is one numbered {found.sequence}"
            raise BrokenChainError(wanted, Fault.GAP, said)
        if entry_hash(self.log_id, wanted, found.previous_hash, found.entry) != found.hash:
            raise BrokenChainError(wanted, Fault.CHANGED_ENTRY, "the entry does not give the hash it has")
        if found.previous_hash != self.last.hash:
            said = "the entry follows another one than the one that is before it now"
            raise BrokenChainError(wanted, Fault.BROKEN_LINK, said)
        if self.anchors.get(wanted, found.hash) != found.hash:
            said = "the hash differs from the anchor: the log was written anew up to here"
            raise BrokenChainError(wanted, Fault.ANCHOR_MISMATCH, said)
        self.last = AuditHead(wanted, found.hash)

    def reached(self, head: AuditHead) -> None:
        """After the entries up to `head` were taken: they have to end with it, and to hold every anchor."""
        if self.last.sequence < head.sequence:
            said = f"the log ends here, and its head is at {head.sequence}"
            raise BrokenChainError(self.last.sequence + 1, Fault.TRUNCATED, said)
        if self.last != head:
            said = "the head of the log is not its last entry"
            raise BrokenChainError(head.sequence, Fault.HEAD_MISMATCH, said)
        if beyond := [sequence for sequence in self.anchors if sequence > head.sequence]:
            said = f"the log ends here, and there is an anchor at {min(beyond)}"
            raise BrokenChainError(head.sequence + 1, Fault.TRUNCATED, said)


def _told(value: str | None) -> bytes:
    if value is None:
        return _ABSENT
    data = value.encode()
    return len(data).to_bytes(4) + data
