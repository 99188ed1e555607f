"""Workers as people see them: listed, read and watched, from any replica, also when theirs is gone."""

import asyncio
import json
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import grpc
import pytest
from fakes.edge_client import EdgeClient, hello, linked
from fakes.good_requests import enrol, new_join_token
from fakes.people import audited
from fakes.polling import until
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import (
    camera_control_service_pb2,
    camera_service_pb2,
    certificate_service_pb2,
    ingest_service_pb2,
    live_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.link_expiry import LinkExpiry

Watching: TypeAlias = "grpc.aio.UnaryStreamCall[object, live_service_pb2.WatchResponse]"
GetWorker = camera_control_service_pb2.GetWorkerRequest
DeleteWorker = camera_control_service_pb2.DeleteWorkerRequest
ListWorkers = camera_control_service_pb2.ListWorkersRequest
TOPICS = [live_service_pb2.TOPIC_WORKERS, live_service_pb2.TOPIC_CAMERAS]


def heartbeat(
    shop: Shop,
    *cameras: ingest_service_pb2.CameraHealth,
    status: "ingest_service_pb2.WorkerStatus" = ingest_service_pb2.WORKER_STATUS_ONLINE,
    detail: str = "",
) -> ingest_service_pb2.Heartbeat:
    beat = ingest_service_pb2.Heartbeat(
        sent_time=to_timestamp(shop.clock.now()),
        spooled_events=7,
        spooled_images=3,
        spooled_bytes=4096,
        dropped_events=1,
        oldest_event_time=to_timestamp(shop.clock.now() - timedelta(minutes=2)),
        start_time=to_timestamp(shop.clock.now() - timedelta(days=2)),
        free_disk_bytes=2**40,
        execution_provider="cpu",
        status=status,
        detail=detail,
        cameras=cameras,
    )
    beat.clock_offset.FromTimedelta(timedelta(milliseconds=-250))
    return beat


def health(
    camera_id: UUID,
    state: "ingest_service_pb2.CameraState" = ingest_service_pb2.CAMERA_STATE_ONLINE,
    **more: object,
) -> ingest_service_pb2.CameraHealth:
    return ingest_service_pb2.CameraHealth(camera_id=str(camera_id), state=state, **more)  # type: ignore[arg-type]


async def beat(link: EdgeClient, said: ingest_service_pb2.Heartbeat) -> None:
    """Says it, and once more: what the first said is committed when the second is answered."""
    for _ in range(2):
        await link.say(heartbeat=said)
        await link.hear("heartbeat")


async def worker_of(core: Replica, metadata: Metadata, worker_id: UUID) -> camera_control_service_pb2.Worker:
    return await core.camera_control.GetWorker(GetWorker(worker_id=str(worker_id)), metadata=metadata)


async def status_of(core: Replica, metadata: Metadata, worker_id: UUID) -> int:
    return (await worker_of(core, metadata, worker_id)).status


async def next_change(call: Watching) -> live_service_pb2.WatchResponse:
    async with asyncio.timeout(20):
        while True:
            answer = await call.read()
            assert isinstance(answer, live_service_pb2.WatchResponse), "the watch ended"
            if answer.WhichOneof("change") is not None:
                return answer


async def test_a_worker_is_seen_from_another_replica(shop: Shop, core: Replica) -> None:
    worker_id, manager = new_id(), shop.signed_in(Role.SITE_MANAGER)
    camera = shop.own.camera.camera_id
    async with (
        shop.replica() as other,
        linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _),
    ):
        fresh = await worker_of(other, manager, worker_id)
        assert fresh.status == ingest_service_pb2.WORKER_STATUS_UNSPECIFIED
        said = heartbeat(shop, health(camera, frames_per_second=4.5, width=640, height=360))
        await beat(link, said)
        seen = await worker_of(other, manager, worker_id)
        assert seen == camera_control_service_pb2.Worker(
            worker_id=str(worker_id),
            site_id=str(shop.own.site.site_id),
            display_name=hello().display_name,
            software_version=hello().software_version,
            model_id=hello().model_id,
            status=ingest_service_pb2.WORKER_STATUS_ONLINE,
            connect_time=to_timestamp(shop.clock.now()),
            last_seen_time=to_timestamp(shop.clock.now()),
            start_time=said.start_time,
            queue=camera_control_service_pb2.WorkerQueue(
                waiting_events=7,
                dropped_events=1,
                waiting_images=3,
                bytes=4096,
                oldest_event_time=said.oldest_event_time,
            ),
            clock_offset=said.clock_offset,
            free_disk_bytes=2**40,
            execution_provider="cpu",
            cameras=said.cameras,
        )
        listed = await other.camera_control.ListWorkers(ListWorkers(), metadata=manager)
        assert list(listed.workers) == [seen]


