"""Who was erased after a backup stays erased when it is restored, whatever is left to tell of it."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from backup_worlds import all_rows, backed_up, made_for_backups, restoration
from catalogue import connected, fill, set_scope
from database_fixtures import DatabaseFactory, FootfallDatabase
from fakes.memory_images import MemoryImages
from footfall_server.backup.errors import BackupError
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.jobs import JobResult
from footfall_server.storage.postgres.restoring import KeptTombstone
from integration.server_backup.conftest import Bare

pytestmark = pytest.mark.integration

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSERT = """
    insert into erasure_tombstones (tenant_id, digest, kind, erasure_id, erased_at)
    values ($1, $2, $3, $4, $5)
"""
JPEG = b"\xff\xd8\xff" + bytes(500)


@pytest.fixture
async def tenant_id(source: FootfallDatabase) -> UUID:
    """A tenant with a picture of somebody."""
    tenant_id = new_id()
    await fill(source.app_dsn, tenant_id)
    async with connected(source.superuser_dsn) as server:
        await server.execute("delete from erasure_tombstones")  # fill leaves a row in every table
    return tenant_id


def a_tombstone(tenant_id: UUID, digest: bytes) -> KeptTombstone:
    return KeptTombstone(tenant_id, digest, "person", new_id(), AT)


async def lay(database: FootfallDatabase, *tombstones: KeptTombstone) -> None:
    async with connected(database.superuser_dsn) as server:
        for each in tombstones:
            row = (each.tenant_id, each.digest, each.kind, each.erasure_id, each.erased_at)
            await server.execute(INSERT, *row)


async def lost(database: FootfallDatabase) -> None:
    async with connected(database.superuser_dsn) as server:
        await server.execute("delete from erasure_tombstones")


async def receipt(images: MemoryImages, *tombstones: KeptTombstone) -> str:
    first = tombstones[0]
    key = f"{erasures_prefix(first.tenant_id)}{first.erasure_id}.json"
    told = {
        "erasure_id": str(first.erasure_id),
        "erased_at": first.erased_at.isoformat(),
        "tombstones": [
            {"kind": each.kind, "digest": base64.b64encode(each.digest).decode()} for each in tombstones
        ],
    }
    await images.put(key, json.dumps(told).encode(), "application/json")
    return key


async def pictures(database: FootfallDatabase) -> Sequence[str]:
    async with connected(database.superuser_dsn) as server:
        return [row["object_key"] for row in await server.fetch("select object_key from images")]


class Sweep:
    """Notes which tombstones the application's role sees when it is called, and forgets every picture."""

    def __init__(self, database: FootfallDatabase, images: MemoryImages, *, failures: int = 0) -> None:
        self.seen: dict[UUID, set[bytes]] = {}
        self._database = database
        self._images = images
        self._failures = failures

    async def __call__(self, tenant_id: UUID) -> JobResult:
        if self._failures:
            self._failures -= 1
            return JobResult({}, "SURVIVORS")
        async with connected(self._database.app_dsn) as app, app.transaction():
            await set_scope(app, tenant_id)
            self.seen[tenant_id] = {
                row["digest"] for row in await app.fetch("select digest from erasure_tombstones")
            }
            gone = await app.fetch("delete from images returning object_key")
        for row in gone:
            await self._images.delete(row["object_key"])
        return JobResult({"images": len(gone)})


async def test_tombstones_are_carried_over_from_everywhere(
    source: FootfallDatabase, backup_dsn: str, tenant_id: UUID, tmp_path: Path
) -> None:
    images = MemoryImages()
    [picture] = await pictures(source)
    await images.put(picture, JPEG, "image/jpeg")
    own, newer, present, told, told_then = (a_tombstone(tenant_id, bytes([n]) * 32) for n in range(5))
    await lay(source, own)
    backup = await backed_up(tmp_path / "backup", backup_dsn, images)
    await lay(source, newer)
    key = await receipt(images, told_then)
    later = await backed_up(tmp_path / "later", backup_dsn, images)
    await images.delete(key)
    await lost(source)
    await lay(source, present, a_tombstone(new_id(), b"of a tenant the backup has not  "))
    await receipt(images, told)

    sweep = Sweep(source, images)
    async with restoration(source, images, sweep=sweep) as made:
        restored = await made.restore(backup, newer=[later], replace=True)
    digests = {each.digest for each in (own, newer, present, told, told_then)}
    assert sweep.seen == {tenant_id: digests}
    assert (restored.tombstones, restored.swept) == (6, 1)
    assert len((await all_rows(source))["erasure_tombstones"]) == 5
    assert await pictures(source) == []
    assert picture not in images.objects, "the face of who was erased is not put back"
    assert (restored.objects, restored.unnamed) == (0, 1)


