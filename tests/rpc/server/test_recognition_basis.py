"""Where nobody may be recognised, people are counted and nothing of their faces is kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes.edge_client import linked
from fakes.manual_clock import START
from fakes.recognition_basis import stated
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import JPEG, face_event
from footfall.v1 import (
    audit_service_pb2,
    camera_settings_pb2,
    face_event_pb2,
    ingest_service_pb2,
    site_service_pb2,
    visit_service_pb2,
)
from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.identity import Role
from footfall_server.domain.recognition_basis import LONGEST
from google.protobuf.field_mask_pb2 import FieldMask

NEW = ingest_service_pb2.FACE_OUTCOME_NEW
KNOWN = ingest_service_pb2.FACE_OUTCOME_KNOWN
UNRECOGNISABLE = ingest_service_pb2.FACE_OUTCOME_UNRECOGNISABLE


async def record(
    shop: Shop, core: Replica, event: face_event_pb2.FaceEvent
) -> ingest_service_pb2.RecordFaceResponse:
    request = ingest_service_pb2.RecordFaceRequest(event=event)
    return await core.ingest.RecordFace(request, metadata=shop.signed_in(Role.WORKER))


async def change(shop: Shop, core: Replica, *paths: str, **values: Any) -> site_service_pb2.Site:
    site = site_service_pb2.Site(site_id=str(shop.own.site.site_id), **values)
    request = site_service_pb2.UpdateSiteRequest(site=site, update_mask=FieldMask(paths=paths))
    return await core.sites.UpdateSite(request, metadata=shop.signed_in(Role.TENANT_ADMIN))


def seen(shop: Shop, *, person: int = 1, minute: int = 0, **parts: Any) -> face_event_pb2.FaceEvent:
    at = START - timedelta(minutes=9 - minute)
    event = face_event(shop.own.camera.camera_id, person=person, at=at)
    event.MergeFrom(face_event_pb2.FaceEvent(**parts))
    return event


def kept_of_faces(shop: Shop) -> dict[str, int]:
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    return {
        "people": len(tables.customers),
        "faces": len(tables.gallery),
        "crops": len(tables.crops),
        "track faces": len(tables.track_faces),
        "images": len(tables.images),
        "objects": len(shop.images.objects),
    }


async def refuse(shop: Shop, core: Replica, how: str) -> None:
    match how:
        case "no basis":
            await change(shop, core, "recognition_basis")
        case "expired":
            own = shop.transactions.tables(shop.own.tenant.tenant_id)
            basis = replace(shop.own.site.recognition_basis, expires_at=shop.clock.now())
            own.sites[shop.own.site.site_id] = replace(shop.own.site, recognition_basis=basis)
        case "anonymous site":
            await change(shop, core, "anonymous", anonymous=True)
        case "anonymous camera":
            own = shop.transactions.tables(shop.own.tenant.tenant_id)
            camera = replace(shop.own.camera, settings=CameraSettings(anonymous=True))
            own.cameras[camera.camera_id] = camera


@pytest.mark.parametrize("how", ["no basis", "expired", "anonymous site", "anonymous camera"])
async def test_a_template_from_where_nobody_is_recognised_is_thrown_away(
    shop: Shop, core: Replica, how: str
) -> None:
    before = kept_of_faces(shop)
    await refuse(shop, core, how)
    event = seen(shop, crop_jpeg=JPEG, aligned_jpeg=JPEG, female_probability=0.75)
    told = await record(shop, core, event)
    assert (told.outcome, told.customer_id, told.visit_id) == (UNRECOGNISABLE, "", "")
    assert kept_of_faces(shop) == before
    [sighting] = shop.transactions.tables(shop.own.tenant.tenant_id).sightings.values()
    assert (sighting.model_id, sighting.female_probability, sighting.image_id) == ("", None, None)
    request = visit_service_pb2.ExplainEventRequest(event_id=told.event_id)
    why = await core.visits.ExplainEvent(request, metadata=shop.signed_in(Role.SITE_MANAGER))
    assert (why.rule, why.model_id, list(why.candidates)) == ("anonymous", "", [])
    again = await record(shop, core, event)
    assert (again.outcome, again.duplicate) == (UNRECOGNISABLE, True), "it is counted once"


async def test_an_event_without_a_template_is_counted(shop: Shop, core: Replica) -> None:
    event = seen(shop)
    event.ClearField("embedding")
    told = await record(shop, core, event)
    assert (told.outcome, told.customer_id) == (UNRECOGNISABLE, "")
    assert kept_of_faces(shop)["people"] == 0


async def test_people_are_recognised_again_once_there_is_a_basis(shop: Shop, core: Replica) -> None:
    await change(shop, core, "recognition_basis")
    first = seen(shop, minute=0)
    assert (await record(shop, core, first)).outcome == UNRECOGNISABLE
    await change(shop, core, "recognition_basis", recognition_basis=stated(shop.clock.now()))
    assert (await record(shop, core, seen(shop, minute=1))).outcome == NEW
    assert (await record(shop, core, seen(shop, minute=2))).outcome == KNOWN
    # The first track goes on: its next event is one of a site that recognises.
    later = seen(shop, track_id=first.track_id, final=True)
    assert (await record(shop, core, later)).outcome == KNOWN


async def test_a_track_that_was_recognised_stays_so_and_teaches_nothing_more(
    shop: Shop, core: Replica
) -> None:
    early = seen(shop)
    early.final = False
    made = await record(shop, core, early)
    before = kept_of_faces(shop)
    await change(shop, core, "anonymous", anonymous=True)
    final = seen(shop, minute=1, track_id=early.track_id, final=True)
    told = await record(shop, core, final)
    assert (told.outcome, told.customer_id) == (NEW, made.customer_id)
    assert kept_of_faces(shop) == before


async def test_anonymous_events_go_with_those_of_any_model(shop: Shop, core: Replica) -> None:
    anonymous, named = seen(shop, person=2), seen(shop, person=3, minute=1)
    anonymous.ClearField("embedding")
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        for sequence, event in enumerate([anonymous, named], start=1):
            await link.say_event(sequence, event)
        assert await link.hear_ack(2) == []
    sightings = shop.transactions.tables(shop.own.tenant.tenant_id).sightings.values()
    assert sorted(each.outcome.value for each in sightings) == ["new", "unrecognisable"]


async def test_workers_are_told_at_once(shop: Shop, core: Replica) -> None:
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, welcome):
        [camera] = welcome.desired_cameras.cameras
        assert not camera.settings.anonymous
        await change(shop, core, "recognition_basis")
        [camera] = (await link.hear("desired_cameras")).desired_cameras.cameras
        assert camera.settings.anonymous
        assert camera.settings.image_policy == camera_settings_pb2.IMAGE_POLICY_CROPS
        await change(shop, core, "recognition_basis", recognition_basis=stated(shop.clock.now()))
        [camera] = (await link.hear("desired_cameras")).desired_cameras.cameras
        assert not camera.settings.anonymous


async def test_a_new_site_recognises_nobody_until_somebody_says_why_it_may(shop: Shop, core: Replica) -> None:
    made = await core.sites.CreateSite(
        site_service_pb2.CreateSiteRequest(site=site_service_pb2.Site(display_name="Neu")),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )
    assert not made.HasField("recognition_basis")
    basis = stated(shop.clock.now())
    changed = await core.sites.UpdateSite(
        site_service_pb2.UpdateSiteRequest(
            site=site_service_pb2.Site(site_id=made.site_id, recognition_basis=basis)
        ),
        metadata=shop.signed_in(Role.TENANT_ADMIN),
    )
    assert changed.recognition_basis.record_time.ToDatetime() == shop.clock.now().replace(tzinfo=None)
    basis.record_time.CopyFrom(changed.recognition_basis.record_time)
    assert changed.recognition_basis == basis
    log = await core.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(page_size=1), metadata=shop.signed_in(Role.TENANT_ADMIN)
    )
    [entry] = log.entries
    assert "explicit_consent" in entry.detail
    assert "DPIA 2026-01" in entry.detail


@pytest.mark.parametrize("ahead", [timedelta(0), -timedelta(days=1), LONGEST + timedelta(seconds=1)])
async def test_a_basis_has_to_be_confirmed_again(shop: Shop, core: Replica, ahead: timedelta) -> None:
    basis = stated(shop.clock.now())
    basis.expire_time.FromDatetime(shop.clock.now() + ahead)
    failed = await failure(change(shop, core, "recognition_basis", recognition_basis=basis))
    assert list(failed.fields) == ["site.recognition_basis.expire_time"]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"lawful_basis": 0}, "site.recognition_basis.lawful_basis"),
        ({"reference": ""}, "site.recognition_basis.reference"),
        ({"reference": "  "}, "site.recognition_basis.reference"),
        ({"reference": "x" * 201}, "site.recognition_basis.reference"),
        ({"expire_time": None}, "site.recognition_basis.expire_time"),
    ],
)
async def test_half_a_basis_is_none(shop: Shop, core: Replica, bad: dict[str, Any], field: str) -> None:
    basis = stated(shop.clock.now())
    for name, value in bad.items():
        basis.ClearField(name)  # type: ignore[arg-type]
        if value:
            setattr(basis, name, value)
    failed = await failure(change(shop, core, "recognition_basis", recognition_basis=basis))
    assert list(failed.fields) == [field]