async def test_a_worker_that_hangs_up_is_offline_at_once(shop: Shop, core: Replica) -> None:
    worker_id, manager = new_id(), shop.signed_in(Role.SITE_MANAGER)
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        await beat(link, heartbeat(shop))
        await link.hang_up()
        assert await status_of(core, manager, worker_id) == ingest_service_pb2.WORKER_STATUS_OFFLINE


async def test_a_link_that_breaks_is_given_time_to_come_back(shop: Shop, core: Replica) -> None:
    worker_id, manager = new_id(), shop.signed_in(Role.SITE_MANAGER)
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        await beat(link, heartbeat(shop))
        alive_until = tables.workers[worker_id].link_expires_at
    await until(lambda: tables.workers[worker_id].link_expires_at < alive_until)
    assert await status_of(core, manager, worker_id) == ingest_service_pb2.WORKER_STATUS_ONLINE
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id):
        shop.clock.advance(timedelta(seconds=16))
        assert await status_of(core, manager, worker_id) == ingest_service_pb2.WORKER_STATUS_ONLINE
    await until(lambda: tables.workers[worker_id].link_expires_at < shop.clock.now() + timedelta(seconds=20))
    shop.clock.advance(timedelta(seconds=16))
    assert await status_of(core, manager, worker_id) == ingest_service_pb2.WORKER_STATUS_OFFLINE


async def test_a_worker_whose_replica_is_gone_is_found_by_any_other(shop: Shop, core: Replica) -> None:
    """As if it was killed: it says nothing of the links that it held."""
    worker_id, manager = new_id(), shop.signed_in(Role.SITE_MANAGER)
    camera = shop.own.camera.camera_id
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        await beat(link, heartbeat(shop, health(camera)))
        async with shop.replica() as other:
            watching = other.live.Watch(live_service_pb2.WatchRequest(topics=TOPICS), metadata=manager)
            await watching.read()
            shop.clock.advance(timedelta(seconds=89))
            expiry = LinkExpiry(transactions=shop.transactions, clock=shop.clock)
            assert await expiry.expire() == 0
            shop.clock.advance(timedelta(seconds=1))
            assert await status_of(other, manager, worker_id) == ingest_service_pb2.WORKER_STATUS_OFFLINE
            assert await expiry.expire() == 1
            change = (await next_change(watching)).worker
            assert change.worker.worker_id == str(worker_id)
            assert change.worker.status == ingest_service_pb2.WORKER_STATUS_OFFLINE
            seen = (await next_change(watching)).camera
            assert seen.camera.camera_id == str(camera)
            assert not seen.HasField("health"), "what it said of its cameras is old"
            assert await expiry.expire() == 0


async def test_watchers_are_told_of_states_and_of_nothing_else(shop: Shop, core: Replica) -> None:
    worker_id, manager = new_id(), shop.signed_in(Role.SITE_MANAGER)
    camera = shop.own.camera.camera_id
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    async with shop.replica() as other:
        watching = other.live.Watch(live_service_pb2.WatchRequest(topics=TOPICS), metadata=manager)
        await watching.read()
        async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
            change = await next_change(watching)
            assert change.worker.kind == live_service_pb2.CHANGE_KIND_CREATED
            change = await next_change(watching)
            assert change.camera.camera.holder_worker_id == str(worker_id), "it got the camera's lease"
            await beat(link, heartbeat(shop, health(camera)))
            change = await next_change(watching)
            assert change.worker.kind == live_service_pb2.CHANGE_KIND_UPDATED
            assert change.worker.worker.status == ingest_service_pb2.WORKER_STATUS_ONLINE
            change = await next_change(watching)
            assert change.camera.camera.display_name == shop.own.camera.display_name
            assert "geheim" not in change.camera.camera.source_url
            assert change.camera.health.state == ingest_service_pb2.CAMERA_STATE_ONLINE
            assert change.camera.worker_id == str(worker_id)
            told = len(tables.changes)
            for frames in (1.0, 2.0):
                busy = health(camera, frames_per_second=frames, dropped_frames=9, detail="slow")
                await beat(link, heartbeat(shop, busy))
            assert len(tables.changes) == told
            fault = ingest_service_pb2.CAMERA_FAULT_AUTH
            await beat(link, heartbeat(shop, health(camera, fault=fault)))
            resumed = core.live.Watch(
                live_service_pb2.WatchRequest(topics=TOPICS, after_revision=change.revision),
                metadata=manager,
            )
            for stream in (watching, resumed):
                change = await next_change(stream)
                assert change.camera.health.fault == fault


