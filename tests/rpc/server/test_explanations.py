"""Why somebody was recognised, and why sightings make one visit, as callers are told."""

from datetime import timedelta

import pytest
from fakes.manual_clock import START
from fakes.rpc_failures import failure
from fakes.shop import Replica, Shop
from fakes.wire_events import face_event
from footfall.v1 import explanation_pb2, face_event_pb2, ingest_service_pb2, visit_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role


async def record(
    shop: Shop, core: Replica, event: face_event_pb2.FaceEvent
) -> ingest_service_pb2.RecordFaceResponse:
    request = ingest_service_pb2.RecordFaceRequest(event=event)
    return await core.ingest.RecordFace(request, metadata=shop.signed_in(Role.WORKER))


async def explain(shop: Shop, core: Replica, event_id: str) -> explanation_pb2.Explanation:
    return await core.visits.ExplainEvent(
        visit_service_pb2.ExplainEventRequest(event_id=event_id), metadata=shop.signed_in(Role.SITE_MANAGER)
    )


async def test_an_event_tells_gates_candidates_thresholds_and_its_visit(shop: Shop, core: Replica) -> None:
    first = await record(shop, core, face_event(shop.own.camera.camera_id, at=START - timedelta(minutes=9)))
    again = face_event(shop.own.camera.camera_id, at=START - timedelta(minutes=5))
    second = await record(shop, core, again)
    told = await explain(shop, core, second.event_id)
    assert (told.rule, told.outcome, told.customer_id) == ("matched", "known", first.customer_id)
    assert {gate.purpose for gate in told.gates} == {"match", "create"}
    assert all(gate.passed == (gate.value >= gate.needed) for gate in told.gates)
    [candidate] = told.candidates
    assert candidate.customer_id == first.customer_id
    assert candidate.score == pytest.approx(1.0, abs=1e-3)
    assert (candidate.provenance, candidate.seen_at_site) == ("created", True)
    assert told.thresholds.match > told.thresholds.new > 0
    assert (told.thresholds.scope, told.thresholds.gallery_size) == ("site", 1)
    assert told.thresholds.target_rate == pytest.approx(0.001)
    assert not told.HasField("margin"), "there is nobody else"
    visit = told.visit
    assert (visit.visit_id, visit.sighting_count, visit.kind) == (second.visit_id, 2, "new")
    assert (visit.visit_gap_seconds, visit.time_zone, visit.rule_version) == (3600, "Europe/Berlin", 1)
    assert visit.business_day == "2026-03-02"


async def test_a_stranger_is_new_and_a_poor_shot_is_nobody(shop: Shop, core: Replica) -> None:
    new = await record(shop, core, face_event(shop.own.camera.camera_id))
    told = await explain(shop, core, new.event_id)
    assert (told.rule, list(told.candidates)) == ("new", [])
    poor = face_event(shop.own.camera.camera_id, person=2)
    poor.quality.inter_ocular_px = 9
    refused = await record(shop, core, poor)
    told = await explain(shop, core, refused.event_id)
    assert (told.rule, told.outcome, told.customer_id) == ("below_match_gate", "unrecognisable", "")
    [failed] = [gate for gate in told.gates if not gate.passed and gate.purpose == "match"]
    assert (failed.name, failed.value, failed.needed) == ("inter_ocular_px", 9, 24)
    assert not told.HasField("visit")


async def test_who_was_before_the_camera_at_the_same_moment_is_named_as_excluded(
    shop: Shop, core: Replica
) -> None:
    camera = shop.own.camera.camera_id
    first = await record(shop, core, face_event(camera))
    second = await record(shop, core, face_event(camera))
    told = await explain(shop, core, second.event_id)
    assert list(told.excluded_customer_ids) == [first.customer_id]
    assert told.rule == "new"


async def test_who_waits_is_not_named_until_it_is_clear(shop: Shop, core: Replica) -> None:
    camera = shop.own.camera.camera_id
    weak = face_event(camera, at=START - timedelta(minutes=9))
    weak.quality.score = 0.4
    waiting = await record(shop, core, weak)
    assert waiting.outcome == ingest_service_pb2.FACE_OUTCOME_PENDING
    told = await explain(shop, core, waiting.event_id)
    assert (told.rule, told.outcome, told.customer_id) == ("waits", "pending", "")
    second = await record(shop, core, face_event(camera, at=START - timedelta(minutes=5)))
    told = await explain(shop, core, waiting.event_id)
    assert (told.rule, told.outcome) == ("waits", "pending"), "as it was decided then"
    assert told.customer_id == second.customer_id, "and who it is now"
    assert told.visit.visit_id == second.visit_id


async def test_a_visit_tells_all_of_its_events_the_newest_first(shop: Shop, core: Replica) -> None:
    camera = shop.own.camera.camera_id
    events = [
        await record(shop, core, face_event(camera, at=START - timedelta(minutes=minutes)))
        for minutes in (9, 7, 5)
    ]
    shop.clock.advance(timedelta(seconds=1))
    request = visit_service_pb2.ExplainVisitRequest(visit_id=events[0].visit_id)
    told = await core.visits.ExplainVisit(request, metadata=shop.signed_in(Role.TENANT_ADMIN))
    assert told.visit.visit_id == events[0].visit_id
    assert {each.event_id for each in told.explanations} == {each.event_id for each in events}


async def test_what_is_no_longer_known_is_not_found(shop: Shop, core: Replica) -> None:
    failed = await failure(explain(shop, core, str(new_id())))
    assert failed.reason == "EVENT_NOT_FOUND"
