"""A folder is a backup when it is whole, and says what is wrong when it is not."""

import asyncio
import base64
import json
import secrets
import stat
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_images import MemoryImages
from footfall_server.backup.creation import BackupCreation
from footfall_server.backup.errors import BackupError
from footfall_server.backup.folder import BackupReader, BackupWriter
from footfall_server.backup.keys import BackupKey
from footfall_server.backup.manifest import Manifest, ObjectsEntry
from footfall_server.backup.objects import SavedObject, from_records, to_record
from footfall_server.backup.tombstones import TombstonesOfBackup, TombstonesOfBucket, of_receipt, of_rows
from footfall_server.backup.verification import faults_of
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.errors import FootfallError
from footfall_server.storage.postgres.restoring import KeptTombstone
from footfall_server.storage.postgres.snapshots import TableShape

pytestmark = pytest.mark.unit

KEY = BackupKey(bytes(range(32)))
TENANT = UUID("00000000-0000-7000-8000-000000000001")
VISITS = TableShape("visits", ("tenant_id", "note"))
TOMBSTONES = TableShape("erasure_tombstones", ("kind", "tenant_id", "digest", "erasure_id", "erased_at"))
DIGEST = bytes(range(30, 62))
ERASURE = UUID("00000000-0000-7000-8000-0000000000e1")
A_TOMBSTONE = KeptTombstone(TENANT, DIGEST, "person", ERASURE, datetime(2026, 3, 2, 12, tzinfo=UTC))
ROW = f"person\t{TENANT}\t\\\\x{DIGEST.hex()}\t{ERASURE}\t2026-03-02 13:00:00+01\n".encode()
RECEIPT = json.dumps(
    {
        "erasure_id": str(ERASURE),
        "erased_at": "2026-03-02T12:00:00Z",
        "tombstones": [{"kind": "person", "digest": base64.b64encode(DIGEST).decode()}],
        "signature": "…",
    }
).encode()


class CannedSnapshot:
    """What the database would give."""

    revision = "0029"
    tables = (VISITS, TOMBSTONES)
    tenant_ids = (TENANT,)

    def __init__(self, keys: list[str], rows: int = 3, fails: Exception | None = None) -> None:
        self.sequences = {"a_sequence": 7}
        self._keys = keys
        self._rows = rows
        self._fails = fails

    async def copy(self, table: TableShape, take: Callable[[bytes], object]) -> int:
        if table is TOMBSTONES:
            take(ROW)
            return 1
        for number in range(self._rows):
            take(f"{TENANT}\t{number} with\\nbreak\n".encode())
        if self._fails is not None:
            raise self._fails
        return self._rows

    async def objects(self) -> AsyncIterator[tuple[str, str]]:
        for key in self._keys:
            yield key, "image/jpeg"


def opening(snapshot: CannedSnapshot) -> Callable[[], object]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[CannedSnapshot]:
        yield snapshot

    return opened


def keys(count: int) -> list[str]:
    return [f"tenants/{TENANT}/sites/s/faces/{number}.jpg" for number in range(count)]


async def made(folder: Path, snapshot: CannedSnapshot, images: MemoryImages, said: list[str]) -> Manifest:
    creation = BackupCreation(
        snapshot=opening(snapshot), images=images, clock=ManualClock(START), tell=said.append
    )
    return await creation.create(folder, KEY)


@pytest.fixture
async def images() -> MemoryImages:
    images = MemoryImages()
    for number, key in enumerate(keys(40)):
        await images.put(key, bytes([number]) * 5000, "image/jpeg")
    await images.put(f"{erasures_prefix(TENANT)}{ERASURE}.json", RECEIPT, "application/json")
    return images


@pytest.fixture
async def backup(tmp_path: Path, images: MemoryImages) -> Path:
    folder = tmp_path / "backup"
    await made(folder, CannedSnapshot(keys(40)), images, [])
    return folder


