"""Where imports are while they last: in the object store alone, all of one below one prefix.

An import is personal data through and through, and of use for a day. It has no rows, so that nothing of it
outlives its objects, in no backup of the database either.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final
from uuid import UUID

from footfall_server.domain.staff_import import (
    PART_BYTES,
    ImportFault,
    ImportItem,
    PictureVerdict,
    StaffImport,
)
from footfall_server.ports import ImageStore

_PART_TYPE: Final = "application/octet-stream"
_RECORD_TYPE: Final = "application/json"
_RECORD: Final = "import.json"
_ASKED_AT_ONCE: Final = 8


def imports_prefix(tenant_id: UUID) -> str:
    """What the keys of all imports of a tenant begin with. The bucket's life cycle deletes what is there."""
    return f"imports/{tenant_id}/"


def hour_prefix(tenant_id: UUID, at: datetime) -> str:
    """What the keys of the imports begin with that were begun within the same hour of UTC."""
    return f"{imports_prefix(tenant_id)}{at.astimezone(UTC):%Y%m%d%H}/"


def begun_at(import_id: UUID) -> datetime:
    """When an id was made: UUIDv7 begins with it, in milliseconds."""
    return datetime.fromtimestamp((import_id.int >> 80) / 1000, UTC)


class ImportStore:
    """Keeps imports, their parts, and what became of their pictures."""

    def __init__(self, images: ImageStore) -> None:
        self._objects = images

    async def save(self, record: StaffImport) -> None:
        """Adds or overwrites it."""
        said = asdict(record) | {"items": [asdict(item) for item in record.items]}
        await self._objects.put(
            _key(record.tenant_id, record.import_id, _RECORD),
            json.dumps(said, default=_plain).encode(),
            _RECORD_TYPE,
        )

    async def find(self, tenant_id: UUID, import_id: UUID) -> StaffImport | None:
        """The import, however old it is."""
        try:
            key = _key(tenant_id, import_id, _RECORD)
        except (ValueError, OverflowError):
            # Its time is beyond the calendar's end: nobody made this id.
            return None
        said = await self._objects.get(key)
        return None if said is None else _record(json.loads(said))

    async def youngest(self, tenant_id: UUID, most: int) -> Sequence[tuple[StaffImport, Sequence[int]]]:
        """Imports of a tenant with the parts that each lacks, the youngest first; some may be over."""
        keys = frozenset(await self._objects.keys(imports_prefix(tenant_id)))
        ids = (UUID(key.split("/")[-2]) for key in keys if key.endswith(f"/{_RECORD}"))
        found = [await self.find(tenant_id, import_id) for import_id in sorted(ids, reverse=True)[:most]]
        return [(record, _lacks(record, keys)) for record in found if record is not None]

    async def save_part(self, record: StaffImport, part: int, data: bytes) -> None:
        """The same part again takes the place of the first."""
        await self._objects.put(_part_key(record, part), data, _PART_TYPE)

    async def missing(self, record: StaffImport) -> Sequence[int]:
        """Parts that have not come, in order."""
        missing: list[int] = []
        for first in range(0, record.parts, _ASKED_AT_ONCE):
            parts = range(first, min(first + _ASKED_AT_ONCE, record.parts))
            found = await asyncio.gather(*(self._objects.stat(_part_key(record, part)) for part in parts))
            missing.extend(part for part, there in zip(parts, found, strict=True) if there is None)
        return missing

    async def write_to(self, record: StaffImport, file: BinaryIO) -> bool:
        """Writes all parts into a file, one after another; False when one is not there."""
        for part in range(record.parts):
            data = await self._objects.get(_part_key(record, part))
            if data is None:
                return False
            await asyncio.to_thread(file.write, data)
        return True

    async def finish(self, record: StaffImport) -> StaffImport:
        """Forgets the parts, and keeps what became of the pictures."""
        finished = replace(record, is_finished=True)
        await self.save(finished)
        await self._objects.delete_all(f"{_key(record.tenant_id, record.import_id, 'parts')}/")
        return finished

    async def forget(self, record: StaffImport) -> None:
        """Forgets it with all that came with it."""
        await self._objects.delete_all(_key(record.tenant_id, record.import_id, ""))

    async def forget_hour(self, tenant_id: UUID, at: datetime) -> int:
        """Forgets the imports that were begun within an hour of UTC. Returns how many objects those were."""
        return await self._objects.delete_all(hour_prefix(tenant_id, at))


def _key(tenant_id: UUID, import_id: UUID, name: str) -> str:
    return f"{hour_prefix(tenant_id, begun_at(import_id))}{import_id}/{name}"


def _lacks(record: StaffImport, keys: frozenset[str]) -> Sequence[int]:
    if record.is_finished:
        return ()
    return [part for part in range(record.parts) if _part_key(record, part) not in keys]


def _part_key(record: StaffImport, part: int) -> str:
    return _key(record.tenant_id, record.import_id, f"parts/{part * PART_BYTES:010}")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)


def _record(said: dict[str, Any]) -> StaffImport:
    return StaffImport(
        import_id=UUID(said["import_id"]),
        tenant_id=UUID(said["tenant_id"]),
        created_by=UUID(said["created_by"]),
        created_at=datetime.fromisoformat(said["created_at"]),
        size_bytes=said["size_bytes"],
        site_ids=frozenset(map(UUID, said["site_ids"])),
        is_finished=said["is_finished"],
        # What an older core began has none.
        total=said.get("total", 0),
        items=tuple(map(_item, said["items"])),
    )


def _item(said: dict[str, Any]) -> ImportItem:
    return ImportItem(
        **said
        | {
            "staff_id": UUID(said["staff_id"]) if said["staff_id"] else None,
            "verdict": PictureVerdict(said["verdict"]) if said["verdict"] else None,
            "fault": ImportFault(said["fault"]) if said["fault"] else None,
        }
    )
