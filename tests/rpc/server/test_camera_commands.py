"""Commands: the caller on one replica, the worker on another; links that break, answers that do not come."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.scripted_worker import ScriptedWorker, at_work, fails, says_nothing, succeeds
from fakes.shop import Metadata, Replica, Shop
from fakes.wire_events import JPEG
from footfall.v1 import audit_service_pb2, camera_command_pb2, camera_control_service_pb2
from footfall_server.domain.camera_command import CameraCommand, CommandState
from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.services.command_expiry import CommandExpiry
from google.protobuf.timestamp_pb2 import Timestamp

Kind = camera_command_pb2.CommandKind
Snapshot = camera_control_service_pb2.GetSnapshotRequest
PLAIN = sorted(set(Kind.values()) - {0, camera_command_pb2.COMMAND_KIND_ASSIGN})


@pytest.fixture
async def there(shop: Shop) -> AsyncIterator[Replica]:
    """The replica that has the worker's link; callers ask the other one."""
    async with shop.replica() as replica:
        yield replica


def request(
    camera_id: UUID,
    kind: "Kind" = camera_command_pb2.COMMAND_KIND_RESTART,
    *,
    seconds: float = 5,
    **more: str,
) -> camera_control_service_pb2.SendCommandRequest:
    made = camera_control_service_pb2.SendCommandRequest(camera_id=str(camera_id), kind=kind, **more)
    made.timeout.FromTimedelta(timedelta(seconds=seconds))
    return made


def commands_of(shop: Shop) -> Sequence[CameraCommand]:
    return list(shop.transactions.tables(shop.own.tenant.tenant_id).commands.values())


async def audited(core: Replica, metadata: Metadata) -> Sequence[audit_service_pb2.AuditEntry]:
    """What the log says of cameras, oldest first."""
    asked = audit_service_pb2.ListAuditEntriesRequest(action="camera.")
    return (await core.audit.ListAuditEntries(asked, metadata=metadata)).entries[::-1]


@pytest.mark.parametrize("kind", PLAIN, ids=Kind.Name)
async def test_every_command_goes_to_the_worker_that_reads_the_camera(
    shop: Shop, core: Replica, there: Replica, kind: "Kind"
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    worker = shop.signed_in(Role.WORKER)
    async with at_work(there, worker, camera_id) as reader, at_work(there, worker):
        done = await core.camera_control.SendCommand(request(camera_id, kind), metadata=manager)
    assert done.state == camera_command_pb2.COMMAND_STATE_SUCCEEDED
    assert (done.camera_id, done.worker_id, done.kind) == (str(camera_id), str(reader.worker_id), kind)
    assert done.HasField("finish_time")
    [heard] = reader.heard
    assert (heard.command_id, heard.camera_id, heard.kind) == (done.command_id, str(camera_id), kind)
    assert heard.expire_time.ToDatetime() == done.create_time.ToDatetime() + timedelta(seconds=5)


async def test_a_worker_that_is_named_gets_the_camera(shop: Shop, core: Replica, there: Replica) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    worker, kind = shop.signed_in(Role.WORKER), camera_command_pb2.COMMAND_KIND_ASSIGN
    async with at_work(there, worker, camera_id) as reader, at_work(there, worker) as named:
        asked = request(camera_id, kind, worker_id=str(named.worker_id))
        done = await core.camera_control.SendCommand(asked, metadata=admin)
        assert done.worker_id == str(named.worker_id)
        assert (len(named.heard), len(reader.heard)) == (1, 0)
        for elsewhere in (new_id(), shop.own.other_site.site_id):
            asked = request(camera_id, kind, worker_id=str(elsewhere))
            failed = await failure(core.camera_control.SendCommand(asked, metadata=admin))
            assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "WORKER_NOT_FOUND")


async def test_who_holds_a_camera_is_asked_also_when_it_did_not_speak_of_it(
    shop: Shop, core: Replica, there: Replica
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    worker = shop.signed_in(Role.WORKER)
    async with at_work(there, worker) as holder, at_work(there, worker) as other:
        await core.camera_control.SendCommand(request(camera_id), metadata=manager)
        assert (len(holder.heard), len(other.heard)) == (1, 0)
        shop.clock.advance(timedelta(seconds=61))
        failed = await failure(core.camera_control.SendCommand(request(camera_id), metadata=manager))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "WORKER_OFFLINE")