async def test_a_backup_from_before_there_were_tombstones_forgets_none(
    source: FootfallDatabase,
    tenant_id: UUID,
    another: Bare,
    database_factory: DatabaseFactory,
    tmp_path: Path,
) -> None:
    old = await another(revision="0028")
    await fill(old.app_dsn, tenant_id)
    images = MemoryImages()
    backup = await backed_up(tmp_path / "backup", await made_for_backups(database_factory, old), images)
    erased = a_tombstone(tenant_id, b"e" * 32)
    await lay(source, erased)
    broken, sweep = Sweep(source, images, failures=1), Sweep(source, images)
    async with restoration(source, images, sweep=broken) as made:
        with pytest.raises(BackupError, match="SURVIVORS"):
            await made.restore(backup, replace=True)
    async with restoration(source, images, sweep=sweep) as made:
        await made.restore(backup)
    assert sweep.seen == {tenant_id: {erased.digest}}


async def test_a_sweep_that_leaves_somebody_stops_and_is_repeated(
    source: FootfallDatabase, backup_dsn: str, tenant_id: UUID, tmp_path: Path
) -> None:
    images = MemoryImages()
    [picture] = await pictures(source)
    await images.put(picture, JPEG, "image/jpeg")
    backup = await backed_up(tmp_path / "backup", backup_dsn, images)
    erased = a_tombstone(tenant_id, b"e" * 32)
    await lay(source, erased)
    await images.delete(picture)
    sweep = Sweep(source, images, failures=1)
    async with restoration(source, images, sweep=sweep) as made:
        with pytest.raises(BackupError, match="not everybody is erased again: SURVIVORS"):
            await made.restore(backup, replace=True)
    assert images.objects == {}, "no picture comes before everybody is erased"
    async with restoration(source, images, sweep=None) as made:
        with pytest.raises(BackupError, match="nothing here erases them"):
            await made.restore(backup)
    async with restoration(source, images, sweep=sweep) as made:
        await made.restore(backup)
    assert sweep.seen == {tenant_id: {erased.digest}}
    assert images.objects == {}


async def test_a_picture_of_somebody_who_was_not_erased_comes_back(
    source: FootfallDatabase, backup_dsn: str, tenant_id: UUID, tmp_path: Path
) -> None:
    images = MemoryImages()
    [picture] = await pictures(source)
    await images.put(picture, JPEG, "image/jpeg")
    key = await receipt(images, a_tombstone(tenant_id, b"r" * 32))
    backup = await backed_up(tmp_path / "backup", backup_dsn, images)
    fresh, swept = MemoryImages(), list[UUID]()

    async def sweep(tenant_id: UUID) -> JobResult:
        swept.append(tenant_id)
        return JobResult({})

    async with restoration(source, fresh, sweep=sweep) as made:
        restored = await made.restore(backup, replace=True)
    assert swept == [tenant_id], "the receipt in the backup names somebody"
    # The row, which is made up, says of which type the picture is.
    assert {name: data for name, (data, _) in fresh.objects.items()} == {
        picture: JPEG,
        key: images.objects[key][0],
    }
    assert restored.objects == 2


async def test_a_receipt_that_cannot_be_read_stops_before_anything_is_replaced(
    source: FootfallDatabase, backup_dsn: str, tenant_id: UUID, tmp_path: Path
) -> None:
    images = MemoryImages()
    backup = await backed_up(tmp_path / "backup", backup_dsn, images)
    await fill(source.app_dsn, new_id())
    before = await all_rows(source)
    await images.put(f"{erasures_prefix(tenant_id)}x.json", b"{", "application/json")
    async with restoration(source, images, sweep=Sweep(source, images)) as made:
        with pytest.raises(BackupError, match="not a receipt"):
            await made.restore(backup, replace=True)
    assert await all_rows(source) == before


async def test_portraits_of_whom_nobody_knows_are_told_and_left(
    source: FootfallDatabase, backup_dsn: str, tenant_id: UUID, tmp_path: Path
) -> None:
    images = MemoryImages()
    backup = await backed_up(tmp_path / "backup", backup_dsn, images)
    portrait = f"staff/{tenant_id}/{new_id()}/{new_id()}.jpg"
    await images.put(portrait, JPEG, "image/jpeg")
    async with restoration(source, images) as made:
        restored = await made.restore(backup, replace=True)
    assert restored.portraits_left == 1
    assert set(images.objects) == {portrait}
