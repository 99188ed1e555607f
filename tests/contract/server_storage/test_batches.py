"""Contract of what a batch of events reads and writes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import numpy as np
import pytest
from footfall_server.domain.batch import BatchQuestions, BatchRecords, SpoolMark, TrackSpan, VisitReach
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import ImageState
from footfall_server.ports import Transactions
from storage_samples import (
    MODEL,
    NOON,
    a_camera,
    a_face,
    a_sighting,
    a_visit,
    a_worker,
    an_image,
    an_outcome,
    minutes,
    people,
)

NOTHING = BatchQuestions((), (), (), MODEL, NOON, ())


async def _write(transactions: Transactions, tenant_id: UUID, records: BatchRecords) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(records)


async def test_nothing_asked_is_nothing_answered(transactions: Transactions, tenant_id: UUID) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(NOTHING)
        assert list(await tx.batches.visits_near([])) == []
    assert not any(
        (
            answers.recorded,
            answers.sites,
            answers.sightings,
            answers.images,
            answers.present,
            answers.recents_added,
            answers.recents_gone,
        )
    )


async def test_a_batch_that_leaves_nothing_changes_nothing(
    transactions: Transactions, tenant_id: UUID
) -> None:
    await _write(transactions, tenant_id, BatchRecords(at=NOON))
    async with transactions.begin(tenant_id) as tx:
        assert (await tx.changes.horizon()).current == 0


async def test_what_a_batch_wrote_the_next_one_is_told(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    camera = a_camera(site_id)
    async with transactions.begin(tenant_id) as tx:
        await tx.cameras.add(camera, None)
        site = await tx.sites.get(site_id)
    customer_id = new_id()
    face = a_face(customer_id)
    visit = a_visit(site_id, customer_id, lasting=minutes(1))
    image = an_image(tenant_id, site_id)
    sighting = replace(a_sighting(visit, camera_id=camera.camera_id), image_id=image.image_id)
    known, poor = an_outcome(customer_id, visit.visit_id), an_outcome()
    await _write(
        transactions,
        tenant_id,
        BatchRecords(
            at=NOON,
            people=people([customer_id], faces=[face]),
            visits=[visit],
            sightings=[sighting],
            images=[image],
            outcomes=[known, poor],
        ),
    )
    questions = BatchQuestions(
        event_ids=[known.event_id, poor.event_id, new_id()],
        spans=[TrackSpan(sighting.track_id, camera.camera_id, NOON, NOON)],
        image_ids=[new_id()],
        model_id=MODEL,
        indexed_after=NOON,
        known_recents=[],
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(questions)
        view = await tx.visits.get(visit.visit_id)
    assert answers.recorded == {each.event_id: replace(each, duplicate=True) for each in (known, poor)}
    assert answers.sites == {camera.camera_id: site}
    assert answers.sightings == {sighting.track_id: sighting}
    assert answers.images == {image.image_id: image}, "the image that a known track shows"
    assert answers.present == [sighting]
    [recent] = answers.recents_added
    assert recent.embedding.dtype == np.float32
    np.testing.assert_array_equal(recent.embedding, face.embedding)
    assert replace(recent, embedding=face.embedding) == face
    assert list(answers.recents_gone) == []
    assert view is not None
    assert (view.customer_number, view.sighting_count) == (1, 1)
    async with transactions.begin_exclusive(other_tenant_id) as tx:
        foreign = await tx.batches.look_up(questions)
        assert list(await tx.batches.visits_near([_reach(site_id, customer_id)])) == []
    assert not foreign.recorded
    assert not foreign.sites
    assert not foreign.sightings
    assert not foreign.images
    assert not foreign.present
    assert not foreign.recents_added


async def test_only_recents_that_changed_are_told(transactions: Transactions, tenant_id: UUID) -> None:
    customer_id = new_id()
    old, fresh, waiting, unheard = (a_face(customer_id, seed=seed) for seed in range(4))
    faces = [old, fresh, waiting, unheard, a_face(customer_id, model_id="another-model")]
    now = datetime.now(UTC)
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([customer_id], faces=faces)))
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.confirm_indexed([old.face_id], now - timedelta(seconds=2))
        await tx.gallery.confirm_indexed([fresh.face_id], now - timedelta(seconds=1))
    held = [old.face_id, fresh.face_id, waiting.face_id]
    questions = replace(NOTHING, indexed_after=now - timedelta(seconds=1), known_recents=held)
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(questions)
    assert [face.face_id for face in answers.recents_added] == [unheard.face_id]
    assert list(answers.recents_gone) == [old.face_id]


async def test_newcomers_get_the_next_numbers_in_their_order(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    first, second = [new_id(), new_id(), new_id()], [new_id(), new_id()]
    visits = {each: a_visit(site_id, each) for each in (*first, *second)}
    for newcomers in (first, second):
        records = BatchRecords(at=NOON, people=people(newcomers), visits=[visits[each] for each in newcomers])
        await _write(transactions, tenant_id, records)
    async with transactions.begin(tenant_id) as tx:
        views = await tx.visits.views([visit.visit_id for visit in visits.values()])
    numbers = [views[visits[each].visit_id].customer_number for each in (*first, *second)]
    assert numbers == [1, 2, 3, 4, 5]


async def test_who_was_on_the_camera_meanwhile(transactions: Transactions, tenant_id: UUID) -> None:
    visit = a_visit(new_id(), new_id(), lasting=minutes(10))
    camera_id = new_id()
    here = a_sighting(visit, camera_id=camera_id)  # from NOON to NOON + 10 min
    nobody = replace(
        here, track_id=new_id(), outcome=FaceOutcome.UNRECOGNISABLE, customer_id=None, visit_id=None
    )
    long_track = replace(here, track_id=new_id(), last_seen_at=NOON + minutes(60))
    await _write(
        transactions,
        tenant_id,
        BatchRecords(
            at=NOON,
            people=people([visit.customer_id]),
            visits=[visit],
            sightings=[here, nobody, a_sighting(visit)],
        ),
    )
    cases = [
        (NOON - minutes(5), NOON - minutes(1), False),
        (NOON - minutes(5), NOON, True),
        (NOON + minutes(4), NOON + minutes(5), True),
        (NOON - minutes(5), NOON + minutes(50), True),
        (NOON + minutes(10), NOON + minutes(20), True),
        (NOON + minutes(11), NOON + minutes(20), False),
    ]
    async with transactions.begin_exclusive(tenant_id) as tx:
        for earliest, latest, shared in cases:
            span = TrackSpan(new_id(), camera_id, earliest, latest)
            answers = await tx.batches.look_up(replace(NOTHING, spans=[span]))
            assert list(answers.present) == ([here] if shared else []), f"{earliest} to {latest}"
    await _write(transactions, tenant_id, BatchRecords(at=NOON, sightings=[long_track]))
    end = TrackSpan(long_track.track_id, camera_id, NOON + minutes(90), NOON + minutes(90))
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(replace(NOTHING, spans=[end]))
    assert {each.track_id for each in answers.present} == {here.track_id, long_track.track_id}, (
        "the track's span reaches from what was known of it to what is said now"
    )


def _reach(site_id: UUID, customer_id: UUID) -> VisitReach:
    return VisitReach(site_id, customer_id, NOON, NOON + minutes(1))


async def test_near_visits_are_those_in_reach_and_the_first(
    transactions: Transactions, tenant_id: UUID
) -> None:
    here, elsewhere, anna, ben = (new_id() for _ in range(4))
    first = a_visit(elsewhere, anna, at=NOON - minutes(600))
    second = a_visit(here, anna, at=NOON - minutes(300))
    touching = a_visit(here, anna, at=NOON - minutes(20), lasting=minutes(20))
    later = a_visit(here, anna, at=NOON + minutes(2))
    foreign = a_visit(here, ben)
    visits = [first, second, touching, later, foreign]
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([anna, ben]), visits=visits))
    async with transactions.begin_exclusive(tenant_id) as tx:
        near = await tx.batches.visits_near([_reach(here, anna), _reach(elsewhere, anna)])
        assert list(await tx.batches.visits_near([_reach(here, new_id())])) == []
    assert {visit.visit_id for visit in near} == {first.visit_id, touching.visit_id}
    assert len(near) == 2, "each once"


async def test_a_later_batch_replaces_visits_and_sightings(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    visit = a_visit(site_id, new_id())
    sighting = replace(a_sighting(visit), final=False)
    newcomers = [visit.customer_id]
    early = BatchRecords(at=NOON, people=people(newcomers), visits=[visit], sightings=[sighting])
    await _write(transactions, tenant_id, early)
    longer = replace(visit, last_seen_at=NOON + minutes(5))
    final = replace(sighting, final=True, last_seen_at=NOON + minutes(5), score=None)
    await _write(transactions, tenant_id, BatchRecords(at=NOON, visits=[longer], sightings=[final]))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sightings.by_track([sighting.track_id]) == {final.track_id: final}
        view = await tx.visits.get(visit.visit_id)
    assert view is not None
    assert (view.last_seen_at, view.sighting_count) == (longer.last_seen_at, 1)


async def test_spools_only_go_forward(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    worker = a_worker(site_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.workers.admit(worker) == 0
    for sequence, acked in ((7, 7), (3, 7), (9, 9)):
        mark = SpoolMark(worker.worker_id, worker.spool_id, sequence)
        await _write(transactions, tenant_id, BatchRecords(at=NOON, spools=[mark]))
        async with transactions.begin(tenant_id) as tx:
            assert await tx.workers.admit(worker) == acked


async def test_changes_get_the_next_revisions(transactions: Transactions, tenant_id: UUID) -> None:
    changes = [
        NewChange(Topic.VISITS, kind, new_id(), new_id()) for kind in (ChangeKind.CREATED, ChangeKind.DELETED)
    ]
    for change in changes:
        await _write(transactions, tenant_id, BatchRecords(at=NOON, changes=[change]))
    async with transactions.begin(tenant_id) as tx:
        found = await tx.changes.read_after(0, topics=[Topic.VISITS], sites=None, limit=10)
    assert [(each.revision, each.kind, each.resource_id) for each in found] == [
        (number, change.kind, change.resource_id) for number, change in enumerate(changes, start=1)
    ]


async def test_a_crop_is_stored_from_the_beginning(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    stored = replace(an_image(tenant_id, site_id), state=ImageState.STORED)
    announced = replace(an_image(tenant_id, site_id), state=ImageState.ANNOUNCED)
    await _write(transactions, tenant_id, BatchRecords(at=NOON, images=[stored, announced]))
    async with transactions.begin(tenant_id) as tx:
        found = await tx.images.find([stored.image_id, announced.image_id])
    assert found == {each.image_id: each for each in (stored, announced)}


async def test_an_event_that_is_there_already_undoes_the_whole_batch(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    outcome = an_outcome()
    await _write(transactions, tenant_id, BatchRecords(at=NOON, outcomes=[outcome]))
    visit = a_visit(site_id, new_id())
    again = BatchRecords(at=NOON, people=people([visit.customer_id]), visits=[visit], outcomes=[outcome])
    with pytest.raises((asyncpg.UniqueViolationError, AssertionError)):
        await _write(transactions, tenant_id, again)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.visits.get(visit.visit_id) is None
