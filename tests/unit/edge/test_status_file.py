"""status.json is whole at any moment and says what the worker does."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from fakes.edge_samples import NOON
from fakes.worker_reports import camera, reporter_of
from footfall_edge.at_rest.sealing import SEAL_BYTES
from footfall_edge.atomic_file import write_atomically
from footfall_edge.link.core_link import LinkState, LinkStatus
from footfall_edge.spool import Spool
from footfall_edge.spooling.rows import NewEvent
from footfall_edge.status_file import StatusFile


async def test_it_tells_the_link_the_cameras_and_the_spool(tmp_path: Path) -> None:
    spool = await Spool.open(tmp_path / "spool.sqlite", max_bytes=1 << 20)
    await spool.append(NewEvent(event_id="e", payload=b"payload", image=("i", b"jpeg"), seen=NOON))
    path = tmp_path / "status.json"
    reporter = reporter_of(link=LinkStatus(state=LinkState.ONLINE), cameras=[camera()], spool=spool.depth)
    file = StatusFile(path=path, report=reporter.report, link_state=lambda: "online")
    task = asyncio.create_task(file.run())
    async with asyncio.timeout(5):
        while not path.exists():  # noqa: ASYNC110 (a file tells nobody)
            await asyncio.sleep(0.005)
    status = json.loads(path.read_text())
    assert status["state"] == "online"
    told = status["cameras"][0]
    assert (told["state"], told["fault"], told["dropped_frames"]) == ("online", None, 12)
    assert (told["last_frame_time"], told["last_frame_age_s"]) == ("2026-03-01T12:00:00.000+00:00", 0.0)
    assert (status["spool"]["events"], status["spool"]["images"]) == (1, 1)
    assert status["spool"]["bytes"] == 11 + 2 * SEAL_BYTES
    assert status["spool"]["max_bytes"] == 1 << 20
    assert status["spool"]["oldest_seen"] == "2026-03-01T12:00:00.000+00:00"
    assert status["spool"]["disk_full"] is False
    assert status["http"] is None
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert json.loads(path.read_text())["state"] == "stopped"
    await spool.close()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path], "no draft is left behind"