async def test_what_went_in_comes_out(tmp_path: Path, images: MemoryImages) -> None:
    folder, said = tmp_path / "deep" / "backup", list[str]()
    manifest = await made(folder, CannedSnapshot([*keys(40), "tenants/purged.jpg"]), images, said)
    assert (manifest.rows, manifest.objects.count, manifest.objects.absent) == (4, 41, 1)
    assert said[0] == "backup: table 1 of 2: visits"
    reader = BackupReader(folder, KEY)
    assert reader.manifest == manifest
    assert manifest.sequences == {"a_sequence": 7}
    visits, tombstones = manifest.tables
    assert b"".join(reader.rows(visits)).count(b"with\\nbreak\n") == 3
    assert b"".join(reader.rows(tombstones)) == ROW
    found = {each.key: (each.data, each.content_type) for each in reader.objects()}
    assert found == images.objects
    assert faults_of(reader, said.append) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert [each.name for each in folder.parent.iterdir()] == ["backup"]


def contents(folder: Path) -> list[bytes]:
    return [each.read_bytes() if each.is_file() else b"" for each in folder.iterdir()]


async def test_no_row_and_no_picture_is_readable_in_the_folder(backup: Path) -> None:
    everything = b"".join(contents(backup))
    assert b"with" not in everything
    assert bytes([7]) * 100 not in everything
    assert DIGEST not in everything
    assert DIGEST.hex().encode() not in everything


async def test_an_interrupted_backup_is_none(tmp_path: Path, images: MemoryImages) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(OSError, match="gone"):
        await made(folder, CannedSnapshot([], fails=OSError("gone")), images, [])
    assert contents(tmp_path) == []
    images.failing = True
    with pytest.raises(FootfallError):
        await made(folder, CannedSnapshot(keys(1)), images, [])
    assert contents(tmp_path) == []


async def test_a_backup_that_is_stopped_by_hand_is_none(tmp_path: Path, images: MemoryImages) -> None:
    begun = asyncio.Event()

    class Stalled(CannedSnapshot):
        async def copy(self, _table: TableShape, take: Callable[[bytes], object]) -> int:
            take(b"half of a row")
            begun.set()
            return await asyncio.Future()

    making = asyncio.create_task(made(tmp_path / "backup", Stalled([]), images, []))
    await begun.wait()
    assert contents(tmp_path) == [b""], "it is being made, in a folder"
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert contents(tmp_path) == []


async def test_what_a_killed_process_left_is_taken_over(tmp_path: Path, images: MemoryImages) -> None:
    left = tmp_path / "backup.partial"
    left.mkdir()
    (left / "visits.rows.sealed").write_bytes(b"half")
    with pytest.raises(BackupError, match="no manifest"):
        BackupReader(left, KEY)
    await made(tmp_path / "backup", CannedSnapshot(keys(1)), images, [])
    assert faults_of(BackupReader(tmp_path / "backup", KEY), print) == []
    assert not left.exists()


async def test_two_backups_do_not_write_into_one_folder(tmp_path: Path, images: MemoryImages) -> None:
    folder = tmp_path / "backup"
    with BackupWriter(folder, KEY, uuid4()):
        with pytest.raises(BackupError, match="another backup"):
            await made(folder, CannedSnapshot([]), images, [])
        assert (tmp_path / "backup.partial").exists(), "the first one's is left alone"
    await made(folder, CannedSnapshot([]), images, [])
    with pytest.raises(BackupError, match="there already"):
        await made(folder, CannedSnapshot([]), images, [])
    assert faults_of(BackupReader(folder, KEY), print) == []


async def test_a_backup_needs_its_key(backup: Path) -> None:
    with pytest.raises(BackupError, match="made with another key"):
        BackupReader(backup, BackupKey(bytes(32)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told["tables"][0].update(rows=2), "was changed"),
        (lambda told: told.update(revision="0001"), "was changed"),
        (lambda told: told.update(tenant_ids=[]), "was changed"),
        (lambda told: told.pop("sequences"), "was changed"),
        (lambda told: told.update(mac="0" * 64), "was changed"),
        (lambda told: told.update(mac=None), "was changed"),
        (lambda told: told.pop("mac"), "not a manifest"),
        (lambda told: told.update(version=2), "in another way"),
    ],
)
async def test_a_manifest_that_was_changed_is_refused(
    backup: Path, change: Callable[[dict[str, object]], object], said: str
) -> None:
    file = backup / "manifest.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    change(told)
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BackupError, match=said):
        BackupReader(backup, KEY)


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '"text"', "\udcff"])
async def test_what_is_no_manifest_is_said(backup: Path, text: str) -> None:
    (backup / "manifest.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(BackupError):
        BackupReader(backup, KEY)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-40] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize("name", ["visits.rows.sealed", "objects.sealed"])
