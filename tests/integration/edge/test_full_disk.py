"""On a real file system: a disk that is full costs what the policy says, and corrupts nothing."""

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes.spool_samples import event, open_file
from footfall_edge.spool_file import SpoolError, SpoolFile
from footfall_edge.spooling.errors import SpoolFullError

PLAY = Path(__file__).with_name("full_disk.py")
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


def can_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = (*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def play(folder: Path, mebibytes: int, filler: str) -> dict[str, Any]:
    if not can_mount():
        pytest.skip("no mount namespace can be made here")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, str(PLAY), str(folder), str(mebibytes), filler],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_a_spool_that_fills_the_disk_goes_on_by_its_policy(tmp_path: Path) -> None:
    seen = play(tmp_path, 24, "itself")
    assert seen["verdict"] == "ok"
    assert seen["refused"] == 0, "room is made for every event"
    events, images = seen["events"], seen["images"]
    assert len(events) + seen["dropped"] == seen["appended"], "what is gone is counted"
    assert len(images) + seen["dropped_images"] >= seen["appended"] - seen["dropped"]
    assert seen["dropped_images"] > seen["dropped"], "images go before events"
    last = seen["appended"]
    assert events == list(range(last - len(events) + 1, last + 1)), "the oldest events go"
    assert images == list(range(last - len(images) + 1, last + 1)), "the oldest images go"
    assert seen["unreadable"] == 0


def test_a_disk_that_others_have_filled_costs_no_more_than_the_policy(tmp_path: Path) -> None:
    seen = play(tmp_path, 24, "others")
    assert seen["verdict"] == "ok"
    assert seen["said_full"]
    assert not seen["says_full_afterwards"], "the reserve is taken again when there is room"
    events = seen["events"]
    assert len(events) + seen["dropped"] + seen["acknowledged"] == seen["appended"], "what is gone is counted"
    assert events == sorted(events)
    assert seen["refused"] == 0
    assert seen["unreadable"] == 0


def test_a_worker_starts_on_a_disk_that_was_filled_meanwhile(tmp_path: Path) -> None:
    seen = play(tmp_path, 24, "before")
    assert seen["verdict"] == "ok"
    assert seen["refused"] == 0
    events = seen["events"]
    assert len(events) + seen["dropped"] == seen["appended"], "what is gone is counted"
    assert events == sorted(events)
    assert seen["unreadable"] == 0


def test_a_file_that_may_not_grow_at_all_refuses_and_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = open_file(path)
    for index in range(10):
        spool.append(event(f"e{index}", b"x" * 5000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(SpoolFullError, match=r"spool\.sqlite"):
            _append_until_refused(spool)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    depth = spool.depth()
    refused = depth.last_sequence + 1
    assert spool.append(event("later")) == refused, "a refused event leaves nothing behind"
    spool.close()
    spool = open_file(path)
    here = [one.event_id for one in spool.read_after(0, 1000)]
    assert len(here) + spool.depth().dropped == depth.last_sequence + 1
    assert here[-1] == "later"


def _append_until_refused(spool: SpoolFile) -> None:
    for index in range(10, 10_000):
        try:
            spool.append(event(f"e{index}", b"x" * 5000))
        except SpoolError as error:
            raise error from None
