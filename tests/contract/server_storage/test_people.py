"""People and their faces, as batches read and write them: the same on the fake and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
from footfall_server.domain.batch import (
    BatchRecords,
    GalleryAnswers,
    GalleryQuestions,
    IdentityChanges,
    NewIdentity,
)
from footfall_server.domain.decision import (
    DecidedCandidate,
    DecidedGate,
    DecidedThresholds,
    DecisionRecord,
)
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.track_face import TrackFace
from footfall_server.ports import Transactions
from storage_samples import MODEL, NOON, a_face, a_sighting, a_visit, an_embedding, minutes, people


async def _write(
    transactions: Transactions, tenant_id: UUID, changes: IdentityChanges, **rest: object
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=changes, **rest))  # type: ignore[arg-type]


async def _ask(
    transactions: Transactions,
    tenant_id: UUID,
    *face_ids: UUID,
    near: tuple[UUID, ...] = (),
    customers: tuple[UUID, ...] = (),
    sites: tuple[UUID, ...] = (),
) -> GalleryAnswers:
    questions = GalleryQuestions(face_ids, near, customers, sites, MODEL, NOON - timedelta(days=1))
    async with transactions.begin_exclusive(tenant_id) as tx:
        return await tx.batches.gallery(questions)


def _waiting_sighting(site_id: UUID, customer_id: UUID, *, camera_id: UUID | None = None) -> Sighting:
    seen = a_sighting(a_visit(site_id, customer_id), camera_id=camera_id)
    return replace(seen, outcome=FaceOutcome.PENDING, visit_id=None, score=None)


async def test_nobody_is_known_at_first(transactions: Transactions, tenant_id: UUID) -> None:
    answers = await _ask(transactions, tenant_id, new_id(), near=(new_id(),), customers=(new_id(),))
    assert (answers.faces, list(answers.identities), list(answers.waiting)) == ({}, [], [])
    assert (answers.tenant_size, answers.site_sizes, answers.tail) == (0, {}, None)


async def test_who_is_near_is_told_with_all_exemplars_and_who_is_far_without(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    near, far = new_id(), new_id()
    faces = [a_face(near, seed=1), replace(a_face(near, seed=2), provenance=Provenance.LEARNED)]
    others = [a_face(far, seed=3), a_face(near, seed=4, model_id="another-model")]
    changes = replace(people([near, far], faces=[*faces, *others]), seen_at=[(site_id, near)])
    await _write(transactions, tenant_id, changes)
    asked = (faces[0].face_id, others[0].face_id)
    answers = await _ask(transactions, tenant_id, *asked, near=(faces[0].face_id,), sites=(site_id,))
    assert {face_id: known.root_id for face_id, known in answers.faces.items()} == {
        faces[0].face_id: near,
        others[0].face_id: far,
    }
    found = {each.root_id: each for each in answers.identities}
    assert found.keys() == {near, far}
    assert [each.face_id for each in found[near].exemplars] == sorted(each.face_id for each in faces)
    assert (found[near].state, found[near].kind) == (IdentityState.CONFIRMED, CustomerKind.VISITOR)
    assert (found[near].site_ids, found[near].learned) == ({site_id}, 1)
    np.testing.assert_array_equal(
        next(each for each in found[near].exemplars if each.face_id == faces[0].face_id).embedding,
        faces[0].embedding,
    )
    assert found[far].exemplars == []
    assert (answers.tenant_size, answers.site_sizes) == (2, {site_id: 1})
    foreign = await _ask(
        transactions, other_tenant_id, *asked, near=asked, customers=(near,), sites=(site_id,)
    )
    assert (foreign.faces, list(foreign.identities), foreign.tenant_size) == ({}, [], 0)


async def test_who_waits_has_no_number_until_confirmed(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    waiting = new_id()
    face = a_face(waiting)
    made = NewIdentity(waiting, IdentityState.WAITING, waiting, None)
    seen = _waiting_sighting(site_id, waiting)
    await _write(transactions, tenant_id, IdentityChanges(made=[made], faces=[face]), sightings=[seen])
    answers = await _ask(transactions, tenant_id, face.face_id, near=(face.face_id,))
    [identity] = answers.identities
    assert (identity.is_waiting, identity.track_ids) == (True, {seen.track_id})
    assert list(answers.waiting) == [seen]
    assert answers.tenant_size == 0
    await _write(transactions, tenant_id, people([new_id()]))
    visit = a_visit(site_id, waiting)
    await _write(transactions, tenant_id, IdentityChanges(numbered=[waiting]), visits=[visit])
    answers = await _ask(transactions, tenant_id, face.face_id, near=(face.face_id,))
    [identity] = answers.identities
    assert not identity.is_waiting
    assert list(answers.waiting) == []
    async with transactions.begin(tenant_id) as tx:
        view = await tx.visits.get(visit.visit_id)
    assert view is not None
    assert view.customer_number == 2, "numbers follow the order of confirmation"


async def test_who_was_resolved_is_the_other_one_with_all_below(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    customer, first, second = new_id(), new_id(), new_id()
    faces = [a_face(each, seed=seed) for seed, each in enumerate((customer, first, second))]
    made = [
        NewIdentity(first, IdentityState.WAITING, first, None),
        NewIdentity(second, IdentityState.WAITING, first, first),
    ]
    await _write(transactions, tenant_id, people([customer]))
    await _write(transactions, tenant_id, IdentityChanges(made=made, faces=faces))
    await _write(
        transactions, tenant_id, IdentityChanges(resolved={first: customer}, seen_at=[(site_id, customer)])
    )
    asked = tuple(each.face_id for each in faces)
    answers = await _ask(transactions, tenant_id, *asked, near=asked[2:])
    assert {known.root_id for known in answers.faces.values()} == {customer}
    [identity] = answers.identities
    assert {each.owner_id for each in identity.exemplars} == {customer, first, second}


async def test_a_face_that_goes_is_to_go_from_the_index_with_its_crop(
    transactions: Transactions, tenant_id: UUID
) -> None:
    customer, other = new_id(), new_id()
    gone, moved, stays = (a_face(customer, seed=seed) for seed in range(3))
    crops = {each.exemplar_id: b"\xff\xd8\xff" for each in (gone, stays)}
    changes = replace(people([customer, other], faces=[gone, moved, stays]), crops=crops)
    await _write(transactions, tenant_id, changes)
    changes = IdentityChanges(removed_faces=[gone.face_id], moved_faces={moved.face_id: other})
    await _write(transactions, tenant_id, changes)
    asked = (gone.face_id, moved.face_id, stays.face_id)
    answers = await _ask(transactions, tenant_id, *asked)
    assert {face_id: known.root_id for face_id, known in answers.faces.items()} == {
        moved.face_id: other,
        stays.face_id: customer,
    }
    async with transactions.begin(tenant_id) as tx:
        removals = await tx.gallery.take_removals(10)
        assert [(each.face_id, each.model_id) for each in removals] == [(gone.face_id, MODEL)]
        waiting = {each.face_id for each in await tx.gallery.take_unindexed(10)}
        assert waiting == {moved.face_id, stays.face_id}
        await tx.gallery.confirm_removed([gone.face_id])
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.gallery.take_removals(10)) == []


async def test_who_was_seen_at_the_same_moment_by_one_camera_is_told_apart(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    waiting, other, elsewhere = new_id(), new_id(), new_id()
    camera = new_id()
    face = a_face(waiting)
    made = NewIdentity(waiting, IdentityState.WAITING, waiting, None)
    visits = [a_visit(site_id, other), a_visit(site_id, elsewhere)]
    sightings = [
        _waiting_sighting(site_id, waiting, camera_id=camera),
        a_sighting(visits[0], camera_id=camera),
        a_sighting(visits[1]),
    ]
    await _write(transactions, tenant_id, people([other, elsewhere]))
    changes = IdentityChanges(made=[made], faces=[face])
    await _write(transactions, tenant_id, changes, visits=visits, sightings=sightings)
    answers = await _ask(transactions, tenant_id, face.face_id, near=(face.face_id,))
    assert set(answers.apart) == {frozenset({waiting, other})}


async def test_a_decision_is_kept_and_read_as_it_was(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    first, second = _a_decision(0), _a_decision(5)
    second = replace(second, track_id=first.track_id)
    face = TrackFace(first.track_id, MODEL, an_embedding(1), 0.5, first.event_id, NOON)
    changes = IdentityChanges(track_faces=[face, replace(face, track_id=new_id())])
    await _write(transactions, tenant_id, changes, decisions=[first, second])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.decisions.of_event(first.event_id) == first
        assert list(await tx.decisions.of_tracks([first.track_id], 10)) == [second, first]
        assert list(await tx.decisions.of_tracks([first.track_id], 1)) == [second]
        assert await tx.decisions.of_event(new_id()) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.decisions.of_event(first.event_id) is None
    async with transactions.begin(tenant_id) as tx:
        assert await tx.decisions.forget(NOON + minutes(5)) == 1
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.decisions.of_tracks([first.track_id], 10)) == [second]


async def test_who_is_forgotten_is_no_candidate_of_other_decisions(
    transactions: Transactions, tenant_id: UUID
) -> None:
    told, other = _a_decision(0), _a_decision(1)
    [candidate] = told.candidates
    stays = replace(candidate, customer_id=new_id(), face_id=new_id())
    apart = new_id()
    told = replace(told, candidates=(stays, candidate), excluded=(candidate.customer_id, apart))
    await _write(transactions, tenant_id, IdentityChanges(), decisions=[told, other])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.decisions.leave_out([candidate.customer_id, new_id()]) == 1
        assert await tx.decisions.of_event(told.event_id) == replace(
            told, candidates=(stays,), excluded=(apart,)
        )
        assert await tx.decisions.of_event(other.event_id) == other
        assert await tx.decisions.leave_out([stays.customer_id]) == 1
        bare = replace(told, candidates=(), excluded=(apart,))
        assert await tx.decisions.of_event(told.event_id) == bare
        assert await tx.decisions.leave_out([stays.customer_id]) == 0
        assert await tx.decisions.leave_out([]) == 0


def _a_decision(after: float) -> DecisionRecord:
    return DecisionRecord(
        event_id=new_id(),
        track_id=new_id(),
        site_id=new_id(),
        camera_id=new_id(),
        decided_at=NOON + minutes(after),
        outcome="known",
        rule="matched",
        model_id=MODEL,
        gates=(DecidedGate("pose", "match", 0.9, 0.45),),
        candidates=(
            DecidedCandidate(
                new_id(), 0.7, 0.75, new_id(), "created", is_waiting=False, is_staff=False, seen_at_site=True
            ),
        ),
        margin=None,
        thresholds=DecidedThresholds(0.5, 0.35, 0.03, "tenant", 12, 0.001, "published"),
        excluded=(new_id(),),
    )
