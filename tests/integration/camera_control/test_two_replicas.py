"""The caller on one replica, the worker on another, PostgreSQL between them: for each kind of client."""

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest
from camera_control_clients import Call, Json
from fakes.polling import until
from fakes.scripted_worker import ScriptedWorker, at_work
from fakes.wire_events import JPEG
from footfall.v1 import camera_command_pb2

from .conftest import TwoReplicas

KINDS = [name for name, number in camera_command_pb2.CommandKind.items() if number]


@pytest.fixture
async def worker(replicas: TwoReplicas) -> AsyncIterator[ScriptedWorker]:
    metadata = (("authorization", f"Bearer {await replicas.worker_token()}"),)
    async with at_work(replicas.there, metadata, replicas.camera_id, shows=JPEG) as worker:
        yield worker


def commands(camera_id: UUID, worker_id: UUID) -> Sequence[Call]:
    """Every command, and what looks at its worker and its camera."""
    wanted: list[Call] = []
    for kind in KINDS:
        request: Json = {"cameraId": str(camera_id), "kind": kind, "timeout": "30s"}
        if kind == "COMMAND_KIND_ASSIGN":
            request["workerId"] = str(worker_id)
        wanted.append(("SendCommand", request))
    return wanted


@pytest.mark.parametrize("kind", ["command line", "JSON", "the console's stub"])
async def test_every_command_is_done_by_a_worker_on_the_other_replica(
    replicas: TwoReplicas, worker: ScriptedWorker, kind: str
) -> None:
    client, camera_id = replicas.client(kind), str(replicas.camera_id)
    answers = await client.call(
        [
            *commands(replicas.camera_id, worker.worker_id),
            ("ListWorkers", {"siteId": str(replicas.access.site.site_id)}),
            ("GetWorker", {"workerId": str(worker.worker_id)}),
            ("GetSnapshot", {"cameraId": camera_id}),
        ]
    )
    done, (listed, read, snapshot) = answers[: len(KINDS)], answers[len(KINDS) :]
    assert [each["kind"] for each in done] == KINDS
    assert {each["state"] for each in done} == {"COMMAND_STATE_SUCCEEDED"}
    assert {each["workerId"] for each in done} == {str(worker.worker_id)}
    heard = [camera_command_pb2.CommandKind.Name(each.kind) for each in worker.heard]
    assert heard == [*KINDS, "COMMAND_KIND_SNAPSHOT"]
    assert [each["commandId"] for each in done] == [each.command_id for each in worker.heard[: len(KINDS)]]
    assert [each["workerId"] for each in listed["workers"]] == [str(worker.worker_id)]
    assert read["status"] == "WORKER_STATUS_ONLINE"
    assert [each["cameraId"] for each in read["cameras"]] == [camera_id]
    # grpcurl takes the names of google.api.HttpBody as reflection tells them: without those for JSON.
    assert snapshot.get("contentType", snapshot.get("content_type")) == "image/jpeg"
    assert (snapshot.get("bytes") or base64.b64decode(snapshot["data"])) == JPEG


@pytest.mark.parametrize("kind", ["command line", "the console's stub"])
async def test_a_camera_is_watched_through_the_other_replica(
    replicas: TwoReplicas, worker: ScriptedWorker, kind: str
) -> None:
    request = {"cameraId": str(replicas.camera_id), "maxWidth": 320, "maxFps": 2}
    [shown] = await replicas.client(kind).call([("WatchPreview", request)])
    assert base64.b64decode(shown["jpeg"]) == JPEG
    assert [each["box"]["width"] for each in shown["faces"]] == [30]
    # Whoever watched is gone: the worker is told to send no more.
    await until(lambda: worker.watched == {}, seconds=30)


async def test_a_command_outlives_the_replica_that_had_the_workers_link(
    replicas: TwoReplicas, worker: ScriptedWorker
) -> None:
    """The worker hangs; its link there ends, and on the next one, here, it is told again."""
    worker.answer = lambda _: None
    client = replicas.client("JSON")
    request = {"cameraId": str(replicas.camera_id), "kind": "COMMAND_KIND_RESTART", "timeout": "60s"}
    sending = asyncio.create_task(client.call([("SendCommand", request)]))
    await until(lambda: len(worker.heard) == 1, seconds=30)
    metadata = (("authorization", f"Bearer {await replicas.worker_token()}"),)
    async with at_work(replicas.here, metadata, replicas.camera_id, worker_id=worker.worker_id) as again:
        [done] = await sending
    assert done["state"] == "COMMAND_STATE_SUCCEEDED"
    assert [each.command_id for each in again.heard] == [done["commandId"]]
