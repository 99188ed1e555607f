"""status.json is whole at any moment and says what the worker does."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest
from fakes.edge_samples import StillCameras
from footfall_edge.atomic_file import write_atomically
from footfall_edge.spool import Spool
from footfall_edge.status_file import StatusFile


async def test_it_tells_the_link_the_cameras_and_the_spool(tmp_path: Path) -> None:
    spool = await Spool.open(tmp_path / "spool.sqlite", max_bytes=1 << 20)
    await spool.append("e", b"payload", ("i", b"jpeg"))
    path = tmp_path / "status.json"
    file = StatusFile(
        path=path,
        version="0.1.0",
        spool=spool,
        link_status=lambda: {"state": "online", "detail": ""},
        camera_health=StillCameras().health,
    )
    task = asyncio.create_task(file.run())
    async with asyncio.timeout(5):
        while not path.exists():  # noqa: ASYNC110 (a file tells nobody)
            await asyncio.sleep(0.005)
    status = json.loads(path.read_text())
    assert status["state"] == "online"
    assert status["cameras"][0]["state"] == "online"
    assert (status["spool"]["events"], status["spool"]["images"], status["spool"]["bytes"]) == (1, 1, 11)
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