async def test_a_worker_speaks_for_cameras_of_its_site_alone(shop: Shop, core: Replica) -> None:
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    others = (shop.own.other_camera.camera_id, shop.foreign.camera.camera_id, new_id())
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await beat(link, heartbeat(shop, *map(health, others)))
        told = {change.resource_id for change in tables.changes.values() if change.topic != "workers"}
        assert told == {shop.own.camera.camera_id}, "that got a lease; of no other anything was said"


@pytest.mark.parametrize("seconds", [-62_135_596_800, 253_402_300_799])
async def test_a_wrong_clock_ends_no_link(shop: Shop, core: Replica, seconds: int) -> None:
    worker_id = new_id()
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        said = heartbeat(shop, health(shop.own.camera.camera_id))
        for time in (said.oldest_event_time, said.start_time, said.cameras[0].last_frame_time):
            time.seconds = seconds
        said.clock_offset.seconds = 300_000_000_000
        said.spooled_events = 2**64 - 1
        said.detail = "a\x00b"
        await beat(link, said)
        worker = await worker_of(core, shop.signed_in(Role.TENANT_ADMIN), worker_id)
    assert not worker.HasField("start_time")
    assert not worker.HasField("clock_offset")
    assert not worker.queue.HasField("oldest_event_time")
    assert (worker.queue.waiting_events, worker.detail) == (2**63 - 1, "a b")


async def test_workers_are_listed_a_page_at_a_time_and_by_site(shop: Shop, core: Replica) -> None:
    admin, manager = shop.signed_in(Role.TENANT_ADMIN), shop.signed_in(Role.SITE_MANAGER)
    there = shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id])
    ids = [new_id() for _ in range(3)]
    for worker_id, metadata in zip(ids, [shop.signed_in(Role.WORKER)] * 2 + [there], strict=True):
        async with linked(core, metadata, worker_id=worker_id) as (link, _):
            await link.hang_up()
    first = await core.camera_control.ListWorkers(ListWorkers(page_size=2), metadata=admin)
    rest = await core.camera_control.ListWorkers(
        ListWorkers(page_size=2, page_token=first.next_page_token), metadata=admin
    )
    assert [each.worker_id for each in (*first.workers, *rest.workers)] == sorted(map(str, ids))
    assert rest.next_page_token == ""
    mine = await core.camera_control.ListWorkers(ListWorkers(), metadata=manager)
    assert [each.worker_id for each in mine.workers] == sorted(map(str, ids[:2]))
    elsewhere = ListWorkers(site_id=str(shop.own.other_site.site_id))
    of_site = await core.camera_control.ListWorkers(elsewhere, metadata=admin)
    assert [each.worker_id for each in of_site.workers] == [str(ids[2])]
    failed = await failure(core.camera_control.ListWorkers(elsewhere, metadata=manager))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND")


@pytest.mark.parametrize("whose", ["another site's", "another tenant's", "nobody's"])
async def test_a_worker_elsewhere_is_not_there(shop: Shop, core: Replica, whose: str) -> None:
    worker_id = new_id()
    link = {
        "another site's": shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id]),
        "another tenant's": shop.signed_in(Role.WORKER, chain=shop.foreign),
        "nobody's": None,
    }[whose]
    if link is not None:
        async with linked(core, link, worker_id=worker_id):
            pass
    failed = await failure(worker_of(core, shop.signed_in(Role.SITE_MANAGER), worker_id))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "WORKER_NOT_FOUND")
    assert failed.metadata == {"worker_id": str(worker_id)}


