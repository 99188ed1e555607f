"""What is in the spool stays in it until the core has it."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import spool_samples
from fakes.spool_samples import event, open_file
from footfall_edge.at_rest.sealing import SEAL_BYTES
from footfall_edge.spool_file import Rejection, SpoolError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


def test_events_come_out_in_order_and_only_behind_the_given_sequence(path: Path) -> None:
    spool = open_file(path)
    sequences = [spool.append(event(f"e{index}", b"%d" % index)) for index in range(5)]
    assert sequences == [1, 2, 3, 4, 5]
    assert [one.payload for one in spool.read_after(2, 2)] == [b"2", b"3"]


def test_an_ack_deletes_and_sequences_never_come_again(path: Path) -> None:
    spool = open_file(path)
    for index in range(3):
        spool.append(event(f"e{index}", b"x"))
    spool.acknowledge(3)
    spool.close()
    spool = open_file(path)
    assert spool.depth().events == 0
    assert spool.append(event("later", b"x")) == 4, "a number that was given out is gone for good"
    assert spool.depth().acked_through == 3


def test_identity_survives_a_restart_and_the_file_is_private(path: Path) -> None:
    spool = open_file(path)
    identity = (spool.worker_id, spool.spool_id)
    spool.close()
    again = open_file(path)
    assert (again.worker_id, again.spool_id) == identity
    assert path.stat().st_mode & 0o077 == 0, "embeddings are for the worker's own eyes"


def test_renewing_changes_the_line_and_keeps_the_events(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e", b"x"))
    before = (spool.worker_id, spool.spool_id)
    spool.renew()
    assert spool.worker_id == before[0]
    assert spool.spool_id != before[1]
    assert spool.depth().events == 1


def test_a_killed_process_loses_nothing_that_was_appended(path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from fakes.spool_samples import event, open_file\n"
        "spool = open_file(Path(sys.argv[1]))\n"
        "for index in range(10): spool.append(event(f'e{index}', b'x' * 100, (f'i{index}', b'y' * 10)))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(spool_samples.__file__).parents[1])},
    )
    assert done.returncode == -9
    spool = open_file(path)
    assert [one.event_id for one in spool.read_after(0, 100)] == [f"e{index}" for index in range(10)]
    assert spool.depth().images == 10
    assert spool.depth().stored_bytes == 10 * (110 + 2 * SEAL_BYTES)


def test_an_image_is_to_be_uploaded_only_after_its_event_was_acknowledged(path: Path) -> None:
    spool = open_file(path)
    for index in range(3):
        spool.append(event(f"e{index}", b"x", (f"i{index}", b"jpeg")))
    assert spool.images_to_upload(10) == []
    spool.acknowledge(2)
    assert spool.images_to_upload(10) == ["i0", "i1"]
    assert spool.images_to_upload(10, skip=["i0"]) == ["i1"]
    assert spool.images_to_upload(1) == ["i0"]
    spool.delete_images(["i0", "unknown"])
    assert spool.images_to_upload(10) == ["i1"]
    assert spool.read_image("i1") == b"jpeg"
    assert spool.read_image("i0") is None


def test_a_cameras_images_are_forgotten_some_at_a_time_and_its_events_stay(path: Path) -> None:
    spool = open_file(path)
    for index in range(6):
        spool.append(replace(event(f"e{index}", image=(f"i{index}", b"jpeg")), camera_id=f"c{index % 2}"))
    spool.acknowledge(2)
    assert [spool.forget_images("c0", 2) for _ in range(3)] == [2, 1, 0]
    depth = spool.depth()
    assert (depth.events, depth.images, depth.dropped_images) == (4, 3, 0)
    assert spool.images_to_upload(9) == ["i1"]
    spool.close()
    assert open_file(path).depth().stored_bytes == depth.stored_bytes


def test_a_rejected_event_becomes_a_dead_letter_and_loses_its_image(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("good", b"x", ("i0", b"jpeg")))
    spool.append(event("bad", b"y", ("i1", b"jpeg")))
    spool.acknowledge(2, [Rejection(sequence=2, reason="INVALID_FIELD", description="box: must be positive")])
    depth = spool.depth()
    assert (depth.events, depth.images, depth.rejected) == (0, 1, 1)
    assert depth.stored_bytes == 4 + 1 + 2 * SEAL_BYTES
    spool.close()
    with sqlite3.connect(path) as database:
        letter = database.execute("SELECT event_id, reason, description FROM dead_letter").fetchone()
    database.close()
    assert letter == ("bad", "INVALID_FIELD", "box: must be positive")


def test_an_event_that_is_larger_than_the_spool_is_kept_all_the_same(path: Path) -> None:
    spool = open_file(path, max_bytes=100)
    spool.append(event("old", b"x" * 50))
    spool.append(event("large", b"x" * 500))
    assert [one.event_id for one in spool.read_after(0, 9)] == ["large"]


def test_an_event_comes_in_once(path: Path) -> None:
    spool = open_file(path)
    spool.append(event("e", b"x"))
    with pytest.raises(SpoolError, match=r"spool\.sqlite"):
        spool.append(event("e", b"x", ("i", b"jpeg")))
    assert spool.depth().images == 0, "a failed append must leave nothing behind"
    assert spool.append(event("f", b"x")) > 1


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="file"):
        open_file(tmp_path / "file" / "spool.sqlite")
