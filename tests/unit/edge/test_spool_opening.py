"""A spool is opened whatever state the disk, or the version before, has left it in."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.spool_samples import ROOM, bytes_on_disk, event, open_file, write_plain_spool
from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.at_rest.sealing import Sealer
from footfall_edge.spool_file import SpoolError
from footfall_edge.spooling import migration
from footfall_edge.spooling.opening import SpoolKey, open_spool


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


def aside(path: Path, kind: str) -> list[Path]:
    return list(path.parent.glob(f"spool.sqlite.{kind}-*Z"))


def test_a_plain_spool_is_sealed_with_all_that_is_in_it(path: Path) -> None:
    write_plain_spool(path, events=200, acknowledged=50)
    spool = open_file(path)
    assert (spool.worker_id, spool.spool_id) == ("the worker", "the line")
    events = spool.read_after(0, 1000)
    assert [one.sequence for one in events] == list(range(51, 201))
    assert [one.payload for one in events] == [b"plain event %d" % number for number in range(51, 201)]
    depth = spool.depth()
    assert (depth.images, depth.rejected, depth.acked_through) == (200, 1, 50)
    assert len(spool.images_to_upload(1000)) == 50, "what was acknowledged may still be uploaded"
    assert spool.read_image("i7") == b"plain image 7"
    assert spool.append(event("next")) == 202, "sequences go on: the core's acks still fit"
    assert b"plain " not in bytes_on_disk(path.parent)
    spool.close()
    assert open_file(path).depth().events == 151


def test_sealing_that_was_broken_off_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_plain_spool(path, events=300)
    seal, calls = Sealer.seal, 0

    def fail_in_the_middle(self: Sealer, plain: bytes, *, place: bytes) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 200:
            raise KeyboardInterrupt
        return seal(self, plain, place=place)

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "seal", fail_in_the_middle)
        with pytest.raises(KeyboardInterrupt):
            open_file(path)
    assert b"plain event 299" in bytes_on_disk(path.parent), "the test must break off before the end"
    spool = open_file(path)
    assert [one.payload for one in spool.read_after(0, 1000)] == [
        b"plain event %d" % number for number in range(1, 301)
    ]
    assert spool.depth().images == 300
    assert b"plain " not in bytes_on_disk(path.parent)


def test_an_empty_plain_spool_keeps_its_place_in_the_line(path: Path) -> None:
    write_plain_spool(path, events=5, acknowledged=5)
    spool = open_file(path)
    assert spool.depth().events == 0
    assert spool.append(event("next")) == 7


def test_a_file_that_is_no_database_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    spool = open_file(path)
    assert spool.append(event("e")) == 1
    (kept,) = aside(path, "damaged")
    assert kept.read_bytes() == b"this is no database" * 100, "nothing is deleted"


def damage(path: Path, pages: range) -> None:
    content = bytearray(path.read_bytes())
    for page in pages:
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)


def test_of_a_damaged_database_all_is_carried_over_that_can_be_read(path: Path) -> None:
    spool = open_file(path)
    for number in range(1, 201):
        image = (f"i{number}", b"jpeg %d" % number)
        spool.append(event(f"e{number}", b"payload %d " % number + b"x" * 2000, image))
    spool.acknowledge(20)
    before = (spool.worker_id, spool.spool_id)
    spool.close()
    damage(path, range(20, 60))
    spool = open_file(path)
    assert len(aside(path, "damaged")) == 1
    assert (spool.worker_id, spool.spool_id != before[1]) == (before[0], True)
    events = spool.read_after(0, 1000)
    numbers = [int(one.event_id[1:]) for one in events]
    assert 50 < len(events) < 180, "some pages are torn, most are not"
    assert numbers == sorted(numbers)
    assert min(numbers) > 20, "what the core has is not sent again"
    assert [one.sequence for one in events] == list(range(1, len(events) + 1)), "a line of its own"
    for one, number in zip(events, numbers, strict=True):
        assert one.payload == b"payload %d " % number + b"x" * 2000
    for image_id in (f"i{number}" for number in numbers):
        assert spool.read_image(image_id) in {None, b"jpeg " + image_id[1:].encode()}
    uploadable = spool.images_to_upload(1000)
    assert {int(one[1:]) for one in uploadable} <= set(range(1, 21)), "only of events that the core has"
    spool.close()
    assert open_file(path).depth().events == len(events)


def test_a_changed_row_is_not_carried_over(path: Path) -> None:
    spool = open_file(path)
    for number in range(1, 61):
        spool.append(event(f"e{number}", b"x" * 2000))
    spool.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE event SET sealed = zeroblob(2028) WHERE sequence = 50")
        database.execute("UPDATE event SET seen_ms = 'never', track_id = 7 WHERE sequence = 51")
    database.close()
    damage(path, range(10, 14))
    here = {one.event_id for one in open_file(path).read_after(0, 1000)}
    assert aside(path, "damaged")
    assert "e50" not in here
    assert {"e49", "e51"} <= here


def test_a_spool_of_which_nothing_can_be_read_leaves_the_worker_who_it_was(path: Path) -> None:
    spool = open_file(path)
    worker_id = spool.worker_id
    spool.close()
    path.write_bytes(b"\x00" * 8192)
    spool = open_file(path)
    assert aside(path, "damaged") or spool.depth().events == 0
    assert spool.worker_id == worker_id


def test_two_damaged_spools_are_both_kept(path: Path) -> None:
    key = SpoolKey(KeyFile(path.with_name("spool.key")))
    for second in range(2):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"this is no database" * 100)
        opened = open_spool(
            path,
            key,
            max_bytes=ROOM,
            now=lambda second=second: datetime(2026, 3, 1, 12, 0, second, tzinfo=UTC),
        )
        opened.database.close()
    assert len(aside(path, "damaged")) == 2


def test_a_spool_of_a_newer_worker_is_left_alone(path: Path) -> None:
    open_file(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 3")
    database.close()
    with pytest.raises(SpoolError, match="newer worker"):
        open_file(path)
    assert not aside(path, "damaged")


def test_the_whole_of_a_plain_spool_is_moved(path: Path) -> None:
    write_plain_spool(path, events=1)
    open_file(path).close()
    with sqlite3.connect(path) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    database.close()
    assert not {f"plain_{table}" for table in migration._TABLES} & tables