async def test_a_worker_that_is_offline_is_not_asked(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id):
        shop.clock.advance(timedelta(seconds=90))
        failed = await failure(core.camera_control.SendCommand(request(camera_id), metadata=manager))
        assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "WORKER_OFFLINE")
        assert failed.retry_seconds == 10
        assert failed.metadata == {"camera_id": str(camera_id)}
        failed = await failure(core.camera_control.GetSnapshot(_of(camera_id), metadata=manager))
        assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "WORKER_OFFLINE")
    assert commands_of(shop) == []


def _of(camera_id: UUID) -> Snapshot:
    return Snapshot(camera_id=str(camera_id))


async def test_what_a_worker_cannot_do_is_an_answer(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=fails):
        done = await core.camera_control.SendCommand(request(camera_id), metadata=manager)
        assert done.state == camera_command_pb2.COMMAND_STATE_FAILED
        assert done.detail == "the camera refuses the password"
        failed = await failure(core.camera_control.GetSnapshot(_of(camera_id), metadata=manager))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_PICTURE")
    assert failed.message == "the camera refuses the password"


async def test_a_command_expires_and_a_late_answer_changes_nothing(
    shop: Shop, core: Replica, there: Replica
) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=says_nothing) as worker:
        sending = asyncio.ensure_future(
            core.camera_control.SendCommand(request(camera_id, seconds=30), metadata=manager)
        )
        await until(lambda: len(worker.heard) == 1)
        shop.clock.advance(timedelta(seconds=30))
        async with asyncio.timeout(20):
            done = await sending
        assert done.state == camera_command_pb2.COMMAND_STATE_EXPIRED
        await worker.link.say(command_result=succeeds(worker.heard[0]))
        await worker.link.say(heartbeat={"sent_time": Timestamp(seconds=1_772_000_000)})
        [command] = commands_of(shop)
        assert command.state is CommandState.EXPIRED


async def test_a_command_that_was_not_answered_is_told_again_on_the_next_link(
    shop: Shop, core: Replica, there: Replica
) -> None:
    manager, camera_id, worker_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id, new_id()
    metadata = shop.signed_in(Role.WORKER)
    asked = request(camera_id, seconds=60, request_id=str(new_id()))
    async with at_work(there, metadata, camera_id, worker_id=worker_id, answer=says_nothing) as first:
        sending = asyncio.ensure_future(core.camera_control.SendCommand(asked, metadata=manager))
        await until(lambda: len(first.heard) == 1)
    async with at_work(core, metadata, camera_id, worker_id=worker_id) as second:
        done = await sending
    assert done.state == camera_command_pb2.COMMAND_STATE_SUCCEEDED
    assert [each.command_id for each in (*first.heard, *second.heard)] == [done.command_id] * 2
    again = await there.camera_control.SendCommand(asked, metadata=manager)
    assert again == done, "a repeated request is answered as the first, without a worker"
    other = request(shop.own.other_camera.camera_id, request_id=asked.request_id)
    at_other_site = shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id])
    async with at_work(core, at_other_site, shop.own.other_camera.camera_id):
        admin = shop.signed_in(Role.TENANT_ADMIN)
        failed = await failure(core.camera_control.SendCommand(other, metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")


async def test_a_command_that_is_over_is_not_told_on_the_next_link(
    shop: Shop, core: Replica, there: Replica
) -> None:
    manager, camera_id, worker_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id, new_id()
    metadata = shop.signed_in(Role.WORKER)
    async with at_work(there, metadata, camera_id, worker_id=worker_id, answer=says_nothing) as first:
        sending = asyncio.ensure_future(
            core.camera_control.SendCommand(request(camera_id, seconds=20), metadata=manager)
        )
        await until(lambda: len(first.heard) == 1)
    shop.clock.advance(timedelta(seconds=20))
    await sending
    async with at_work(there, metadata, camera_id, worker_id=worker_id) as second:
        await core.camera_control.SendCommand(request(camera_id), metadata=manager)
    assert len(second.heard) == 1


async def test_lost_word_loses_no_command(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id) as worker:
        shop.changes.lose()
        sending = asyncio.ensure_future(
            core.camera_control.SendCommand(request(camera_id, seconds=60), metadata=manager)
        )
        await until(lambda: len(commands_of(shop)) == 1)
        assert worker.heard == []
        shop.changes.reset()
        assert (await sending).state == camera_command_pb2.COMMAND_STATE_SUCCEEDED


async def test_who_sent_what_and_what_became_of_it_is_in_the_log(
    shop: Shop, core: Replica, there: Replica
) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    manager_id = new_id()
    manager = (("authorization", f"Bearer {shop.token(Role.SITE_MANAGER, subject_id=manager_id)}"),)
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=fails) as worker:
        done = await core.camera_control.SendCommand(request(camera_id), metadata=manager)
    sent, ended = await audited(core, admin)
    assert (sent.action, ended.action) == ("camera.command", "camera.command_end")
    for entry in (sent, ended):
        assert (entry.actor_id, entry.resource_id) == (str(manager_id), str(camera_id))
        told = json.loads(entry.detail)
        assert (told["kind"], told["worker_id"]) == ("restart", str(worker.worker_id))
        assert told["command_id"] == done.command_id
    assert json.loads(ended.detail)["outcome"] == "failed"
    assert "outcome" not in json.loads(sent.detail)


async def test_a_snapshot_is_given_once_and_the_look_at_it_is_in_the_log(
    shop: Shop, core: Replica, there: Replica
) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id):
        body = await core.camera_control.GetSnapshot(_of(camera_id), metadata=admin)
    assert (body.content_type, body.data) == ("image/jpeg", JPEG)
    assert not shop.transactions.tables(shop.own.tenant.tenant_id).pictures
    [look] = await audited(core, admin)
    assert (look.action, look.resource_id) == ("camera.snapshot", str(camera_id))
    assert json.loads(look.detail)["site_id"] == str(shop.own.site.site_id)


