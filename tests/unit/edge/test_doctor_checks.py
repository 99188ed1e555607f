"""What the doctor finds on this machine: files, disk, spool, models, clock."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.spool_samples import event, open_file, write_plain_spool
from footfall_edge.diagnosis.checks import disk
from footfall_edge.diagnosis.checks.clock import check_clock
from footfall_edge.diagnosis.checks.disk import check_disk
from footfall_edge.diagnosis.checks.files import check_files
from footfall_edge.diagnosis.checks.models import check_models
from footfall_edge.diagnosis.checks.spool import check_spool
from footfall_edge.diagnosis.checks.worker import check_worker
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.diagnosis.running_worker import RunningWorker
from footfall_edge.settings import EdgeSettings
from footfall_edge.spooling.rows import Rejection
from footfall_edge.spooling.schema import write_fact

MIB = 1024 * 1024


def verdict_of(findings: Sequence[Finding], subject: str) -> Verdict:
    return next(each.verdict for each in findings if each.subject == subject)


def settings(tmp_path: Path, **changes: object) -> EdgeSettings:
    values = {
        "gateway_url": "http://127.0.0.1:9",
        "api_key": "ffk_test_0123456789abcdef",
        "data_dir": tmp_path,
        "models_dir": tmp_path / "models",
        **changes,
    }
    return EdgeSettings(**values)  # type: ignore[arg-type]


# Files


def test_private_files_are_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("identity.json", "spool.sqlite", "desired_cameras.json"):
        (tmp_path / name).touch(0o600)
    assert {each.verdict for each in check_files(tmp_path, None)} == {Verdict.OK}
    (tmp_path / "identity.json").chmod(0o640)
    (tmp_path / "desired_cameras.json").chmod(0o604)
    findings = check_files(tmp_path, None)
    assert verdict_of(findings, "identity.json") is Verdict.FAIL
    assert verdict_of(findings, "desired_cameras.json") is Verdict.FAIL
    assert f"chmod 600 {tmp_path}/identity.json" in [each.advice for each in findings]
    tmp_path.chmod(0o777)
    assert verdict_of(check_files(tmp_path, None), "data folder") is Verdict.FAIL


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [(0o600, Verdict.OK), (0o640, Verdict.OK), (0o644, Verdict.FAIL), (0o660, Verdict.FAIL)],
)
def test_settings_may_be_read_by_the_services_group_and_nobody_else(
    tmp_path: Path, mode: int, verdict: Verdict
) -> None:
    settings_file = tmp_path / "edge.env"
    settings_file.touch()
    settings_file.chmod(mode)
    assert verdict_of(check_files(tmp_path, settings_file), "settings") is verdict
    assert verdict_of(check_files(tmp_path, tmp_path / "gone.env"), "settings") is Verdict.FAIL


def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    assert verdict_of(check_files(tmp_path / "later", None), "data folder") is Verdict.WARN
    (tmp_path / "file").touch()
    assert verdict_of(check_files(tmp_path / "file", None), "data folder") is Verdict.FAIL


# Disk


@pytest.mark.parametrize(
    ("free", "spooled", "verdict"),
    [
        (10_000 * MIB, 0, Verdict.OK),
        (400 * MIB, 0, Verdict.WARN),
        (400 * MIB, 400 * MIB, Verdict.OK),
        (63 * MIB, 512 * MIB, Verdict.FAIL),
    ],
)
def test_there_has_to_be_room_for_what_the_spool_may_still_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, spooled: int, verdict: Verdict
) -> None:
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    with (tmp_path / "spool.sqlite").open("wb") as file:
        file.truncate(spooled)
    findings = check_disk(tmp_path, spool_max_bytes=512 * MIB)
    assert verdict_of(findings, "room") is verdict


def test_the_disk_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    findings = check_disk(folder, spool_max_bytes=MIB)
    assert "a safe write takes" in next(each.found for each in findings if each.subject == "writing")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_takes_its_time_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    now = [0.0]

    def slow_sync(_: int) -> None:
        now[0] += 0.5

    monkeypatch.setattr(disk.os, "fsync", slow_sync)
    monkeypatch.setattr(disk.time, "perf_counter", lambda: now[0])
    findings = check_disk(tmp_path, spool_max_bytes=MIB)
    assert verdict_of(findings, "writing") is Verdict.WARN


def test_a_disk_that_takes_nothing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_: int) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(disk.os, "fsync", refuse)
    findings = check_disk(tmp_path, spool_max_bytes=MIB)
    assert verdict_of(findings, "writing") is Verdict.FAIL


# Spool


async def test_a_spool_is_looked_into_while_it_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "file") is Verdict.OK
    assert not path.exists()
    spool = open_file(path, max_bytes=64 * MIB)
    for number in range(3):
        spool.append(event(f"e{number}"))
    findings = check_spool(path, None, max_bytes=64 * MIB)
    assert {each.verdict for each in findings} == {Verdict.OK}
    assert "3 events" in next(each.found for each in findings if each.subject == "fill")
    spool.acknowledge(1, [Rejection(sequence=1, reason="INVALID", description="")])
    assert verdict_of(check_spool(path, None, max_bytes=64 * MIB), "rejected") is Verdict.WARN
    assert spool.depth().events == 2, "to look changes nothing"
    spool.close()
    assert verdict_of(check_spool(path, None, max_bytes=10), "fill") is Verdict.WARN
    with closing(sqlite3.connect(path)) as database, database:
        write_fact(database, "dropped", "4")
        write_fact(database, "unreadable", "1")
    findings = check_spool(path, None, max_bytes=64 * MIB)
    assert verdict_of(findings, "dropped") is Verdict.WARN
    assert verdict_of(findings, "unreadable") is Verdict.WARN


def test_a_key_that_is_not_there_is_told_before_it_is_too_late(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    open_file(path).close()
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "key") is Verdict.OK
    assert verdict_of(check_spool(path, tmp_path / "other.key", max_bytes=MIB), "key") is Verdict.FAIL
    (tmp_path / "spool.key").chmod(0o644)
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "key") is Verdict.FAIL


def test_a_spool_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(b"no database at all" * 300)
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "file") is Verdict.FAIL
    (tmp_path / "spool.sqlite.damaged-20260101T000000000000Z").touch()
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "set aside") is Verdict.WARN


def test_a_spool_of_the_version_before_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    write_plain_spool(path, events=3)
    assert verdict_of(check_spool(path, None, max_bytes=MIB), "file") is Verdict.OK


# Models


def test_models_that_are_missing_are_named_with_their_cure(tmp_path: Path) -> None:
    findings, vision = check_models(settings(tmp_path, gender=True), cameras=1)
    assert vision is None
    assert [each.verdict for each in findings] == [Verdict.FAIL] * 3
    assert all("footfall models pull" in each.found for each in findings)


# Clock


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [(0.0, Verdict.OK), (-1.9, Verdict.OK), (3, Verdict.WARN), (-29, Verdict.WARN), (31, Verdict.FAIL)],
)
async def test_how_far_a_clock_may_be_off(seconds: float, verdict: Verdict) -> None:
    assert verdict_of(await check_clock(timedelta(seconds=seconds)), "offset") is verdict


async def test_a_clock_that_nobody_compared_is_told() -> None:
    assert verdict_of(await check_clock(None), "offset") is Verdict.WARN
    found = next(each.found for each in await check_clock(timedelta(seconds=-40)) if each.subject == "offset")
    assert found == "40.0 s behind the core"


# Worker


def test_a_worker_that_does_not_run_is_no_failure(tmp_path: Path) -> None:
    (finding,) = check_worker(settings(tmp_path), RunningWorker.of(None))
    assert finding.verdict is Verdict.WARN


def test_what_the_worker_says_of_itself_is_told(tmp_path: Path) -> None:
    status = {"pid": 7, "version": "0.1.0", "state": "offline", "detail": "UNAVAILABLE", "faults": []}
    findings = check_worker(settings(tmp_path), RunningWorker.of(status))
    assert verdict_of(findings, "process") is Verdict.OK
    assert verdict_of(findings, "pages") is Verdict.WARN, "it was not reached by its port"
    assert verdict_of(findings, "link") is Verdict.FAIL
    status |= {"state": "online", "faults": ["the link has ended"]}
    findings = check_worker(settings(tmp_path), RunningWorker.of(status, by_http=True))
    assert verdict_of(findings, "process") is Verdict.FAIL
    assert verdict_of(findings, "link") is Verdict.OK
