"""Recording faces, reading visits and images, and watching them, over gRPC and two replicas."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import grpc
import pytest
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    face_event_pb2,
    image_service_pb2,
    ingest_service_pb2,
    live_service_pb2,
    visit_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role

Watching: TypeAlias = "grpc.aio.UnaryStreamCall[object, live_service_pb2.WatchResponse]"


async def record(
    shop: Shop, core: Replica, event: face_event_pb2.FaceEvent
) -> ingest_service_pb2.RecordFaceResponse:
    return await core.ingest.RecordFace(
        ingest_service_pb2.RecordFaceRequest(event=event), metadata=shop.signed_in(Role.WORKER)
    )


async def next_of(
    call: "grpc.aio.UnaryStreamCall[object, live_service_pb2.WatchResponse]",
) -> live_service_pb2.WatchResponse:
    async with asyncio.timeout(20):
        answer = await call.read()
    assert isinstance(answer, live_service_pb2.WatchResponse), "the watch ended"
    return answer


async def read_to_the_end(call: Watching) -> None:
    async with asyncio.timeout(20):
        while await call.read() is not grpc.aio.EOF:
            pass


async def test_a_face_becomes_a_visit_with_its_image(shop: Shop, core: Replica) -> None:
    event = face_event(shop.own.camera.camera_id)
    event.crop_jpeg = JPEG
    first = await record(shop, core, event)
    assert first.outcome == ingest_service_pb2.FACE_OUTCOME_NEW
    again = await record(shop, core, event)
    assert again.duplicate
    assert (again.customer_id, again.visit_id) == (first.customer_id, first.visit_id)
    metadata = shop.signed_in(Role.SITE_MANAGER)
    listed = await core.visits.ListVisits(visit_service_pb2.ListVisitsRequest(), metadata=metadata)
    [visit] = listed.visits
    get = visit_service_pb2.GetVisitRequest(visit_id=visit.visit_id)
    assert await core.visits.GetVisit(get, metadata=metadata) == visit
    assert visit.kind == visit_service_pb2.VISIT_KIND_NEW
    image = await core.images.GetImage(
        image_service_pb2.GetImageRequest(image_id=visit.image_id), metadata=metadata
    )
    assert (image.content_type, image.data) == ("image/jpeg", JPEG)
    for stranger in (
        shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign),
        shop.signed_in(Role.SITE_MANAGER, sites=[shop.own.other_site.site_id]),
    ):
        failed = await failure(core.visits.GetVisit(get, metadata=stranger))
        assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "VISIT_NOT_FOUND")
        failed = await failure(
            core.images.GetImage(
                image_service_pb2.GetImageRequest(image_id=visit.image_id), metadata=stranger
            )
        )
        assert (failed.code, failed.reason) == (grpc.StatusCode.NOT_FOUND, "IMAGE_NOT_FOUND")
        listed = await core.visits.ListVisits(visit_service_pb2.ListVisitsRequest(), metadata=stranger)
        assert not listed.visits


async def test_a_batch_is_recorded_whole_or_not_at_all(shop: Shop, core: Replica) -> None:
    camera_id = shop.own.camera.camera_id
    bad = face_event(camera_id, person=3)
    bad.embedding.vector = bad.embedding.vector[:1024]
    events = [face_event(camera_id, person=1), face_event(camera_id, person=2), bad]
    before = shop.snapshot()
    metadata = shop.signed_in(Role.WORKER)
    request = ingest_service_pb2.BatchRecordFacesRequest(events=events)
    failed = await failure(core.ingest.BatchRecordFaces(request, metadata=metadata))
    assert (failed.code, failed.fields) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        ("events[2].embedding.vector",),
    )
    assert shop.snapshot() == before
    good = ingest_service_pb2.BatchRecordFacesRequest(events=events[:2])
    answer = await core.ingest.BatchRecordFaces(good, metadata=metadata)
    assert [each.event_id for each in answer.results] == [event.event_id for event in events[:2]]


def bad_events(shop: Shop) -> dict[str, tuple[face_event_pb2.FaceEvent, str, str]]:
    """What is wrong, the event, the reason and the field that is named."""
    cases: dict[str, tuple[face_event_pb2.FaceEvent, str, str]] = {}

    def add(name: str, field: str, reason: str = "INVALID_FIELD") -> face_event_pb2.FaceEvent:
        event = face_event(shop.own.camera.camera_id)
        cases[name] = (event, reason, field)
        return event

    add("id", "event.event_id").event_id = "a@b.example"
    add("camera id", "event.camera_id").camera_id = "17"
    add("track id", "event.track_id").track_id = "17"
    add("no time", "event.first_seen_time").ClearField("first_seen_time")
    add("year 1", "event.first_seen_time").first_seen_time.seconds = -62_000_000_000
    no_time = add("no time at all", "event.first_seen_time")
    no_time.first_seen_time.seconds = no_time.last_seen_time.seconds = 10**14
    add("order", "event").last_seen_time.seconds = 1
    add("future", "event.last_seen_time").last_seen_time.seconds += 3600
    add("dimension", "event.embedding.vector").embedding.vector = b"\0" * 1024
    add("part of a float", "event.embedding.vector").embedding.vector += b"\0"
    add("nan", "event.embedding.vector").embedding.vector = b"\0\0\xc0\x7f" * 512
    add("norm", "event.embedding.vector").embedding.vector = b"\0" * 2048
    add("no vector", "event.embedding.vector").embedding.ClearField("vector")
    add("model", "", "MODEL_MISMATCH").embedding.model_id = "other"
    add("score", "event.quality.score").quality.score = 1.5
    add("nan score", "event.quality.pose").quality.pose = float("nan")
    add("detection", "event.detection_score").detection_score = -0.1
    add("landmarks", "event.landmarks").landmarks.add(x=1, y=1)
    add("big crop", "event.crop_jpeg").crop_jpeg = JPEG + b"\0" * 65536
    add("no jpeg", "event.crop_jpeg").crop_jpeg = b"<svg/>"
    add("unknown camera", "", "CAMERA_NOT_FOUND").camera_id = str(new_id())
    add("foreign camera", "", "CAMERA_NOT_FOUND").camera_id = str(shop.foreign.camera.camera_id)
    add("other site", "", "CAMERA_NOT_FOUND").camera_id = str(shop.own.other_camera.camera_id)
    both = add("image and crop", "event.crop_jpeg")
    both.crop_jpeg = JPEG
    both.image.image_id, both.image.size_bytes, both.image.content_type = str(new_id()), 9, "image/jpeg"
    huge = add("huge image", "event.image.size_bytes")
    huge.image.image_id, huge.image.size_bytes, huge.image.content_type = str(new_id()), 2**21, "image/jpeg"
    return cases


async def test_bad_events_change_nothing(shop: Shop, core: Replica) -> None:
    before = shop.snapshot()
    for name, (event, reason, field) in bad_events(shop).items():
        failed = await failure(record(shop, core, event))
        assert failed.reason == reason, f"{name}: {failed}"
        assert not field or field in failed.fields, f"{name}: {failed}"
        assert "a@b.example" not in failed.message
    assert shop.snapshot() == before


async def test_a_store_that_is_away_is_said_with_when_to_come_again(shop: Shop) -> None:
    shop.fallback_faces = 0
    shop.index.failing = True
    before = shop.snapshot()
    async with shop.replica() as core:
        failed = await failure(record(shop, core, face_event(shop.own.camera.camera_id)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "INDEX_UNAVAILABLE")
    assert failed.retry_seconds == 1.0
    assert shop.snapshot() == before


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (visit_service_pb2.ListVisitsRequest(site_id="x"), "site_id"),
        (visit_service_pb2.ListVisitsRequest(customer_id="x"), "customer_id"),
        (visit_service_pb2.ListVisitsRequest(page_size=-1), "page_size"),
        (visit_service_pb2.ListVisitsRequest(kind=9), "kind"),  # type: ignore[arg-type]
        (visit_service_pb2.ListVisitsRequest(page_token="x"), "page_token"),
        (visit_service_pb2.ListVisitsRequest(start_time={"seconds": 10**14}), "start_time"),  # type: ignore[arg-type]
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_bad_filters_are_named(
    shop: Shop, core: Replica, request_: visit_service_pb2.ListVisitsRequest, field: str
) -> None:
    failed = await failure(core.visits.ListVisits(request_, metadata=shop.signed_in(Role.TENANT_ADMIN)))
    assert (failed.code, failed.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))


async def test_a_watch_resumes_on_another_replica_without_gap_or_double(shop: Shop, core: Replica) -> None:
    metadata = shop.signed_in(Role.TENANT_ADMIN)
    async with shop.replica() as other:
        watch = core.live.Watch(live_service_pb2.WatchRequest(), metadata=metadata)
        began = await next_of(watch)
        assert not began.HasField("visit")
        seen = []
        for person in (1, 2):
            await record(shop, other, face_event(shop.own.camera.camera_id, person=person))
            seen.append(await next_of(watch))
        watch.cancel()
        await record(shop, core, face_event(shop.own.camera.camera_id, person=3))
        resumed = other.live.Watch(
            live_service_pb2.WatchRequest(after_revision=seen[-1].revision), metadata=metadata
        )
        seen.append(await next_of(resumed))
        resumed.cancel()
    assert [each.visit.kind for each in seen] == [live_service_pb2.CHANGE_KIND_CREATED] * 3
    assert len({each.visit.visit.visit_id for each in seen}) == 3
    assert [each.revision for each in seen] == sorted({each.revision for each in seen})


async def test_a_watch_keeps_to_its_sites_and_beats(shop: Shop) -> None:
    shop.watch_heartbeat = timedelta(milliseconds=100)
    async with shop.replica() as core:
        elsewhere = shop.signed_in(Role.SITE_MANAGER, sites=[shop.own.other_site.site_id])
        watch = core.live.Watch(live_service_pb2.WatchRequest(), metadata=elsewhere)
        await next_of(watch)
        await record(shop, core, face_event(shop.own.camera.camera_id))
        beat = await next_of(watch)
        assert not beat.HasField("visit"), "another site's visit was told"
        watch.cancel()


@pytest.mark.parametrize("case", ["too new", "foreign site", "own token ends"])
async def test_watches_that_end(shop: Shop, core: Replica, case: str) -> None:
    request = {
        "too new": live_service_pb2.WatchRequest(after_revision=10**6),
        "foreign site": live_service_pb2.WatchRequest(site_id=str(shop.foreign.site.site_id)),
        "own token ends": live_service_pb2.WatchRequest(),
    }[case]
    token = shop.token(Role.TENANT_ADMIN, lifetime=timedelta(seconds=1))
    watch = core.live.Watch(request, metadata=(("authorization", f"Bearer {token}"),))
    failed = await failure(read_to_the_end(watch))
    assert (failed.code, failed.reason) == {
        "too new": (grpc.StatusCode.OUT_OF_RANGE, "REVISION_COMPACTED"),
        "foreign site": (grpc.StatusCode.NOT_FOUND, "SITE_NOT_FOUND"),
        "own token ends": (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED"),
    }[case]