async def test_each_look_of_a_page_that_asks_all_the_time_is_one_entry(
    shop: Shop, core: Replica, there: Replica
) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id):
        for _ in range(3):
            await core.camera_control.GetSnapshot(_of(camera_id), metadata=admin)
    assert [each.action for each in await audited(core, admin)] == ["camera.snapshot"] * 3


async def test_a_picture_between_replicas_is_sealed(shop: Shop, core: Replica, there: Replica) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    seen = []
    shop.transactions.before_commit = lambda: seen.extend(tables.pictures.values())
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id):
        await core.camera_control.GetSnapshot(_of(camera_id), metadata=admin)
    assert seen
    assert all(JPEG not in each.sealed and each.sealed[12:15] != JPEG[:3] for each in seen)


async def test_what_is_no_picture_is_shown_to_nobody(shop: Shop, core: Replica, there: Replica) -> None:
    def sends_a_page(command: camera_command_pb2.EdgeCommand) -> camera_command_pb2.CommandResult:
        result = succeeds(command)
        result.jpeg = b"<html>"
        return result

    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=sends_a_page):
        failed = await failure(core.camera_control.GetSnapshot(_of(camera_id), metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_PICTURE")


async def test_a_picture_that_nobody_takes_is_removed(shop: Shop, core: Replica, there: Replica) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=says_nothing) as worker:
        call = core.camera_control.GetSnapshot(_of(camera_id), metadata=admin)
        sending = asyncio.ensure_future(call)
        await until(lambda: len(worker.heard) == 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await worker.link.say(command_result=succeeds(worker.heard[0]))
        await until(lambda: len(tables.pictures) == 1)
        expiry = CommandExpiry(transactions=shop.transactions, clock=shop.clock)
        await expiry.expire()
        assert len(tables.pictures) == 1
        shop.clock.advance(timedelta(seconds=10))
        await expiry.expire()
    assert not tables.pictures


async def test_a_command_whose_sender_is_gone_ends_in_the_log(
    shop: Shop, core: Replica, there: Replica
) -> None:
    admin, camera_id = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=says_nothing) as worker:
        call = core.camera_control.SendCommand(request(camera_id, seconds=20), metadata=admin)
        sending = asyncio.ensure_future(call)
        await until(lambda: len(worker.heard) == 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        expiry = CommandExpiry(transactions=shop.transactions, clock=shop.clock)
        assert await expiry.expire() == 0
        shop.clock.advance(timedelta(seconds=20))
        assert await expiry.expire() == 1
        assert await expiry.expire() == 0
    last = (await audited(core, admin))[-1]
    assert (last.action, json.loads(last.detail)["outcome"]) == ("camera.command_end", "expired")
    shop.clock.advance(timedelta(hours=1, seconds=1))
    await expiry.expire()
    assert commands_of(shop) == []


async def test_a_worker_answers_its_own_commands_alone(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    worker = shop.signed_in(Role.WORKER)
    async with AsyncExitStack() as stack:
        reader: ScriptedWorker = await stack.enter_async_context(
            at_work(there, worker, camera_id, answer=says_nothing)
        )
        others = [
            await stack.enter_async_context(at_work(core, metadata))
            for metadata in (worker, shop.signed_in(Role.WORKER, chain=shop.foreign))
        ]
        sending = asyncio.ensure_future(
            core.camera_control.SendCommand(request(camera_id, seconds=60), metadata=manager)
        )
        await until(lambda: len(reader.heard) == 1)
        for other in others:
            await other.link.say(command_result=fails(reader.heard[0]))
        await reader.link.say(command_result=succeeds(reader.heard[0]))
        assert (await sending).state == camera_command_pb2.COMMAND_STATE_SUCCEEDED


async def test_commands_do_not_pile_up_for_a_worker(shop: Shop, core: Replica, there: Replica) -> None:
    manager, camera_id = shop.signed_in(Role.SITE_MANAGER), shop.own.camera.camera_id
    async with at_work(there, shop.signed_in(Role.WORKER), camera_id, answer=says_nothing) as worker:
        calls = [
            core.camera_control.SendCommand(request(camera_id, seconds=60), metadata=manager)
            for _ in range(32)
        ]
        sending = [asyncio.ensure_future(call) for call in calls]
        await until(lambda: len(worker.heard) == len(calls))
        failed = await failure(core.camera_control.SendCommand(request(camera_id), metadata=manager))
        assert (failed.code, failed.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert failed.metadata["limit"] == "worker_commands"
        for call in calls:
            call.cancel()
        await asyncio.gather(*sending, return_exceptions=True)


@pytest.mark.parametrize(
    ("kind", "worker_id"),
    [
        (camera_command_pb2.COMMAND_KIND_ASSIGN, ""),
        (camera_command_pb2.COMMAND_KIND_START, "01a21865-0000-7000-8000-000000000001"),
    ],
)
async def test_a_command_names_a_worker_when_it_gives_it_the_camera(
    shop: Shop, core: Replica, kind: "Kind", worker_id: str
) -> None:
    asked = request(shop.own.camera.camera_id, kind, worker_id=worker_id)
    failed = await failure(core.camera_control.SendCommand(asked, metadata=shop.signed_in(Role.SITE_MANAGER)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert failed.fields == ("worker_id",)


@pytest.mark.parametrize("where", ["site", "camera"])
async def test_where_no_picture_leaves_the_shop_none_is_asked_for(
    shop: Shop, core: Replica, there: Replica, where: str
) -> None:
    admin, camera = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    if where == "site":
        tables.sites[camera.site_id] = replace(shop.own.site, image_policy=ImagePolicy.NONE)
    else:
        strict = replace(camera.settings, image_policy=ImagePolicy.NONE)
        tables.cameras[camera.camera_id] = replace(camera, settings=strict)
    snapshot = request(camera.camera_id, camera_command_pb2.COMMAND_KIND_SNAPSHOT)
    async with at_work(there, shop.signed_in(Role.WORKER), camera.camera_id) as worker:
        for refused in (
            core.camera_control.GetSnapshot(_of(camera.camera_id), metadata=admin),
            core.camera_control.SendCommand(snapshot, metadata=admin),
        ):
            failed = await failure(refused)
            assert (failed.code, failed.reason) == (
                grpc.StatusCode.FAILED_PRECONDITION,
                "IMAGES_NOT_ALLOWED",
            )
        await core.camera_control.SendCommand(request(camera.camera_id), metadata=admin)
        assert len(worker.heard) == 1
