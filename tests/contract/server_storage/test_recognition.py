"""Contract of events, customers, gallery faces, the outbox and sightings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from footfall_server.domain.batch import BatchQuestions, BatchRecords
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import Customer, GalleryFace
from footfall_server.ports import CameraSpan, Transactions
from storage_samples import MODEL, NOON, a_customer, a_face, a_sighting, a_visit, an_outcome, minutes


async def _with_customers(transactions: Transactions, tenant_id: UUID, count: int) -> list[Customer]:
    async with transactions.begin_exclusive(tenant_id) as tx:
        customers = [a_customer(await tx.customers.next_number()) for _ in range(count)]
        await tx.customers.add(customers)
    return customers


async def _number_and_fail(transactions: Transactions, tenant_id: UUID) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.next_number()
        raise LookupError


async def test_an_event_is_remembered_with_its_outcome(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    known, poor = an_outcome(new_id(), new_id()), an_outcome()
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.events.recorded([known.event_id, poor.event_id]) == {}
        await tx.events.record([known, poor], NOON)
    async with transactions.begin(tenant_id) as tx:
        found = await tx.events.recorded([known.event_id, poor.event_id, new_id()])
    assert found == {each.event_id: replace(each, duplicate=True) for each in (known, poor)}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.events.recorded([known.event_id]) == {}
        assert await tx.events.recorded([]) == {}


async def test_customers_are_numbered_from_one_without_gap(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    assert [each.number for each in await _with_customers(transactions, tenant_id, 3)] == [1, 2, 3]
    assert [each.number for each in await _with_customers(transactions, tenant_id, 1)] == [4]
    assert [each.number for each in await _with_customers(transactions, other_tenant_id, 1)] == [1]


async def test_a_number_goes_back_when_the_transaction_fails(
    transactions: Transactions, tenant_id: UUID
) -> None:
    with pytest.raises(LookupError):
        await _number_and_fail(transactions, tenant_id)
    assert [each.number for each in await _with_customers(transactions, tenant_id, 1)] == [1]


async def test_customers_exist_in_their_tenant(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.customers.existing([customer.customer_id, new_id()]) == {customer.customer_id}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.customers.existing([customer.customer_id]) == frozenset()


async def test_a_gallery_face_keeps_every_bit_of_its_embedding(
    transactions: Transactions, tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    face = a_face(customer.customer_id)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.gallery.add([face])
    async with transactions.begin(tenant_id) as tx:
        [found] = await tx.gallery.recents(face.model_id, NOON)
    assert found.embedding.dtype == np.float32
    np.testing.assert_array_equal(found.embedding, face.embedding)
    assert replace(found, embedding=face.embedding) == face


async def test_recents_are_what_the_index_may_not_find(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    old, fresh, waiting = (a_face(customer.customer_id, seed=seed) for seed in range(3))
    other_model = a_face(customer.customer_id, model_id="another-model")
    now = datetime.now(UTC)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.gallery.add([old, fresh, waiting, other_model])
        await tx.gallery.confirm_indexed([old.face_id], now - timedelta(seconds=2))
        await tx.gallery.confirm_indexed([fresh.face_id], now - timedelta(seconds=1))
    async with transactions.begin(tenant_id) as tx:
        recents = await tx.gallery.recents(old.model_id, now - timedelta(seconds=1))
    assert {face.face_id for face in recents} == {fresh.face_id, waiting.face_id}
    async with transactions.begin(other_tenant_id) as tx:
        assert list(await tx.gallery.recents(old.model_id, NOON)) == []


async def test_the_outbox_gives_the_oldest_and_gives_each_once(
    transactions: Transactions, tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    faces: list[GalleryFace] = []
    for age in range(4):
        face = a_face(customer.customer_id, seed=age, created_at=NOON + minutes(age))
        async with transactions.begin_exclusive(tenant_id) as tx:
            await tx.gallery.add([face])
        faces.append(face)
    async with transactions.begin(tenant_id) as mine:
        first = await mine.gallery.take_unindexed(2)
        async with transactions.begin(tenant_id) as theirs:
            rest = await theirs.gallery.take_unindexed(10)
        await mine.gallery.confirm_indexed([face.face_id for face in first], NOON)
    assert [face.face_id for face in first] == [face.face_id for face in faces[:2]]
    assert {face.face_id for face in rest} == {face.face_id for face in faces[2:]}, "locked ones are skipped"
    async with transactions.begin(tenant_id) as tx:
        left = await tx.gallery.take_unindexed(10)
    assert {face.face_id for face in left} == {face.face_id for face in faces[2:]}


async def test_a_postponed_face_waits(transactions: Transactions, tenant_id: UUID) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    face = a_face(customer.customer_id)
    now = datetime.now(UTC)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.gallery.add([face])
    for until, expected in ((now + timedelta(hours=1), []), (now - timedelta(hours=1), [face.face_id])):
        async with transactions.begin(tenant_id) as tx:
            await tx.gallery.postpone([face.face_id], until)
        async with transactions.begin(tenant_id) as tx:
            assert [each.face_id for each in await tx.gallery.take_unindexed(5)] == expected


async def test_a_model_goes_back_into_the_outbox(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    customer_id, stranger_id, now = new_id(), new_id(), datetime.now(UTC)
    indexed, postponed = (
        a_face(customer_id, seed=1),
        a_face(customer_id, seed=2, created_at=NOON + minutes(1)),
    )
    other_model = a_face(customer_id, model_id="another-model")
    foreign = a_face(stranger_id)
    lots = (
        (tenant_id, customer_id, [indexed, postponed, other_model]),
        (other_tenant_id, stranger_id, [foreign]),
    )
    for owner, newcomer, faces in lots:
        async with transactions.begin_exclusive(owner) as tx:
            await tx.batches.write(BatchRecords(at=NOON, newcomers=[newcomer], faces=faces))
        async with transactions.begin(owner) as tx:
            await tx.gallery.confirm_indexed([face.face_id for face in faces if face is not postponed], now)
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.postpone([postponed.face_id], now + timedelta(hours=1))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.gallery.requeue(MODEL) == 2
        assert await tx.gallery.requeue("no-such-model") == 0
    async with transactions.begin(tenant_id) as tx:
        due = await tx.gallery.take_unindexed(10)
    assert [face.face_id for face in due] == [indexed.face_id, postponed.face_id], "the oldest first, all due"
    questions = BatchQuestions((), (), (), (), MODEL, now + timedelta(hours=1), ())
    async with transactions.begin_exclusive(tenant_id) as tx:
        recents = (await tx.batches.look_up(questions)).recents_added
    assert {face.face_id for face in recents} == {indexed.face_id, postponed.face_id}
    async with transactions.begin(other_tenant_id) as tx:
        assert list(await tx.gallery.take_unindexed(10)) == []


async def test_a_track_has_one_sighting_and_the_later_one_counts(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    visit = a_visit(new_id(), customer.customer_id)
    early = replace(a_sighting(visit, female=0.25), final=False)
    late = replace(early, final=True, last_seen_at=NOON + minutes(1), quality_score=0.9, score=None)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([visit])
        await tx.sightings.save([early])
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.sightings.save([late])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sightings.by_track([early.track_id, new_id()]) == {late.track_id: late}
        assert await tx.visits.of_tracks([late.track_id]) == {late.track_id: (visit.visit_id, visit.site_id)}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.sightings.by_track([early.track_id]) == {}
        assert await tx.visits.of_tracks([late.track_id]) == {}


async def test_an_unrecognisable_sighting_belongs_to_nobody(
    transactions: Transactions, tenant_id: UUID
) -> None:
    sighting = replace(
        a_sighting(a_visit(new_id(), new_id())),
        outcome=FaceOutcome.UNRECOGNISABLE,
        customer_id=None,
        visit_id=None,
        worker_id=None,
        score=None,
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.sightings.save([sighting])
    span = CameraSpan(sighting.camera_id, NOON - minutes(1), NOON + minutes(1))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sightings.by_track([sighting.track_id]) == {sighting.track_id: sighting}
        assert await tx.visits.of_tracks([sighting.track_id]) == {}
        assert list(await tx.sightings.overlapping([span])) == []


async def test_sightings_that_share_a_moment_of_a_camera_are_found(
    transactions: Transactions, tenant_id: UUID
) -> None:
    [customer] = await _with_customers(transactions, tenant_id, 1)
    visit = a_visit(new_id(), customer.customer_id, lasting=minutes(10))
    camera_id = new_id()
    here = a_sighting(visit, camera_id=camera_id)  # from NOON to NOON + 10 min
    elsewhere = a_sighting(visit)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([visit])
        await tx.sightings.save([here, elsewhere])
    cases = [
        (NOON - minutes(5), NOON - minutes(1), False),
        (NOON - minutes(5), NOON, True),
        (NOON + minutes(4), NOON + minutes(5), True),
        (NOON - minutes(5), NOON + minutes(50), True),
        (NOON + minutes(10), NOON + minutes(20), True),
        (NOON + minutes(11), NOON + minutes(20), False),
    ]
    async with transactions.begin(tenant_id) as tx:
        for earliest, latest, shared in cases:
            found = await tx.sightings.overlapping([CameraSpan(camera_id, earliest, latest)])
            assert list(found) == ([here] if shared else []), f"{earliest} to {latest}"
        both = [CameraSpan(each.camera_id, NOON, NOON) for each in (here, elsewhere, here)]
        assert {each.track_id for each in await tx.sightings.overlapping(both)} == {
            here.track_id,
            elsewhere.track_id,
        }
        assert list(await tx.sightings.overlapping([])) == []


async def test_a_batch_of_hundreds_is_one_statement_each(transactions: Transactions, tenant_id: UUID) -> None:
    customers = await _with_customers(transactions, tenant_id, 64)
    site_id = new_id()
    visits = [a_visit(site_id, each.customer_id) for each in customers]
    sightings = [a_sighting(visit) for visit in visits * 4]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save(visits)
        await tx.sightings.save(sightings)
        await tx.gallery.add([a_face(each.customer_id, seed=each.number) for each in customers])
        await tx.events.record([an_outcome(each.customer_id) for each in visits], NOON)
    async with transactions.begin(tenant_id) as tx:
        found = await tx.sightings.by_track([each.track_id for each in sightings])
        assert len(found) == len(sightings)