@pytest.mark.parametrize("damage", [cut, flip, Path.unlink])
async def test_every_damaged_file_is_named(backup: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(backup / name)
    [fault] = faults_of(BackupReader(backup, KEY), print)
    assert fault.startswith(f"{name}: ")


async def test_a_file_of_another_backup_passes_for_none_of_this(
    tmp_path: Path, backup: Path, images: MemoryImages
) -> None:
    await made(tmp_path / "other", CannedSnapshot(keys(40)), images, [])
    (tmp_path / "other" / "visits.rows.sealed").replace(backup / "visits.rows.sealed")
    (backup / "erasure_tombstones.rows.sealed").write_bytes((backup / "objects.sealed").read_bytes())
    faults = faults_of(BackupReader(backup, KEY), print)
    assert [each.partition(":")[0] for each in faults] == [
        "visits.rows.sealed",
        "erasure_tombstones.rows.sealed",
    ]


async def test_a_backup_of_any_size_needs_little_memory(tmp_path: Path) -> None:
    image = secrets.token_bytes(64 * 1024)
    tracemalloc.start()
    with BackupWriter(tmp_path / "backup", KEY, uuid4()) as writer, writer.objects() as file:
        for number in range(400):
            file.write(to_record(SavedObject(f"k/{number}", "image/jpeg", image)))
        objects = ObjectsEntry(count=400, size=400 * len(image), absent=0, file=file.close())
        manifest = Manifest(
            backup_id=writer.backup_id,
            created_at=START,
            revision="0029",
            key_id=KEY.key_id,
            tenant_ids=(),
            tables=(),
            sequences={},
            objects=objects,
        )
        writer.finish(manifest)
    assert sum(len(each.data) for each in BackupReader(tmp_path / "backup", KEY).objects()) == objects.size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < objects.size / 8, "it was held in memory"


def pieces(whole: bytes, size: int) -> Iterator[bytes]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_objects_come_back_however_their_file_is_read(size: int) -> None:
    objects = [SavedObject(f"k/{number}", "image/jpeg", b"\n{" * number) for number in range(5)]
    whole = b"".join(map(to_record, objects))
    assert list(from_records(pieces(whole, size))) == objects


@pytest.mark.parametrize(
    "whole",
    [
        to_record(SavedObject("k", "image/jpeg", b"1234"))[:-1],
        to_record(SavedObject("k", "image/jpeg", b"1234")).replace(b"1234", b"1235"),
        b"{}\n",
        b"no json\n",
        b"x" * 9000,
        b"x",
    ],
)
def test_what_is_no_object_is_refused(whole: bytes) -> None:
    with pytest.raises(BackupError):
        list(from_records(iter([whole])))


async def test_tombstones_come_from_rows_and_receipts(backup: Path, images: MemoryImages) -> None:
    found = [some async for some in TombstonesOfBackup(BackupReader(backup, KEY)).tombstones()]
    assert found == [[A_TOMBSTONE], [A_TOMBSTONE]], "the row's, and the receipt's"
    found = [some async for some in TombstonesOfBucket(images, [TENANT, uuid4()]).tombstones()]
    assert found == [[A_TOMBSTONE]]


def test_rows_of_tombstones_may_be_cut_anywhere() -> None:
    for size in (1, 50, 1000):
        assert list(of_rows(TOMBSTONES.columns, pieces(ROW * 3, size))) == [A_TOMBSTONE] * 3
    with pytest.raises(BackupError, match="no tombstone"):
        list(of_rows(("tenant_id",), iter([b"x\n"])))


@pytest.mark.parametrize(
    "receipt",
    [
        b"",
        b"[]",
        b"{}",
        RECEIPT.replace(b'"tombstones"', b'"others"'),
        RECEIPT.replace(b"12:00:00Z", b"12:00:00"),
        RECEIPT.replace(str(ERASURE).encode(), b"somebody"),
    ],
)
def test_a_receipt_that_is_none_stops_instead_of_being_passed_over(receipt: bytes) -> None:
    with pytest.raises(BackupError, match="not a receipt"):
        of_receipt(f"{erasures_prefix(TENANT)}x.json", receipt)
