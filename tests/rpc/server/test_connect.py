"""IngestService.Connect, as its protocol says."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import grpc.aio
import pytest
from fakes.edge_client import dialled, hello, linked
from fakes.memory_tables import TenantTables
from fakes.polling import until
from fakes.shop import Replica, Shop, bearer
from fakes.wire_events import JPEG, face_event
from footfall.v1 import camera_service_pb2, error_reason_pb2, ingest_service_pb2, ingest_service_pb2_grpc
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.image import ImageState
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.rpc.edge_link import LinkManners


def tables_of(shop: Shop) -> TenantTables:
    return shop.transactions.tables(shop.own.tenant.tenant_id)


async def test_a_worker_is_welcomed_with_its_cameras(shop: Shop, core: Replica) -> None:
    worker_id = new_id()
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, welcome):
        assert welcome.acked_through == 0
        assert welcome.max_in_flight == LinkManners().max_in_flight
        assert welcome.heartbeat_interval.ToTimedelta() == timedelta(seconds=30)
        assert welcome.core_time == to_timestamp(shop.clock.now())
        [camera] = welcome.desired_cameras.cameras
        assert camera.camera_id == str(shop.own.camera.camera_id)
        assert camera.source_url == shop.own.camera.source_url, "a worker needs the password"
        assert await link.hang_up() is grpc.StatusCode.OK
    assert tables_of(shop).workers[worker_id].site_id == shop.own.site.site_id


async def test_anything_before_hello_is_refused(shop: Shop, core: Replica) -> None:
    async with dialled(core, shop.signed_in(Role.WORKER)) as link:
        await link.say_event(1, face_event(shop.own.camera.camera_id))
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PROTOCOL_VIOLATION")
    assert not tables_of(shop).recorded


async def test_a_second_hello_is_refused(shop: Shop, core: Replica) -> None:
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say(hello=hello())
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PROTOCOL_VIOLATION")


async def test_hanging_up_without_a_word_is_no_failure(shop: Shop, core: Replica) -> None:
    async with dialled(core, shop.signed_in(Role.WORKER)) as link:
        assert await link.hang_up() is grpc.StatusCode.OK


async def test_a_bad_hello_names_its_fields(shop: Shop, core: Replica) -> None:
    async with dialled(core, shop.signed_in(Role.WORKER)) as link:
        await link.say(hello=ingest_service_pb2.Hello(worker_id="kasse", model_id="UPPER"))
        failed = await link.ended()
    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert set(failed.fields) == {"hello.worker_id", "hello.spool_id", "hello.model_id"}


async def test_another_model_is_refused(shop: Shop, core: Replica) -> None:
    async with dialled(core, shop.signed_in(Role.WORKER)) as link:
        await link.say(hello=hello(model_id="other-model"))
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MODEL_MISMATCH")
    assert failed.metadata == {"model_id": "other-model", "expected_model_id": "fr-mobilefacenet-512"}
    assert not tables_of(shop).workers


async def test_a_worker_of_another_site_is_refused_and_replaces_nobody(shop: Shop, core: Replica) -> None:
    worker_id = new_id()
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        elsewhere = shop.signed_in(Role.WORKER, sites=[shop.own.other_site.site_id])
        async with dialled(core, elsewhere) as thief:
            await thief.say(hello=hello(worker_id=worker_id))
            failed = await thief.ended()
        assert failed.code is grpc.StatusCode.PERMISSION_DENIED
        await link.say_event(1, face_event(shop.own.camera.camera_id))
        assert await link.hear_ack(1) == []


async def test_events_are_recorded_and_acknowledged(shop: Shop, core: Replica) -> None:
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        events = [face_event(shop.own.camera.camera_id, person=person) for person in range(1, 11)]
        for sequence, event in enumerate(events, start=1):
            await link.say_event(sequence, event)
        assert await link.hear_ack(10) == []
    assert set(tables_of(shop).recorded) == {UUID(event.event_id) for event in events}
    assert len(tables_of(shop).customers) == 10
    assert len(tables_of(shop).visits) == 10


async def test_a_spool_resumes_after_what_was_acknowledged_on_any_replica(shop: Shop, core: Replica) -> None:
    worker_id, spool_id = new_id(), new_id()
    metadata = shop.signed_in(Role.WORKER)
    async with linked(core, metadata, worker_id=worker_id, spool_id=spool_id) as (link, _):
        await link.say_event(3, face_event(shop.own.camera.camera_id))
        await link.say_event(7, face_event(shop.own.camera.camera_id))
        await link.hear_ack(7)
        assert await link.hang_up() is grpc.StatusCode.OK
    async with shop.replica() as other:
        async with linked(other, metadata, worker_id=worker_id, spool_id=spool_id) as (_, welcome):
            assert welcome.acked_through == 7
        async with linked(other, metadata, worker_id=worker_id) as (_, welcome):
            assert welcome.acked_through == 0, "a new spool starts over"


async def test_an_event_that_comes_again_changes_nothing(shop: Shop, core: Replica) -> None:
    worker_id, spool_id = new_id(), new_id()
    metadata = shop.signed_in(Role.WORKER)
    event = face_event(shop.own.camera.camera_id)
    for _ in range(2):
        async with linked(core, metadata, worker_id=worker_id, spool_id=spool_id) as (link, _welcome):
            await link.say_event(1, event)
            assert await link.hear_ack(1) == []
    assert len(tables_of(shop).visits) == 1
    assert len(tables_of(shop).sightings) == 1


async def test_a_sequence_that_does_not_grow_is_refused(shop: Shop, core: Replica) -> None:
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say_event(5, face_event(shop.own.camera.camera_id))
        await link.say_event(5, face_event(shop.own.camera.camera_id))
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PROTOCOL_VIOLATION")


async def test_bad_events_are_rejected_and_the_others_recorded(shop: Shop, core: Replica) -> None:
    camera_id = shop.own.camera.camera_id
    bad_id = face_event(camera_id)
    bad_id.event_id = "nonsense"
    unknown_camera = face_event(new_id())
    foreign_camera = face_event(shop.foreign.camera.camera_id)
    other_site = face_event(shop.own.other_camera.camera_id)
    short = face_event(camera_id)
    short.embedding.vector = short.embedding.vector[:1024]
    other_model = face_event(camera_id)
    other_model.embedding.model_id = "other-model"
    no_jpeg = face_event(camera_id)
    no_jpeg.crop_jpeg = b"GIF89a not a jpeg"
    both = face_event(camera_id, image_id=new_id())
    both.crop_jpeg = JPEG
    bad = [bad_id, unknown_camera, foreign_camera, other_site, short, other_model, no_jpeg, both]
    good = face_event(camera_id)
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        for sequence, event in enumerate([*bad, good], start=1):
            await link.say_event(sequence, event)
        rejections = await link.hear_ack(len(bad) + 1)
    reasons = [(each.sequence, error_reason_pb2.ErrorReason.Name(each.reason)) for each in rejections]
    assert reasons == [
        (1, "ERROR_REASON_INVALID_FIELD"),
        (2, "ERROR_REASON_CAMERA_NOT_FOUND"),
        (3, "ERROR_REASON_CAMERA_NOT_FOUND"),
        (4, "ERROR_REASON_CAMERA_NOT_FOUND"),
        (5, "ERROR_REASON_INVALID_FIELD"),
        (6, "ERROR_REASON_MODEL_MISMATCH"),
        (7, "ERROR_REASON_INVALID_FIELD"),
        (8, "ERROR_REASON_INVALID_FIELD"),
    ]
    assert rejections[0].event_id == "nonsense"
    assert "event_id" in rejections[0].description
    assert set(tables_of(shop).recorded) == {UUID(good.event_id)}


async def test_a_spool_that_ends_in_rejections_is_not_sent_again(shop: Shop, core: Replica) -> None:
    worker_id, spool_id = new_id(), new_id()
    metadata = shop.signed_in(Role.WORKER)
    bad = face_event(shop.own.camera.camera_id)
    bad.event_id = ""
    async with linked(core, metadata, worker_id=worker_id, spool_id=spool_id) as (link, _):
        await link.say_event(1, bad)
        assert len(await link.hear_ack(1)) == 1
    async with linked(core, metadata, worker_id=worker_id, spool_id=spool_id) as (_, welcome):
        assert welcome.acked_through == 1


async def test_events_are_acknowledged_while_the_index_is_away(shop: Shop, core: Replica) -> None:
    shop.index.failing = True
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say_event(1, face_event(shop.own.camera.camera_id))
        assert await link.hear_ack(1) == []
    assert len(tables_of(shop).recorded) == 1


async def test_nothing_is_acknowledged_while_nobody_can_be_searched(shop: Shop) -> None:
    shop.fallback_faces = 0
    shop.index.failing = True
    async with shop.replica() as core, linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say_event(1, face_event(shop.own.camera.camera_id))
        await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now())))
        await link.hear("heartbeat")
        assert not tables_of(shop).recorded
        shop.index.failing = False
        assert await link.hear_ack(1) == []
    assert len(tables_of(shop).recorded) == 1


async def test_a_heartbeat_is_answered_and_noted(shop: Shop, core: Replica) -> None:
    worker_id = new_id()
    async with linked(core, shop.signed_in(Role.WORKER), worker_id=worker_id) as (link, _):
        sent = to_timestamp(shop.clock.now() - timedelta(seconds=3))
        shop.clock.advance(timedelta(seconds=30))
        await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=sent))
        answer = (await link.hear("heartbeat")).heartbeat
        assert answer.sent_time == sent
        assert answer.core_time == to_timestamp(shop.clock.now())
        await until(lambda: tables_of(shop).workers[worker_id].last_seen_at == shop.clock.now())


async def test_a_silent_link_is_given_up(shop: Shop) -> None:
    shop.manners = LinkManners(heartbeat_interval=timedelta(milliseconds=100))
    async with shop.replica() as core, linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "LINK_SILENT")
    assert "heartbeat" in failed.message


async def test_a_newer_link_replaces_the_older_one(shop: Shop, core: Replica) -> None:
    worker_id, metadata = new_id(), shop.signed_in(Role.WORKER)
    async with (
        linked(core, metadata, worker_id=worker_id) as (older, _),
        linked(core, metadata, worker_id=worker_id) as (newer, _),
    ):
        failed = await older.ended()
        assert (failed.code, failed.reason) == (grpc.StatusCode.ABORTED, "EDGE_REPLACED")
        await newer.say_event(1, face_event(shop.own.camera.camera_id))
        assert await newer.hear_ack(1) == []


async def test_a_link_to_another_replica_replaces_the_older_one(shop: Shop, core: Replica) -> None:
    worker_id, metadata = new_id(), shop.signed_in(Role.WORKER)
    async with (
        shop.replica() as other,
        linked(core, metadata, worker_id=worker_id) as (older, _),
        linked(other, metadata, worker_id=worker_id) as (newer, _),
    ):
        failed = await older.ended()
        assert (failed.code, failed.reason) == (grpc.StatusCode.ABORTED, "EDGE_REPLACED")
        await newer.say_event(1, face_event(shop.own.camera.camera_id))
        assert await newer.hear_ack(1) == []


@pytest.mark.parametrize("on_other_replica", [False, True])
async def test_a_changed_camera_reaches_the_worker(
    shop: Shop, core: Replica, *, on_other_replica: bool
) -> None:
    async with shop.replica() as other, linked(core, shop.signed_in(Role.WORKER)) as (link, welcome):
        asked = other if on_other_replica else core
        created = await asked.cameras.CreateCamera(
            camera_service_pb2.CreateCameraRequest(
                camera=camera_service_pb2.Camera(
                    site_id=str(shop.own.site.site_id), display_name="Lager", source_url="usb:0"
                )
            ),
            metadata=shop.signed_in(Role.TENANT_ADMIN),
        )
        desired = (await link.hear("desired_cameras")).desired_cameras
        assert {camera.camera_id for camera in desired.cameras} == {
            str(shop.own.camera.camera_id),
            created.camera_id,
        }
        assert desired.revision > welcome.desired_cameras.revision
        await asked.cameras.UpdateCamera(
            camera_service_pb2.UpdateCameraRequest(
                camera=camera_service_pb2.Camera(camera_id=created.camera_id, enabled=False)
            ),
            metadata=shop.signed_in(Role.TENANT_ADMIN),
        )
        desired = (await link.hear("desired_cameras")).desired_cameras
        assert [camera.camera_id for camera in desired.cameras] == [str(shop.own.camera.camera_id)]


async def test_an_announced_image_is_uploaded(shop: Shop, core: Replica) -> None:
    image_id, unknown_id = new_id(), new_id()
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say_event(1, face_event(shop.own.camera.camera_id, image_id=image_id, image_bytes=64))
        await link.hear_ack(1)
        both = [str(image_id), str(unknown_id)]
        await link.say(upload_request=ingest_service_pb2.UploadRequest(image_ids=both))
        grants = (await link.hear("upload_grants")).upload_grants
        assert [grant.image_id for grant in grants.grants] == [str(image_id)]
        assert list(grants.unwanted_image_ids) == [str(unknown_id)]
        key = tables_of(shop).images[image_id].object_key
        assert key in grants.grants[0].put_url
        await link.say(upload_report=ingest_service_pb2.UploadReport(image_ids=[str(image_id)]))
        receipt = (await link.hear("upload_receipt")).upload_receipt
        assert list(receipt.missing_image_ids) == [str(image_id)], "nothing was put yet"
        shop.images.objects[key] = (b"x" * 64, "image/jpeg")
        await link.say(upload_report=ingest_service_pb2.UploadReport(image_ids=[str(image_id)]))
        receipt = (await link.hear("upload_receipt")).upload_receipt
        assert list(receipt.stored_image_ids) == [str(image_id)]
    assert tables_of(shop).images[image_id].state is ImageState.STORED


async def test_uploads_wait_for_a_store_that_is_away(shop: Shop, core: Replica) -> None:
    image_id = new_id()
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        await link.say_event(1, face_event(shop.own.camera.camera_id, image_id=image_id))
        await link.hear_ack(1)
        shop.images.failing = True
        await link.say(upload_report=ingest_service_pb2.UploadReport(image_ids=[str(image_id)]))
        await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now())))
        await link.hear("heartbeat")
        shop.images.failing = False
        receipt = (await link.hear("upload_receipt")).upload_receipt
        assert list(receipt.missing_image_ids) == [str(image_id)]


async def test_the_stream_ends_with_its_token(shop: Shop, core: Replica) -> None:
    token = shop.token(Role.WORKER, lifetime=timedelta(seconds=1))
    async with linked(core, bearer(token)) as (link, _):
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


async def test_draining_finishes_what_is_in_hand(shop: Shop) -> None:
    metadata, worker_id, spool_id = shop.signed_in(Role.WORKER), new_id(), new_id()
    async with AsyncExitStack() as stack:
        async with shop.replica() as leaving:
            # The replica's own channel is closed as soon as it has stopped, heard or not.
            channel = grpc.aio.insecure_channel(f"127.0.0.1:{leaving.port}")
            await stack.enter_async_context(channel)
            dialling = replace(leaving, ingest=ingest_service_pb2_grpc.IngestServiceStub(channel))
            link, _ = await stack.enter_async_context(
                linked(dialling, metadata, worker_id=worker_id, spool_id=spool_id)
            )
            for sequence in range(1, 4):
                await link.say_event(sequence, face_event(shop.own.camera.camera_id, person=sequence))
            # Answered in the order of the stream: the events before it have arrived.
            await link.say(heartbeat=ingest_service_pb2.Heartbeat(sent_time=to_timestamp(shop.clock.now())))
            heard = [await link.hear_any()]
            while heard[-1].WhichOneof("message") != "heartbeat":
                heard.append(await link.hear_any())
            ended = asyncio.create_task(link.ended(heard))
        failed = await ended
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "DRAINING")
    assert failed.retry_seconds == 0.0, "another replica answers at once"
    assert max(each.ack.acked_through for each in heard) == 3, "what had arrived was acknowledged"
    assert len(tables_of(shop).recorded) == 3
    async with shop.replica() as next_one:
        again = linked(next_one, metadata, worker_id=worker_id, spool_id=spool_id)
        async with again as (_, welcome):
            assert welcome.acked_through == 3


async def test_other_roles_cannot_connect(shop: Shop, core: Replica) -> None:
    async with dialled(core, shop.signed_in(Role.TENANT_ADMIN)) as link:
        failed = await link.ended()
    assert (failed.code, failed.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
