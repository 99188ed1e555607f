"""Objects one after the other in one file: for each a line of JSON that describes it, then its bytes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from footfall_server.backup.errors import BackupError

RECEIPT_TYPE: Final = "application/json"
_LONGEST_LINE: Final = 8192


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object that a row names."""

    key: str
    content_type: str


@dataclass(frozen=True, slots=True)
class SavedObject:
    """An object with its bytes."""

    key: str
    content_type: str
    data: bytes = field(repr=False)


def to_record(saved: SavedObject) -> bytes:
    """The object as it is written."""
    described = {
        "key": saved.key,
        "content_type": saved.content_type,
        "size": len(saved.data),
        "sha256": hashlib.sha256(saved.data).hexdigest(),
    }
    return json.dumps(described, separators=(",", ":")).encode() + b"\n" + saved.data


def from_records(chunks: Iterator[bytes]) -> Iterator[SavedObject]:
    """The objects of a file, one in memory at a time. Raises BackupError for what is none."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while (found := _first(waiting)) is not None:
            yield found
    if waiting:
        raise BackupError("the last object is cut")


def _first(waiting: bytearray) -> SavedObject | None:
    """Takes the first object away, if it is there whole."""
    end = waiting.find(b"\n", 0, _LONGEST_LINE)
    if end < 0:
        if len(waiting) >= _LONGEST_LINE:
            raise BackupError("not a description of an object")
        return None
    try:
        told = json.loads(waiting[:end])
        key, content_type = str(told["key"]), str(told["content_type"])
        size, digest = int(told["size"]), str(told["sha256"])
    except (ValueError, KeyError, TypeError):
        raise BackupError("not a description of an object") from None
    if len(waiting) < end + 1 + size:
        return None
    data = bytes(waiting[end + 1 : end + 1 + size])
    if hashlib.sha256(data).hexdigest() != digest:
        raise BackupError(f"the object {key} is not as it was")
    del waiting[: end + 1 + size]
    return SavedObject(key, content_type, data)