async def test_a_removed_camera_is_told_as_gone(shop: Shop, core: Replica) -> None:
    admin, camera = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera
    watching = core.live.Watch(live_service_pb2.WatchRequest(topics=TOPICS), metadata=admin)
    await watching.read()
    await core.cameras.DeleteCamera(
        camera_service_pb2.DeleteCameraRequest(camera_id=str(camera.camera_id)), metadata=admin
    )
    change = (await next_change(watching)).camera
    assert change.kind == live_service_pb2.CHANGE_KIND_DELETED
    assert change.camera == camera_service_pb2.Camera(
        camera_id=str(camera.camera_id), site_id=str(camera.site_id)
    )


async def test_lists_say_after_which_revision_to_watch(shop: Shop, core: Replica) -> None:
    admin, worker_id = shop.signed_in(Role.TENANT_ADMIN), new_id()
    cameras = await core.cameras.ListCameras(camera_service_pb2.ListCamerasRequest(), metadata=admin)
    workers = await core.camera_control.ListWorkers(ListWorkers(), metadata=admin)
    assert cameras.revision == workers.revision
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id):
        asked = live_service_pb2.WatchRequest(topics=TOPICS, after_revision=workers.revision)
        change = await next_change(core.live.Watch(asked, metadata=admin))
    assert change.worker.worker.worker_id == str(worker_id), (
        "nothing between the list and the watch is missed"
    )
    assert (await core.camera_control.ListWorkers(ListWorkers(), metadata=admin)).revision >= change.revision


async def test_a_worker_that_has_a_link_is_not_deleted(shop: Shop, core: Replica) -> None:
    worker_id, admin = new_id(), shop.signed_in(Role.TENANT_ADMIN)
    deletion = DeleteWorker(worker_id=str(worker_id))
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        await beat(link, heartbeat(shop))
        failed = await failure(core.camera_control.DeleteWorker(deletion, metadata=admin))
        assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "WORKER_ONLINE")
        await link.hang_up()
    await core.camera_control.DeleteWorker(deletion, metadata=admin)
    failed = await failure(core.camera_control.DeleteWorker(deletion, metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "WORKER_NOT_FOUND")


async def test_a_worker_that_is_deleted_keeps_nothing(shop: Shop, core: Replica) -> None:
    """Neither its certificate nor its place at a camera; watchers hear of it, and the log says who did it."""
    admin, camera = shop.signed_in(Role.TENANT_ADMIN), shop.own.camera
    secret, _ = await new_join_token(core, admin, shop.own.site.site_id)
    worker = await enrol(core, secret)
    worker_id = str(worker.name.worker_id)
    worker_metadata = shop.signed_in(Role.WORKER)
    async with linked(core, worker_metadata, worker_id=worker.name.worker_id) as (link, _):
        await link.hang_up()
    await core.cameras.UpdateCamera(
        camera_service_pb2.UpdateCameraRequest(
            camera=camera_service_pb2.Camera(
                camera_id=str(camera.camera_id),
                display_name=camera.display_name,
                assigned_worker_id=worker_id,
            ),
            update_mask={"paths": ["assigned_worker_id"]},
        ),
        metadata=admin,
    )
    watching = core.live.Watch(live_service_pb2.WatchRequest(topics=TOPICS), metadata=admin)
    await watching.read()
    await core.camera_control.DeleteWorker(DeleteWorker(worker_id=worker_id), metadata=admin)
    gone = (await next_change(watching)).worker
    assert (gone.kind, gone.worker.worker_id) == (live_service_pb2.CHANGE_KIND_DELETED, worker_id)
    freed = (await next_change(watching)).camera.camera
    assert (freed.camera_id, freed.assigned_worker_id) == (str(camera.camera_id), "")
    certificates = await core.certificates.ListCertificates(
        certificate_service_pb2.ListCertificatesRequest(), metadata=admin
    )
    assert [each.HasField("revoke_time") for each in certificates.certificates] == [True]
    [entry] = audited(shop, "worker.delete")
    assert str(entry.resource_id) == worker_id
    told = json.loads(entry.detail)
    assert (told["certificates"], told["cameras"]) == (1, [str(camera.camera_id)])
