"""What lies on the disk says nothing to who has no key; what was changed there is not believed."""

import base64
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from fakes.spool_samples import bytes_on_disk, event, open_file
from footfall_edge.at_rest.key_file import KeyFile, KeyFileError
from footfall_edge.at_rest.sealing import SEAL_BYTES, Sealer, UnsealError, place_of
from footfall_edge.spool_file import Rejection, SpoolError
from hypothesis import given
from hypothesis import strategies as st

FACE = b"a face, a vector, a portrait " * 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


def set_aside(path: Path) -> list[str]:
    return sorted(one.name.split(".")[2].split("-")[0] for one in path.parent.glob("spool.sqlite.*-*Z"))


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()


@given(plain=st.binary(max_size=300), other=st.binary(max_size=8), flip=st.integers(0, 10**6))
def test_only_the_same_bytes_at_the_same_place_open(plain: bytes, other: bytes, flip: int) -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal(plain, place=b"here")
    assert sealer.open(sealed, place=b"here") == plain
    assert len(sealed) == len(plain) + SEAL_BYTES
    for place, changed in (
        (b"here" + other + b"!", sealed),
        (b"here", sealed[:-1]),
        (b"here", b""),
        (b"here", bytes(byte ^ (index == flip % len(sealed)) for index, byte in enumerate(sealed))),
    ):
        with pytest.raises(UnsealError):
            sealer.open(changed, place=place)


def test_places_do_not_run_into_each_other() -> None:
    assert place_of("a", "bc") != place_of("ab", "c")
    assert place_of("a", "b") != place_of("ab")


def test_no_face_is_to_be_found_on_the_disk(path: Path) -> None:
    spool = open_file(path)
    for index in range(20):
        spool.append(event(f"e{index}", FACE, (f"i{index}", FACE)))
    spool.acknowledge(10, [Rejection(sequence=3, reason="INVALID_FIELD", description="box")])
    assert FACE[:29] not in bytes_on_disk(path.parent), "nor in the log, while it is open"
    spool.close()
    assert FACE[:29] not in bytes_on_disk(path.parent)
    for name in ("spool.key", "spool.sqlite", "spool.reserve"):
        assert path.with_name(name).stat().st_mode & 0o077 == 0, name


def test_an_event_that_was_moved_or_changed_is_kept_apart_and_holds_nobody_up(path: Path) -> None:
    spool = open_file(path)
    for index in range(1, 5):
        spool.append(event(f"e{index}", b"payload %d" % index, (f"i{index}", b"jpeg %d" % index)))
    spool.close()
    change(path, "UPDATE event SET sealed = (SELECT sealed FROM event WHERE sequence = 1) WHERE sequence = 2")
    change(path, "UPDATE event SET event_id = 'mine' WHERE sequence = 3")
    spool = open_file(path)
    assert [one.event_id for one in spool.read_after(0, 2)] == ["e1"]
    assert [one.event_id for one in spool.read_after(0, 10)] == ["e1", "e4"]
    depth = spool.depth()
    assert (depth.events, depth.unreadable, depth.rejected, depth.images) == (2, 2, 2, 2)
    spool.close()
    assert open_file(path).depth().stored_bytes == depth.stored_bytes


def test_events_behind_a_run_of_changed_ones_are_found(path: Path) -> None:
    spool = open_file(path)
    for index in range(8):
        spool.append(event(f"e{index}"))
    spool.close()
    change(path, "UPDATE event SET sealed = zeroblob(40) WHERE sequence <= 7")
    assert [one.event_id for one in open_file(path).read_after(0, 2)] == ["e7"]


def test_an_image_that_was_swapped_is_not_uploaded(path: Path) -> None:
    spool = open_file(path)
    for index in range(1, 3):
        spool.append(event(f"e{index}", image=(f"i{index}", b"jpeg %d" % index)))
    spool.acknowledge(2)
    spool.close()
    change(path, "UPDATE image SET sealed = (SELECT sealed FROM image WHERE image_id = 'i2')")
    spool = open_file(path)
    assert spool.read_image("i1") is None
    assert spool.read_image("i2") == b"jpeg 2"
    assert spool.images_to_upload(10) == ["i2"]


def test_a_lost_key_sets_the_spool_aside_and_the_worker_goes_on(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e"))
    before = (spool.worker_id, spool.spool_id)
    spool.close()
    path.with_name("spool.key").unlink()
    spool = open_file(path)
    assert set_aside(path) == ["unreadable"]
    assert spool.depth().events == 0
    assert spool.worker_id == before[0], "it is the same worker still"
    assert spool.spool_id != before[1], "its sequences start over"
    assert spool.append(event("next")) == 1


def test_a_spool_that_was_set_aside_is_good_again_with_its_key(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e"))
    line = spool.spool_id
    spool.close()
    key = path.with_name("spool.key")
    shutil.copy(key, path.with_name("kept"))
    key.unlink()
    open_file(path).close()
    (aside,) = (one for one in path.parent.glob("spool.sqlite.unreadable-*Z"))
    aside.rename(path)
    path.with_name("kept").rename(key)
    spool = open_file(path)
    assert ([one.event_id for one in spool.read_after(0, 9)], spool.spool_id) == (["e"], line)


def test_another_key_sets_the_spool_aside(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e"))
    spool.close()
    KeyFile(path.with_name("spool.key")).make()
    assert open_file(path).depth().events == 0
    assert set_aside(path) == ["unreadable"]


def test_a_key_that_somebody_put_elsewhere_and_is_not_there_stops_the_start(
    path: Path, tmp_path: Path
) -> None:
    key = tmp_path / "elsewhere" / "key"
    spool = open_file(path, key=key)
    spool.append(event("e"))
    spool.close()
    assert not path.with_name("spool.key").exists()
    key.rename(tmp_path / "away")
    with pytest.raises(SpoolError, match="elsewhere"):
        open_file(path, key=key)
    assert set_aside(path) == [], "its medium may only not be mounted yet"
    (tmp_path / "away").rename(key)
    assert open_file(path, key=key).depth().events == 1


def test_a_new_first_line_becomes_the_key_and_the_old_one_may_go(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e", b"payload"))
    spool.close()
    key = path.with_name("spool.key")
    old = key.read_text()
    new = f"{base64.b64encode(os.urandom(32)).decode()}\n"
    key.write_text(f"# since March\n{new}{old}")
    open_file(path).close()
    key.write_text(new)
    spool = open_file(path)
    assert [one.payload for one in spool.read_after(0, 9)] == [b"payload"]
    spool.close()
    key.write_text(old)
    assert open_file(path).depth().events == 0, "the old key opens it no more"


@pytest.mark.parametrize("text", ["", "# nothing\n", "short\n", f"{base64.b64encode(bytes(31)).decode()}\n"])
def test_a_key_file_that_holds_no_key_is_named_and_nothing_is_set_aside(path: Path, text: str) -> None:
    open_file(path).close()
    key = path.with_name("spool.key")
    key.write_text(text)
    with pytest.raises(SpoolError, match=r"spool\.key") as caught:
        open_file(path)
    assert "short" not in str(caught.value)
    assert set_aside(path) == []


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "key")
    file.make()
    file.path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        file.load()


def test_no_key_is_shown(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "key")
    ring = file.make()
    secret = file.path.read_text().strip()
    assert secret not in f"{ring!r} {file!r} {Sealer(base64.b64decode(secret))!r}"
