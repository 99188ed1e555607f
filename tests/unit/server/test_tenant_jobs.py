"""What is done by night, on one replica: suggestions that change nobody, and forgetting in time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
import structlog
from fakes.counting_shop import Shop
from fakes.erasures import an_erasure_key
from fakes.leaving_out import an_opt_out_sweep
from fakes.manual_clock import START
from fakes.synthetic_faces import DIMENSION, MODEL_ID, POLICY, face_event, person, quality, shot_of
from fakes.upkeep import Upkeep
from footfall_server.domain.audit import NO_TENANT, Action, AuditEntry
from footfall_server.domain.jobs import RunState
from footfall_server.domain.merge import DistinctMark
from footfall_server.domain.retention import RetentionRule
from footfall_server.domain.suggestion import Suggestion, SuggestionKind
from footfall_server.erasing import erasing
from footfall_server.services.audit_anchors import AuditAnchors
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.image_purge import ImagePurge
from footfall_server.services.job_runner import JobRunner
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.reclustering import Reclustering
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import ReportVerification
from footfall_server.services.template_expiry import TemplateExpiry
from footfall_server.services.tenant_jobs import KEPT_FOR, NIGHT, Works, tenant_jobs
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies
from footfall_server.settings import RetentionSettings

WEAK = quality(0.4)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def reclustering(shop: Shop) -> Reclustering:
    known = KnownModels(installation=RecognitionModel(MODEL_ID, DIMENSION), installation_tail=POLICY.tail)
    return Reclustering(
        transactions=shop.transactions,
        clock=shop.clock,
        models=TenantModels(transactions=shop.transactions, known=known, clock=shop.clock),
        policies=ThresholdPolicies(known=known, target_rate=POLICY.target_rate),
    )


def nightly(shop: Shop) -> JobRunner:
    stores = {"transactions": shop.transactions, "images": shop.images, "clock": shop.clock}
    limits = RetentionSettings().limits()
    anchors = AuditAnchors(transactions=shop.transactions, clock=shop.clock)
    upkeep = Upkeep(**stores, index=shop.index, model=RecognitionModel(MODEL_ID, DIMENSION))
    people = erasing(**stores, key=an_erasure_key(), issuer="footfall", every=timedelta(seconds=1))
    works = Works(
        reclustering=reclustering(shop),
        anchors=anchors,
        purge=ImagePurge(**stores, limits=limits),
        expiry=TemplateExpiry(**stores, limits=limits),
        sweep=people.sweep,
        opt_outs=an_opt_out_sweep(shop),
        reports=ReportVerification(
            transactions=shop.transactions, days=ReportDays(transactions=shop.transactions)
        ),
        index=upkeep.check,
        places=upkeep.places,
        staff=upkeep.staff,
        report_days=upkeep.report_days,
    )
    return JobRunner(
        transactions=shop.transactions,
        clock=shop.clock,
        jobs=tenant_jobs(works, shop.transactions, shop.clock, limits),
        each_look=lambda: anchors.note_installation(not_since=NIGHT.last_until(shop.clock.now())),
    )


async def see(shop: Shop, embedding: np.ndarray, *, minute: float, weak: bool = False) -> UUID | None:
    at = START + timedelta(minutes=minute)
    shop.clock.at = max(shop.clock.at, at)
    good = {"good": WEAK} if weak else {}
    event = face_event(shop.cameras[int(minute) % 8].camera_id, embedding, at=at, **good)  # type: ignore[arg-type]
    [outcome] = await shop.ingest.record_many(shop.principal(), [event])
    return outcome.customer_id


def found(shop: Shop) -> list[Suggestion]:
    return sorted(shop.tables.suggestions.values(), key=lambda each: each.kind)


async def two_who_are_one(shop: Shop) -> tuple[UUID, UUID]:
    """Two customers made of one person, who had no face in common: seen from two sides, then in between."""
    first = await see(shop, person(1), minute=0)
    second = await see(shop, shot_of(person(1), cosine=0.3, seed=1), minute=1)
    assert first is not None
    assert second is not None
    assert first != second
    for hour, customer, other in ((0, first, second), (1, second, first)):
        faces = {row.face.customer_id: row.face.embedding for row in shop.tables.gallery.values()}
        middle = faces[customer] * 0.8 + faces[other] * 0.5
        for minute in range(3):
            seen = shot_of(middle / np.linalg.norm(middle), cosine=0.97, seed=minute)
            await see(shop, seen, minute=10 + 60 * hour + minute)
    return first, second


async def test_a_customer_who_waits_and_is_alike_by_all_faces_is_suggested(shop: Shop) -> None:
    customer = await see(shop, person(1), minute=0)
    await see(shop, shot_of(person(1), cosine=0.45, seed=1), minute=1)
    summary = await reclustering(shop).refresh(shop.tenant_id)
    [suggestion] = found(shop)
    assert (suggestion.kind, suggestion.customer_id) == (SuggestionKind.RESOLVE, customer)
    assert suggestion.score == pytest.approx(0.45, abs=1e-3)
    assert suggestion.score >= suggestion.threshold
    assert suggestion.evidence
    assert (summary.suggestions, summary.customers, summary.waiting) == (1, 1, 1)


async def test_customers_who_are_alike_by_all_faces_are_suggested_to_be_merged(shop: Shop) -> None:
    first, second = await two_who_are_one(shop)
    before = dict(shop.tables.customers)
    await reclustering(shop).refresh(shop.tenant_id)
    [suggestion] = found(shop)
    assert (suggestion.kind, set(suggestion.everybody)) == (SuggestionKind.MERGE, {first, second})
    assert suggestion.customer_id == min(first, second), "who was there first remains"
    assert shop.tables.customers == before, "nobody is merged by looking"


async def test_who_is_marked_distinct_is_not_suggested(shop: Shop) -> None:
    first, second = sorted(await two_who_are_one(shop))
    shop.tables.distinct[first, second] = DistinctMark(first, second, "twins", START, first)
    await reclustering(shop).refresh(shop.tenant_id)
    assert found(shop) == []


async def test_who_was_seen_at_the_same_moment_by_one_camera_is_not_suggested(shop: Shop) -> None:
    await two_who_are_one(shop)
    early = START + timedelta(minutes=5)
    first, second = [each for each in shop.tables.sightings.values() if each.first_seen_at < early]
    overlapping = {
        "camera_id": first.camera_id,
        "first_seen_at": first.first_seen_at,
        "last_seen_at": first.last_seen_at,
    }
    shop.tables.sightings[second.track_id] = replace(second, **overlapping)  # type: ignore[arg-type]
    await reclustering(shop).refresh(shop.tenant_id)
    assert found(shop) == []


async def test_who_waits_and_is_like_nobody_is_suggested_as_a_customer(shop: Shop) -> None:
    await see(shop, person(1), minute=0, weak=True)
    await see(shop, person(2), minute=1)
    poor = next(each for each in shop.tables.gallery.values() if each.face.quality_score < 0.5)
    await reclustering(shop).refresh(shop.tenant_id)
    [suggestion] = found(shop)
    assert (suggestion.kind, suggestion.customer_id) == (SuggestionKind.CONFIRM, None)
    assert suggestion.other_ids == (poor.face.customer_id,)
    assert "poor shot" in suggestion.evidence[0]
    good = replace(poor, face=replace(poor.face, quality_score=0.8))
    shop.tables.gallery[poor.face.face_id] = good
    await reclustering(shop).refresh(shop.tenant_id)
    [suggestion] = found(shop)
    assert "good shot" in suggestion.evidence[0]


async def test_looking_again_replaces_what_was_suggested(shop: Shop) -> None:
    await see(shop, person(1), minute=0)
    await see(shop, shot_of(person(1), cosine=0.45, seed=1), minute=1)
    await reclustering(shop).refresh(shop.tenant_id)
    await reclustering(shop).refresh(shop.tenant_id)
    assert len(found(shop)) == 1


async def test_a_night_job_is_done_once_by_whichever_replica_comes_first(shop: Shop) -> None:
    shop.clock.at = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    jobs = len(nightly(shop).jobs)
    done = await asyncio.gather(*(nightly(shop).run_due() for _ in range(4)))
    assert sum(done) == jobs
    assert await nightly(shop).run_due() == 0
    shop.clock.advance(timedelta(days=1))
    assert await nightly(shop).run_due() == jobs - 1, "reports are verified once a week"
    shop.clock.at = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    assert await nightly(shop).run_due() == jobs, "on Sundays"
    assert {each.state for each in shop.tables.job_runs.values()} == {RunState.SUCCEEDED}


async def test_explanations_and_faces_of_tracks_are_forgotten_in_time(shop: Shop) -> None:
    await see(shop, person(1), minute=0)
    await see(shop, shot_of(person(1), cosine=0.97), minute=1)
    assert len(shop.tables.decisions) == 2
    assert len(shop.tables.track_faces) == 1
    shop.clock.advance(KEPT_FOR - timedelta(days=1))
    await nightly(shop).run_due()
    assert len(shop.tables.decisions) == 2
    shop.clock.advance(timedelta(days=2))
    await nightly(shop).run_due()
    assert not shop.tables.decisions
    assert not shop.tables.track_faces
    assert len(shop.tables.gallery) == 1, "what somebody is recognised by stays"


async def test_faces_of_tracks_are_kept_no_longer_than_templates(shop: Shop) -> None:
    await see(shop, person(1), minute=0)
    await see(shop, shot_of(person(1), cosine=0.97), minute=1)
    shop.tables.retention_rules[None] = RetentionRule(template_days=5)
    shop.clock.advance(timedelta(days=4))
    await nightly(shop).run_due()
    assert len(shop.tables.track_faces) == 1
    shop.clock.advance(timedelta(days=2))
    await nightly(shop).run_due()
    assert not shop.tables.track_faces
    assert not shop.tables.gallery, "nor is anybody recognised by them"
    assert len(shop.tables.decisions) == 2, "which hold no face"


async def test_where_the_audit_logs_end_is_told_outside_the_database_every_night(shop: Shop) -> None:
    entry = AuditEntry.by_operator(Action.AUDIT_EXPORT, None, at=START, detail={}, resource="audit_log")
    async with shop.transactions.begin(shop.tenant_id) as tx:
        await tx.audit.append(entry)
        head = await tx.audit.head()
    shop.clock.at = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
    jobs = nightly(shop)
    for _ in range(2):
        with structlog.testing.capture_logs() as lines:
            await jobs.run_due()
            await jobs.run_due()
        told = {
            line["tenant_id"]: (line["sequence"], line["hash"])
            for line in lines
            if line["event"] == "audit_head"
        }
        assert told == {str(NO_TENANT): (0, "00" * 32), str(shop.tenant_id): (1, head.hash.hex())}
        assert len([line for line in lines if line["event"] == "audit_head"]) == 2, "once a night"
        shop.clock.advance(timedelta(days=1))
