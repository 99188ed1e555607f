"""Contract of customers, of the tracks and faces that they are made of, and of forgetting them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg
import numpy as np
from customer_samples import (
    a_customer,
    a_mark,
    a_merge,
    a_suggestion,
    a_track,
    a_track_face,
)
from database_fixtures import FootfallDatabase
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.customer import Customer, CustomerFilter
from footfall_server.domain.erasure import ErasureCounts
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import FaceImage, ImageState
from footfall_server.domain.person import CustomerKind, GalleryFace, IdentityState, Provenance
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.suggestion import SuggestionKind
from footfall_server.domain.track_face import TrackFace
from footfall_server.ports import ScoreCursor, TimeCursor, Transactions
from storage_samples import NOON, a_face, a_sighting, a_visit, an_image, minutes

WAITING = IdentityState.WAITING


async def added(transactions: Transactions, tenant_id: UUID, *customers: Customer) -> list[Customer]:
    async with transactions.begin_exclusive(tenant_id) as tx:
        return [await tx.customers.add(each, None) for each in customers]


async def seen(
    transactions: Transactions,
    tenant_id: UUID,
    *tracks: Sighting,
    images: Sequence[FaceImage] = (),
    faces: Sequence[GalleryFace] = (),
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, sightings=tracks, images=images))
        for face in faces:
            await tx.exemplars.promote(face)


async def merged(transactions: Transactions, tenant_id: UUID, into: Customer, *sources: Customer) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.save(
            [replace(each, merged_into=into.customer_id, root_id=into.customer_id) for each in sources]
        )


def a_stored_image(tenant_id: UUID, site_id: UUID, track_id: UUID | None = None) -> FaceImage:
    image = an_image(tenant_id, site_id)
    return replace(image, state=ImageState.STORED, track_id=track_id or image.track_id)


async def test_a_customer_gets_the_next_number_and_comes_back(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    first, waiting, second = a_customer("Ann"), a_customer(state=WAITING), a_customer()
    made = await added(transactions, tenant_id, first, waiting, second)
    assert [each.number for each in made] == [1, None, 2]
    assert made[0] == replace(first, number=1)
    async with transactions.begin(tenant_id) as tx:
        ids = [each.customer_id for each in made]
        assert await tx.customers.find([*ids, new_id()]) == {each.customer_id: each for each in made}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.customers.find(ids) == {}
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.confirm(waiting.customer_id, NOON + minutes(1))
    async with transactions.begin(tenant_id) as tx:
        found = (await tx.customers.find(ids))[waiting.customer_id]
    later = NOON + minutes(1)
    assert found == replace(
        waiting, number=3, state=IdentityState.CONFIRMED, confirmed_at=later, updated_at=later
    )


async def test_the_same_request_makes_one_customer_and_takes_one_number(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    request_id = new_id()
    async with transactions.begin_exclusive(tenant_id) as tx:
        made = await tx.customers.add(a_customer("Ann"), request_id)
        assert await tx.customers.add(a_customer("Bob"), request_id) == made
        assert await tx.customers.requested(request_id) == made
        assert await tx.customers.requested(new_id()) is None
        assert (await tx.customers.add(a_customer(), None)).number == 2
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.customers.requested(request_id) is None


async def test_a_family_is_everybody_who_is_one(transactions: Transactions, tenant_id: UUID) -> None:
    one, two, three, alone = await added(transactions, tenant_id, *(a_customer() for _ in range(4)))
    await merged(transactions, tenant_id, one, two, three)
    async with transactions.begin(tenant_id) as tx:
        family = await tx.customers.families([one.customer_id])
        both = await tx.customers.families([one.customer_id, alone.customer_id, new_id()])
    assert [each.customer_id for each in family] == sorted(each.customer_id for each in (one, two, three))
    assert {each.merged_into for each in family} == {None, one.customer_id}
    assert len(both) == 4


async def test_saving_overwrites_what_people_and_merges_change_and_nothing_else(
    transactions: Transactions, tenant_id: UUID
) -> None:
    [one, two] = await added(transactions, tenant_id, a_customer("Ann"), a_customer("Bob"))
    changed = replace(
        two,
        display_name="Bobby",
        kind=CustomerKind.STAFF,
        merged_into=one.customer_id,
        root_id=one.customer_id,
        updated_at=NOON + minutes(3),
    )
    async with transactions.begin(tenant_id) as tx:
        await tx.customers.save([replace(changed, number=99, created_at=NOON + minutes(9))])
        await tx.customers.save([])
    async with transactions.begin(tenant_id) as tx:
        assert await tx.customers.find([two.customer_id]) == {two.customer_id: changed}


async def test_a_view_tells_what_follows_from_sightings_at_the_sites_that_one_may_see(
    transactions: Transactions, tenant_id: UUID
) -> None:
    here, there = new_id(), new_id()
    [ann, bob] = await added(transactions, tenant_id, a_customer("Ann"), a_customer("Bob"))
    await merged(transactions, tenant_id, ann, bob)
    visits = [a_visit(site, ann.customer_id, at=NOON + minutes(m)) for site, m in ((here, 0), (there, 90))]
    images = [a_stored_image(tenant_id, site) for site in (here, there, there)]
    tracks = [
        replace(a_sighting(visits[0], quality=0.9), image_id=an_image(tenant_id, here).image_id),
        a_sighting(visits[0], quality=0.4, image_id=images[0].image_id),
        replace(a_sighting(visits[1], quality=0.5, image_id=images[1].image_id), owner_id=bob.customer_id),
        a_sighting(visits[1], quality=0.3, image_id=images[2].image_id),
    ]
    face = a_face(ann.customer_id)
    faces = [face, replace(face, face_id=new_id(), model_id="other"), a_face(bob.customer_id)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, visits=visits, sightings=tracks, images=images))
        for each in faces:
            await tx.exemplars.promote(each)
    async with transactions.begin(tenant_id) as tx:
        ids = [ann.customer_id, bob.customer_id, new_id()]
        everywhere = await tx.customers.views(ids, sites=None)
        at_here = await tx.customers.views(ids, sites=[here])
        nowhere = await tx.customers.views(ids, sites=[new_id()])
        assert await tx.customers.seen_at(ids, [here]) == {ann.customer_id, bob.customer_id}
        assert await tx.customers.seen_at(ids, [new_id()]) == frozenset()
        best = await tx.customer_sightings.best_images(ids, sites=None)
        best_here = await tx.customer_sightings.best_images(ids, sites=[here])
    assert everywhere.keys() == {ann.customer_id}, "who was merged away is not somebody"
    view = everywhere[ann.customer_id]
    assert view.customer == ann
    assert view.merged_ids == (bob.customer_id,)
    assert (view.first_seen_at, view.last_seen_at) == (NOON, NOON + minutes(90))
    assert (view.visit_count, view.face_count) == (2, 2), "two models' faces of one shot are one"
    assert view.image_id == images[1].image_id, "the best of those that are stored"
    assert at_here[ann.customer_id] == replace(
        view, last_seen_at=NOON, visit_count=1, image_id=images[0].image_id
    )
    assert nowhere == {}
    assert (best, best_here) == (
        {ann.customer_id: images[1].image_id},
        {ann.customer_id: images[0].image_id},
    )


async def test_customers_are_listed_by_number_with_filters(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    here, there = new_id(), new_id()
    ann, bob, staff, waiting, gone = await added(
        transactions,
        tenant_id,
        a_customer("Ann 100%"),
        a_customer("BOB_"),
        a_customer("Chef", kind=CustomerKind.STAFF),
        a_customer(state=WAITING),
        a_customer("Ann too"),
    )
    await merged(transactions, tenant_id, ann, gone)
    await seen(
        transactions,
        tenant_id,
        a_track(ann.customer_id, here),
        a_track(bob.customer_id, there),
        a_track(staff.customer_id, here),
        a_track(waiting.customer_id, here),
    )

    async def names(matching: CustomerFilter, after: int | None = None, limit: int = 9) -> list[str]:
        async with transactions.begin(tenant_id) as tx:
            found = await tx.customers.list(matching=matching, after=after, limit=limit)
        return [view.customer.display_name for view in found]

    assert await names(CustomerFilter()) == ["Ann 100%", "BOB_", "Chef"]
    assert await names(CustomerFilter(), limit=2) == ["Ann 100%", "BOB_"]
    assert await names(CustomerFilter(), after=2) == ["Chef"]
    assert await names(CustomerFilter(name="b_")) == ["BOB_"]
    assert await names(CustomerFilter(number=2)) == ["BOB_"]
    assert await names(CustomerFilter(number=2, name="ann")) == []
    assert await names(CustomerFilter(name="%")) == ["Ann 100%"]
    assert await names(CustomerFilter(kind=CustomerKind.STAFF)) == ["Chef"]
    assert await names(CustomerFilter(kind=CustomerKind.VISITOR)) == ["Ann 100%", "BOB_"]
    assert await names(CustomerFilter(seen_at=there)) == ["BOB_"]
    assert await names(CustomerFilter(site_ids=frozenset({here}))) == ["Ann 100%", "Chef"]
    assert await names(CustomerFilter(site_ids=frozenset())) == []
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.customers.list(matching=CustomerFilter(), after=None, limit=9) == []


async def test_tracks_are_listed_newest_first_with_stored_images_only(
    transactions: Transactions, tenant_id: UUID
) -> None:
    here, there = new_id(), new_id()
    [ann, bob] = await added(transactions, tenant_id, a_customer(), a_customer())
    stored, announced = a_stored_image(tenant_id, here), an_image(tenant_id, here)
    tracks = [
        a_track(ann.customer_id, here, at=NOON, image_id=stored.image_id),
        a_track(ann.customer_id, here, at=NOON + minutes(1), image_id=announced.image_id),
        a_track(bob.customer_id, there, at=NOON + minutes(1), customer_id=ann.customer_id),
    ]
    other = a_track(bob.customer_id, here)
    await seen(transactions, tenant_id, *tracks, other, images=[stored, announced])
    expected = [tracks[0], replace(tracks[1], image_id=None), tracks[2]]
    expected.sort(key=lambda each: (each.first_seen_at, each.track_id), reverse=True)
    found: list[Sighting] = []
    after: TimeCursor | None = None
    async with transactions.begin(tenant_id) as tx:
        page = tx.customer_sightings.page
        while some := await page(ann.customer_id, sites=None, after=after, limit=2):
            found += some
            after = TimeCursor(some[-1].first_seen_at, some[-1].track_id)
        at_there = await page(ann.customer_id, sites=[there], after=None, limit=9)
    assert found == expected
    assert list(at_there) == [tracks[2]]


async def test_faces_change_hands_by_their_tracks_and_are_told_to_the_index_again(
    transactions: Transactions, tenant_id: UUID
) -> None:
    [ann, bob, new] = await added(transactions, tenant_id, a_customer(), a_customer(), a_customer())
    faces = [a_face(ann.customer_id), a_face(ann.customer_id), a_face(bob.customer_id)]
    shared = replace(faces[2], face_id=new_id(), track_id=faces[0].track_id)
    await seen(transactions, tenant_id, faces=[*faces, shared])
    async with transactions.begin(tenant_id) as tx:
        await tx.gallery.confirm_indexed([each.face_id for each in (*faces, shared)], NOON)
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert faces[0].track_id is not None
        moved = await tx.exemplars.move(
            [faces[0].track_id, new_id()], owners=[ann.customer_id], to=new.customer_id, at=NOON
        )
        assert moved == 1
        everybody = [each.customer_id for each in (ann, bob, new)]
        assert await tx.exemplars.owners([*everybody, new_id()]) == set(everybody)
        assert await tx.exemplars.owners([new_id()]) == frozenset()
    async with transactions.begin(tenant_id) as tx:
        [queued] = await tx.gallery.take_unindexed(9)
    assert (queued.face_id, queued.customer_id) == (faces[0].face_id, new.customer_id)


async def test_people_who_are_forgotten_leave_nothing_and_others_stay(
    transactions: Transactions, tenant_id: UUID
) -> None:
    here = new_id()
    ann, bob, other = await added(transactions, tenant_id, a_customer(), a_customer(), a_customer())
    await merged(transactions, tenant_id, ann, bob)
    visit, others_visit = a_visit(here, ann.customer_id), a_visit(here, other.customer_id)
    track, others_track = a_sighting(visit), a_sighting(others_visit)
    shown, hidden, others = (
        a_stored_image(tenant_id, here, each.track_id) for each in (track, track, others_track)
    )
    faces = [a_face(ann.customer_id), a_face(bob.customer_id), a_face(other.customer_id)]
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(
            BatchRecords(
                at=NOON,
                visits=[visit, others_visit],
                sightings=[track, others_track],
                images=[shown, hidden, others],
            )
        )
        for face in faces:
            await tx.exemplars.promote(face)
        for each in (ann, bob, other):
            await tx.customers.note_sites(each.customer_id, [here, here])
        await tx.distinct.mark(a_mark(bob.customer_id, other.customer_id))
        await tx.suggestions.replace_all([a_suggestion(other.customer_id, ann.customer_id)])
        await tx.merges.add(a_merge(ann.customer_id, bob.customer_id), None)
        await tx.merges.add(a_merge(other.customer_id, new_id()), None)
    async with transactions.begin_exclusive(tenant_id) as tx:
        preview = await tx.erasure.preview([ann.customer_id, bob.customer_id])
        erased = await tx.erasure.erase([ann.customer_id, bob.customer_id], NOON)
    assert preview == erased.counts == ErasureCounts(faces=2, tracks=1, visits=1, images=2)
    assert sorted(erased.face_ids) == sorted(each.face_id for each in faces[:2])
    assert list(erased.track_ids) == [track.track_id]
    assert sorted(erased.object_keys) == sorted([shown.object_key, hidden.object_key])
    async with transactions.begin(tenant_id) as tx:
        everybody = [each.customer_id for each in (ann, bob, other)]
        assert (await tx.customers.find(everybody)).keys() == {other.customer_id}
        assert (await tx.sightings.by_track([track.track_id, others_track.track_id])).keys() == {
            others_track.track_id
        }
        images = await tx.images.find([shown.image_id, hidden.image_id, others.image_id])
        assert images.keys() == {others.image_id}
        assert await tx.visits.get(visit.visit_id) is None
        assert await tx.visits.get(others_visit.visit_id) is not None
        assert [each.face_id for each in await tx.gallery.take_unindexed(9)] == [faces[2].face_id]
        left = await tx.merges.list(customer_id=None, sites=None, after=None, limit=9)
        assert [each.target_id for each in left] == [other.customer_id]
        assert await tx.distinct.among(everybody) == []
        assert await tx.suggestions.list(sites=None, after=None, limit=9) == []
    async with transactions.begin_exclusive(tenant_id) as tx:
        again = await tx.erasure.erase([ann.customer_id], NOON)
    assert again.counts == ErasureCounts(0, 0, 0, 0)


async def test_merges_are_kept_and_listed_newest_first(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    here = new_id()
    ann, bob, eve = await added(transactions, tenant_id, a_customer(), a_customer(), a_customer())
    await seen(transactions, tenant_id, a_track(ann.customer_id, here), a_track(bob.customer_id, here))
    request_id = new_id()
    older = a_merge(ann.customer_id, bob.customer_id)
    newer = a_merge(bob.customer_id, eve.customer_id, ann.customer_id, at=NOON + minutes(1))
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.merges.add(older, request_id)
        await tx.merges.add(newer, None)
    undone = replace(older, undone_at=NOON + minutes(5), undone_by=new_id())
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.merges.get(older.merge_id) == older
        assert await tx.merges.requested(request_id) == older
        assert await tx.merges.requested(new_id()) is None
        await tx.merges.save(replace(undone, reason="rewritten"))

    async def listed(
        customer_id: UUID | None = None, sites: Sequence[UUID] | None = None, after: TimeCursor | None = None
    ) -> list[UUID]:
        async with transactions.begin(tenant_id) as tx:
            found = await tx.merges.list(customer_id=customer_id, sites=sites, after=after, limit=9)
        return [each.merge_id for each in found]

    assert await listed() == [newer.merge_id, older.merge_id]
    assert await listed(after=TimeCursor(newer.created_at, newer.merge_id)) == [older.merge_id]
    assert await listed(customer_id=eve.customer_id) == [newer.merge_id]
    assert await listed(customer_id=bob.customer_id) == [newer.merge_id, older.merge_id]
    assert await listed(sites=[here]) == [older.merge_id], "nobody here knows eve"
    assert await listed(sites=[]) == []
    async with transactions.begin(tenant_id) as tx:
        assert await tx.merges.get(older.merge_id) == undone
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.merges.get(older.merge_id) is None
        assert await tx.merges.list(customer_id=None, sites=None, after=None, limit=9) == []


async def test_marks_count_for_who_people_are_now(transactions: Transactions, tenant_id: UUID) -> None:
    ann, bob, eve = await added(transactions, tenant_id, a_customer(), a_customer(), a_customer())
    mark = a_mark(bob.customer_id, eve.customer_id)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.distinct.mark(mark)
        await tx.distinct.mark(replace(mark, reason="said again"))
    everybody = [each.customer_id for each in (ann, bob, eve)]
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.distinct.among(everybody)) == [mark]
        assert await tx.distinct.of(bob.customer_id, 9) == {eve.customer_id: mark}
        assert await tx.distinct.of(bob.customer_id, 0) == {}
        assert await tx.distinct.of(ann.customer_id, 9) == {}
        assert await tx.distinct.among([ann.customer_id, eve.customer_id]) == []
    await merged(transactions, tenant_id, ann, bob)
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.distinct.among([ann.customer_id, eve.customer_id])) == [mark]
        assert await tx.distinct.among([bob.customer_id, eve.customer_id]) == []
        assert await tx.distinct.of(ann.customer_id, 9) == {eve.customer_id: mark}
        assert await tx.distinct.of(eve.customer_id, 9) == {ann.customer_id: mark}, "who it is now"
    await merged(transactions, tenant_id, ann, bob, eve)
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.distinct.among(everybody) == [], "they are one now"
        assert await tx.distinct.of(ann.customer_id, 9) == {}
        assert await tx.distinct.unmark([(mark.low_id, mark.high_id)]) == 1
        assert await tx.distinct.unmark([(mark.low_id, mark.high_id)]) == 0


async def test_suggestions_are_listed_by_score_as_long_as_they_hold(
    transactions: Transactions, tenant_id: UUID
) -> None:
    here = new_id()
    ann, bob, eve, wait = await added(
        transactions, tenant_id, a_customer(), a_customer(), a_customer(), a_customer(state=WAITING)
    )
    await seen(
        transactions,
        tenant_id,
        a_track(ann.customer_id, here),
        a_track(bob.customer_id, here),
        a_track(wait.customer_id, here, outcome=FaceOutcome.PENDING),
    )
    merge = a_suggestion(ann.customer_id, bob.customer_id, score=0.6)
    other = a_suggestion(ann.customer_id, eve.customer_id, score=0.7)
    resolve = a_suggestion(ann.customer_id, wait.customer_id, score=0.5, kind=SuggestionKind.RESOLVE)
    confirm = a_suggestion(None, wait.customer_id, score=0.5, kind=SuggestionKind.CONFIRM)
    wrong = [
        a_suggestion(ann.customer_id, wait.customer_id, score=0.9),
        a_suggestion(ann.customer_id, bob.customer_id, kind=SuggestionKind.RESOLVE),
        a_suggestion(ann.customer_id, new_id()),
        a_suggestion(new_id(), bob.customer_id),
    ]
    async with transactions.begin(tenant_id) as tx:
        await tx.suggestions.replace_all([a_suggestion(bob.customer_id, ann.customer_id)])
        await tx.suggestions.replace_all([merge, other, resolve, confirm, *wrong])

    async def listed(sites: Sequence[UUID] | None = None, after: ScoreCursor | None = None) -> list[object]:
        async with transactions.begin(tenant_id) as tx:
            return list(await tx.suggestions.list(sites=sites, after=after, limit=9))

    last = sorted((resolve, confirm), key=lambda each: each.suggestion_id, reverse=True)
    assert await listed() == [other, merge, *last]
    assert await listed(after=ScoreCursor(0.6, merge.suggestion_id)) == last
    assert await listed(sites=[here]) == [merge, *last]
    async with transactions.begin(tenant_id) as tx:
        assert await tx.suggestions.get(merge.suggestion_id) == merge
        assert await tx.suggestions.get(wrong[0].suggestion_id) is None
        await tx.distinct.mark(a_mark(eve.customer_id, ann.customer_id))
        await tx.suggestions.remove(confirm.suggestion_id)
    assert await listed() == [merge, resolve], "what is marked distinct is not suggested"
    await merged(transactions, tenant_id, ann, bob)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.suggestions.get(merge.suggestion_id) is None, "they are one already"


async def leave(
    database: FootfallDatabase | None, transactions: Transactions, tenant_id: UUID, *faces: TrackFace
) -> None:
    """Leaves faces of tracks, as ingest does."""
    if database is None:
        assert isinstance(transactions, MemoryTransactions)
        transactions.tables(tenant_id).track_faces.update((each.track_id, each) for each in faces)
        return
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
            for each in faces:
                await connection.execute(
                    "insert into track_faces (tenant_id, track_id, model_id, embedding, quality_score, "
                    "event_id, seen_at) values ($1, $2, $3, $4, $5, $6, $7)",
                    tenant_id,
                    each.track_id,
                    each.model_id,
                    each.embedding.tobytes(),
                    each.quality_score,
                    each.event_id,
                    each.seen_at,
                )
    finally:
        await connection.close()


async def test_the_best_face_that_was_left_of_tracks_is_promoted(
    database: FootfallDatabase | None, transactions: Transactions, tenant_id: UUID
) -> None:
    [ann] = await added(transactions, tenant_id, a_customer())
    good, better, best = (a_track_face(new_id(), quality=q, seed=int(q * 10)) for q in (0.4, 0.6, 0.8))
    await leave(database, transactions, tenant_id, good, better, best)
    tracks = [good.track_id, better.track_id]
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.exemplars.best_left([new_id()]) is None
        left = await tx.exemplars.best_left(tracks)
        assert left is not None
        np.testing.assert_array_equal(left.embedding, better.embedding)
        assert replace(left, embedding=better.embedding) == better
        face = replace(
            a_face(ann.customer_id),
            track_id=left.track_id,
            provenance=Provenance.CONFIRMED,
            embedding=left.embedding,
        )
        await tx.exemplars.promote(face)
        again = await tx.exemplars.best_left(tracks)
        assert again is not None
        assert again.track_id == good.track_id, "who is recognised by it is not left"
    async with transactions.begin(tenant_id) as tx:
        [queued] = await tx.gallery.take_unindexed(9)
    np.testing.assert_array_equal(queued.embedding, face.embedding)
    assert replace(queued, embedding=face.embedding) == face
