"""What is in the spool stays in it until the core has it."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from footfall_edge.spool_file import Rejection, SpoolError, SpoolFile

ROOM = 1 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


def test_events_come_out_in_order_and_only_behind_the_given_sequence(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    sequences = [spool.append(f"e{index}", b"%d" % index, None) for index in range(5)]
    assert sequences == [1, 2, 3, 4, 5]
    assert [event.payload for event in spool.read_after(2, 2)] == [b"2", b"3"]


def test_an_ack_deletes_and_sequences_never_come_again(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    for index in range(3):
        spool.append(f"e{index}", b"x", None)
    spool.acknowledge(3)
    spool.close()
    spool = SpoolFile(path, max_bytes=ROOM)
    assert spool.depth().events == 0
    assert spool.append("later", b"x", None) == 4, "a number that was given out is gone for good"
    assert spool.depth().acked_through == 3


def test_identity_survives_a_restart_and_the_file_is_private(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    identity = (spool.worker_id, spool.spool_id)
    spool.close()
    again = SpoolFile(path, max_bytes=ROOM)
    assert (again.worker_id, again.spool_id) == identity
    assert path.stat().st_mode & 0o077 == 0, "embeddings are for the worker's own eyes"


def test_renewing_changes_the_line_and_keeps_the_events(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    spool.append("e", b"x", None)
    before = (spool.worker_id, spool.spool_id)
    spool.renew()
    assert spool.worker_id == before[0]
    assert spool.spool_id != before[1]
    assert spool.depth().events == 1


def test_a_killed_process_loses_nothing_that_was_appended(path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from footfall_edge.spool_file import SpoolFile\n"
        "spool = SpoolFile(Path(sys.argv[1]), max_bytes=1 << 20)\n"
        "for index in range(10): spool.append(f'e{index}', b'x' * 100, (f'i{index}', b'y' * 10))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    spool = SpoolFile(path, max_bytes=ROOM)
    assert [event.event_id for event in spool.read_after(0, 100)] == [f"e{index}" for index in range(10)]
    assert spool.depth().images == 10
    assert spool.depth().stored_bytes == 10 * 110


def test_an_image_is_to_be_uploaded_only_after_its_event_was_acknowledged(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    for index in range(3):
        spool.append(f"e{index}", b"x", (f"i{index}", b"jpeg"))
    assert spool.images_to_upload(10) == []
    spool.acknowledge(2)
    assert spool.images_to_upload(10) == ["i0", "i1"]
    assert spool.images_to_upload(10, skip=["i0"]) == ["i1"]
    assert spool.images_to_upload(1) == ["i0"]
    spool.delete_images(["i0", "unknown"])
    assert spool.images_to_upload(10) == ["i1"]
    assert spool.read_image("i1") == b"jpeg"
    assert spool.read_image("i0") is None


def test_a_rejected_event_becomes_a_dead_letter_and_loses_its_image(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    spool.append("good", b"x", ("i0", b"jpeg"))
    spool.append("bad", b"y", ("i1", b"jpeg"))
    spool.acknowledge(2, [Rejection(sequence=2, reason="INVALID_FIELD", description="box: must be positive")])
    depth = spool.depth()
    assert (depth.events, depth.images, depth.rejected) == (0, 1, 1)
    assert depth.stored_bytes == 4
    spool.close()
    with sqlite3.connect(path) as database:
        letter = database.execute("SELECT event_id, reason, payload FROM dead_letter").fetchone()
    database.close()
    assert letter == ("bad", "INVALID_FIELD", b"y")


def test_a_full_spool_drops_the_oldest_images_first_then_the_oldest_events_and_counts_them(
    path: Path,
) -> None:
    spool = SpoolFile(path, max_bytes=1000)
    for index in range(4):
        spool.append(f"e{index}", b"x" * 100, (f"i{index}", b"y" * 150))
    assert spool.depth().stored_bytes == 1000
    spool.append("e4", b"x" * 100, None)
    depth = spool.depth()
    assert (depth.events, depth.images, depth.dropped, depth.dropped_images) == (5, 3, 0, 1)
    for index in range(5, 14):
        spool.append(f"e{index}", b"x" * 100, None)
    depth = spool.depth()
    assert depth.stored_bytes <= 1000
    assert depth.dropped_images == 4
    assert depth.dropped == 4
    assert spool.read_after(0, 1)[0].event_id == "e4"


def test_an_event_that_is_larger_than_the_spool_is_kept_all_the_same(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=100)
    spool.append("old", b"x" * 50, None)
    spool.append("large", b"x" * 500, None)
    assert [event.event_id for event in spool.read_after(0, 9)] == ["large"]


def test_an_event_comes_in_once(path: Path) -> None:
    spool = SpoolFile(path, max_bytes=ROOM)
    spool.append("e", b"x", None)
    with pytest.raises(SpoolError, match=r"spool\.sqlite"):
        spool.append("e", b"x", ("i", b"jpeg"))
    assert spool.depth().images == 0, "a failed append must leave nothing behind"
    assert spool.append("f", b"x", None) > 1


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="file"):
        SpoolFile(tmp_path / "file" / "spool.sqlite", max_bytes=ROOM)


def test_a_damaged_file_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(SpoolError, match=r"spool\.sqlite"):
        SpoolFile(path, max_bytes=ROOM)
