"""A whole worker that shows a test picture, on one replica; the caller on the other."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from camera_control_clients import Client, Json
from fakes.seeing import OneFaceVision
from footfall_edge.app import run_edge
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.settings import EdgeSettings
from pydantic import SecretStr

from .conftest import HOST, TwoReplicas

DONE = "COMMAND_STATE_SUCCEEDED"


@asynccontextmanager
async def at_work(replicas: TwoReplicas, data_dir: Path, name: str) -> AsyncIterator[None]:
    """A worker with a link to the replica there."""
    configure_opencv()
    vision = OneFaceVision()
    vision.is_there = False
    settings = EdgeSettings(
        gateway_url=f"http://{HOST}:{replicas.there.port}",
        api_key=SecretStr(await replicas.worker_key()),
        data_dir=data_dir,
        name=name,
        threads=1,
        http_port=0,
    )
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings, vision, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(30):
            await working


async def workers_by_name(client: Client) -> dict[str, Json]:
    [listed] = await client.call([("ListWorkers", {})])
    return {each["displayName"]: each for each in listed.get("workers", [])}


async def until_seen(client: Client, name: str, **wanted: str) -> Json:
    """The worker, once it is as wanted: its status, and the state of its camera."""
    async with asyncio.timeout(90):
        while True:
            worker = (await workers_by_name(client)).get(name, {})
            camera = next(iter(worker.get("cameras", [])), {})
            seen = {"status": worker.get("status"), "camera": camera.get("state")}
            if all(seen[key] == value for key, value in wanted.items()):
                return worker
            await asyncio.sleep(0.2)


def picture(encoded: bytes) -> npt.NDArray[np.uint8]:
    found = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found


@pytest.mark.timeout(300)
async def test_a_worker_does_what_people_tell_it_and_shows_what_they_watch(
    replicas: TwoReplicas, tmp_path: Path
) -> None:
    client, camera_id = replicas.client("JSON"), str(replicas.camera_id)
    async with at_work(replicas, tmp_path / "one", "One"):
        one = await until_seen(client, "One", camera="CAMERA_STATE_ONLINE")

        async def told(kind: str, **more: str) -> Json:
            request = {"cameraId": camera_id, "kind": f"COMMAND_KIND_{kind}", "timeout": "30s", **more}
            [done] = await client.call([("SendCommand", request)])
            assert (done["state"], done["detail"]) == (DONE, ""), kind
            return done

        [snapshot] = await client.call([("GetSnapshot", {"cameraId": camera_id})])
        assert picture(snapshot["bytes"]).shape == (120, 160, 3)
        await told("STOP")
        await until_seen(client, "One", camera="CAMERA_STATE_STOPPED")
        await told("START")
        await until_seen(client, "One", camera="CAMERA_STATE_ONLINE")
        for kind in ("RESTART", "RECONFIGURE"):
            await told(kind)
        await told("ASSIGN", workerId=one["workerId"])
        await until_seen(client, "One", camera="CAMERA_STATE_ONLINE")
        request = {"cameraId": camera_id, "maxWidth": 128, "maxFps": 5}
        [shown] = await replicas.client("the console's stub").call([("WatchPreview", request)])
        assert picture(base64.b64decode(shown["jpeg"])).shape[1] <= 128
    await until_seen(client, "One", status="WORKER_STATUS_OFFLINE")
