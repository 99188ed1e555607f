"""People: who waits, who is confirmed, who is resolved, what is learned, and who is never one person."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import face_event, person, quality, shot_of, unit
from footfall_server.domain.change import Topic
from footfall_server.domain.customer import Customer
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import Embedding, FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from hypothesis import given, settings
from hypothesis import strategies as st

WEAK = quality(0.4)
MATCH, NEW = 0.486, 0.342
"""What faces of a gallery of up to 100 people have to reach, by the policy of these tests."""


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def record(shop: Shop, *events: FaceEvent) -> list[Recorded]:
    return list(await shop.ingest.record_many(shop.principal(), events))


def later(minutes: float) -> dict[str, object]:
    return {"at": START + timedelta(minutes=minutes)}


def confirmed(shop: Shop) -> list[Customer]:
    found = [each for each in shop.tables.customers.values() if each.state is IdentityState.CONFIRMED]
    return sorted(found, key=lambda each: each.number or 0)


def waiting(shop: Shop) -> list[Customer]:
    return [
        each
        for each in shop.tables.customers.values()
        if each.state is IdentityState.WAITING and each.is_root
    ]


def decision(shop: Shop, outcome: Recorded) -> DecisionRecord:
    return shop.tables.decisions[outcome.event_id]


async def test_a_weak_first_look_waits_and_is_told_of_nobody(shop: Shop) -> None:
    [outcome] = await record(shop, face_event(shop.camera_id, person(1), good=WEAK))
    assert outcome.outcome is FaceOutcome.PENDING
    assert (outcome.customer_id, outcome.visit_id) == (None, None)
    assert not confirmed(shop)
    assert len(waiting(shop)) == 1
    assert not shop.tables.visits
    assert {each.topic for each in shop.tables.changes.values()} == {Topic.SIGHTINGS}
    assert decision(shop, outcome).rule == "waits"


async def test_a_second_look_makes_a_customer_of_whom_waited_and_counts_the_first_one(shop: Shop) -> None:
    await record(shop, face_event(shop.camera_id, person(1), good=WEAK))
    second = face_event(shop.camera_id, shot_of(person(1), cosine=0.7), **later(3))  # type: ignore[arg-type]
    [outcome] = await record(shop, second)
    assert outcome.outcome is FaceOutcome.KNOWN
    assert decision(shop, outcome).rule == "confirmed"
    [customer] = confirmed(shop)
    assert (customer.number, customer.customer_id) == (1, outcome.customer_id)
    [visit] = shop.tables.visits.values()
    assert (visit.first_seen_at, visit.customer_id) == (START, customer.customer_id)
    outcomes = {each.first_seen_at: each.outcome for each in shop.tables.sightings.values()}
    assert outcomes == {START: FaceOutcome.NEW, START + timedelta(minutes=3): FaceOutcome.KNOWN}
    assert {each.visit_id for each in shop.tables.sightings.values()} == {visit.visit_id}


async def test_one_who_waits_is_counted_in_one_batch_as_in_two(shop: Shop) -> None:
    events = [
        face_event(shop.camera_id, person(1), good=WEAK),
        face_event(shop.camera_id, shot_of(person(1), cosine=0.7), **later(3)),  # type: ignore[arg-type]
    ]
    first, second = await record(shop, *events)
    assert first.customer_id == second.customer_id, "known by the time that the batch was written"
    assert first.outcome is FaceOutcome.NEW
    assert len(confirmed(shop)) == len(shop.tables.visits) == 1
    assert not waiting(shop)


@pytest.mark.parametrize("cosine", [NEW + 0.01, MATCH - 0.01])
async def test_between_somebody_and_nobody_it_waits(shop: Shop, cosine: float) -> None:
    await record(shop, face_event(shop.camera_id, person(1)))
    near = face_event(shop.camera_id, shot_of(person(1), cosine=cosine), **later(1))  # type: ignore[arg-type]
    [outcome] = await record(shop, near)
    assert outcome.outcome is FaceOutcome.PENDING
    told = decision(shop, outcome)
    assert told.candidates[0].score == pytest.approx(cosine, abs=1e-3)
    assert (told.thresholds.match, told.thresholds.new) == (
        pytest.approx(MATCH, abs=1e-3),
        pytest.approx(NEW, abs=1e-3),
    )


async def test_a_face_that_is_both_tells_that_who_waited_is_the_customer(shop: Shop) -> None:
    [first] = await record(shop, face_event(shop.camera_id, person(1)))
    away = shot_of(person(1), cosine=0.45, seed=3)
    await record(shop, face_event(shop.camera_id, away, **later(1)))  # type: ignore[arg-type]
    [who] = waiting(shop)
    between = unit(np.float64(person(1)) + np.float64(away))
    [linking] = await record(shop, face_event(shop.camera_id, between, **later(2)))  # type: ignore[arg-type]
    assert linking.customer_id == first.customer_id
    resolved = shop.tables.customers[who.customer_id]
    assert (resolved.merged_into, resolved.root_id) == (first.customer_id, first.customer_id)
    assert len(confirmed(shop)) == 1
    assert {each.customer_id for each in shop.tables.sightings.values()} == {first.customer_id}
    assert {each.owner_id for each in shop.tables.sightings.values()} == {
        first.customer_id,
        who.customer_id,
    }, "whose face it was matched with stays"
    [visit] = shop.tables.visits.values()
    assert visit.last_seen_at == START + timedelta(minutes=2, seconds=2)


async def test_who_waited_beside_a_customer_is_never_that_customer(shop: Shop) -> None:
    [first] = await record(shop, face_event(shop.camera_id, person(1)))
    away = shot_of(person(1), cosine=0.45, seed=3)
    await record(shop, face_event(shop.camera_id, away, at=START + timedelta(seconds=1), good=WEAK))
    [who] = waiting(shop)
    between = unit(np.float64(person(1)) + np.float64(away))
    await record(shop, face_event(shop.camera_id, between, **later(2)))  # type: ignore[arg-type]
    assert shop.tables.customers[who.customer_id].root_id != first.customer_id


async def test_the_end_of_the_same_track_is_no_second_look(shop: Shop) -> None:
    track = uuid4()
    early = face_event(shop.camera_id, person(1), track_id=track, final=False, good=WEAK)
    end = face_event(shop.camera_id, person(1), track_id=track, seconds=9, good=WEAK)
    assert [(each.outcome, each.customer_id) for each in await record(shop, early, end)] == [
        (FaceOutcome.PENDING, None)
    ] * 2
    assert len(waiting(shop)) == 1
    better = face_event(shop.camera_id, person(1), track_id=track, seconds=12)
    [outcome] = await record(shop, better)
    assert outcome.outcome is FaceOutcome.NEW, "a shot that is good enough founds the person after all"
    assert len(shop.tables.visits) == 1


async def test_a_track_goes_on_as_somebody_whose_faces_were_all_taken_away_meanwhile(shop: Shop) -> None:
    track = uuid4()
    [first] = await record(shop, face_event(shop.camera_id, person(1), track_id=track, final=False))
    shop.tables.gallery.clear()
    [outcome] = await record(shop, face_event(shop.camera_id, person(1), track_id=track, seconds=9))
    assert (outcome.customer_id, outcome.visit_id) == (first.customer_id, first.visit_id)
    assert decision(shop, outcome).rule == "same_track"
    assert len(confirmed(shop)) == len(shop.tables.visits) == 1


async def test_a_new_view_is_learned_when_a_founding_face_vouches_for_it(shop: Shop) -> None:
    await record(shop, face_event(shop.camera_id, person(1)))
    vouched = shot_of(person(1), cosine=0.7, seed=1)
    await record(shop, face_event(shop.camera_id, vouched, **later(1)))  # type: ignore[arg-type]
    provenances = [row.face.provenance for row in shop.tables.gallery.values()]
    assert provenances == [Provenance.CREATED, Provenance.LEARNED]
    chained = unit(np.float64(vouched) + 1.2 * np.float64(shot_of(vouched, cosine=0.0, seed=5)))
    await record(shop, face_event(shop.camera_id, chained, **later(2)))  # type: ignore[arg-type]
    assert len(shop.tables.gallery) == 2, "a learned face lets nobody in"


async def test_a_shot_that_shows_nothing_new_is_not_learned_but_kept_for_a_while(shop: Shop) -> None:
    await record(shop, face_event(shop.camera_id, person(1)))
    twin = face_event(shop.camera_id, shot_of(person(1), cosine=0.97), **later(1))  # type: ignore[arg-type]
    await record(shop, twin)
    assert len(shop.tables.gallery) == 1
    [kept] = shop.tables.track_faces.values()
    assert kept.track_id == twin.track_id


async def test_nobody_learns_more_than_a_few_faces_a_day_nor_has_more_than_five(shop: Shop) -> None:
    await record(shop, face_event(shop.camera_id, person(1)))
    for number in range(1, 9):
        view = shot_of(person(1), cosine=0.7, seed=number)
        await record(shop, face_event(shop.camera_id, view, at=START + timedelta(minutes=number / 2)))
    assert len(shop.tables.gallery) == 1 + 3, "three a day"
    for day in range(1, 4):
        shop.clock.advance(timedelta(days=1, seconds=1))
        at = START + timedelta(days=day)
        await record(shop, face_event(shop.camera_id, shot_of(person(1), cosine=0.7, seed=100 + day), at=at))
    assert len(shop.tables.gallery) == 5


async def test_a_better_view_takes_the_place_of_the_worst_learned_one(shop: Shop) -> None:
    await record(shop, face_event(shop.camera_id, person(1)))
    for number in range(1, 5):
        good = quality(0.6 + number / 100)
        view = shot_of(person(1), cosine=0.7, seed=number)
        await record(shop, face_event(shop.camera_id, view, good=good, **later(number)))  # type: ignore[arg-type]
        shop.clock.advance(timedelta(days=1))
    learned = [row.face for row in shop.tables.gallery.values() if row.face.provenance is Provenance.LEARNED]
    worst = min(learned, key=lambda each: each.quality_score)
    assert len(learned) == 4
    best = shot_of(person(1), cosine=0.7, seed=9)
    await record(shop, face_event(shop.camera_id, best, good=quality(0.9), **later(9)))  # type: ignore[arg-type]
    assert worst.face_id not in shop.tables.gallery
    assert shop.tables.removals == {worst.face_id: worst.model_id}, "it leaves the index as well"
    assert len(shop.tables.gallery) == 5


async def test_the_aligned_crop_of_an_exemplar_is_kept_and_of_others_not(shop: Shop) -> None:
    crop = b"\xff\xd8\xff crop"
    first = replace(face_event(shop.camera_id, person(1)), aligned_jpeg=crop)
    twin = face_event(shop.camera_id, shot_of(person(1), cosine=0.97), **later(1))  # type: ignore[arg-type]
    await record(shop, first, replace(twin, aligned_jpeg=crop))
    [row] = shop.tables.gallery.values()
    assert shop.tables.crops == {row.face.exemplar_id: crop}


async def test_who_works_here_is_seen_and_not_counted(shop: Shop) -> None:
    [first] = await record(shop, face_event(shop.camera_id, person(1)))
    assert first.customer_id is not None
    customers = shop.tables.customers
    customers[first.customer_id] = replace(customers[first.customer_id], kind=CustomerKind.STAFF)
    shop.clock.advance(timedelta(hours=3))
    [again] = await record(shop, face_event(shop.camera_id, person(1), **later(90)))  # type: ignore[arg-type]
    assert (again.outcome, again.customer_id, again.visit_id) == (FaceOutcome.STAFF, first.customer_id, None)
    assert len(shop.tables.visits) == 1, "what was counted before is for whoever made the customer staff"


async def test_a_track_that_grows_over_another_one_of_the_same_person_is_somebody_else(shop: Shop) -> None:
    track = uuid4()
    [first] = await record(
        shop, face_event(shop.camera_id, person(1), track_id=track, final=False, seconds=1)
    )
    [second] = await record(
        shop, face_event(shop.camera_id, shot_of(person(1), cosine=0.95), at=START + timedelta(seconds=5))
    )
    assert first.customer_id == second.customer_id, "one after the other"
    await record(shop, face_event(shop.camera_id, person(1), track_id=track, seconds=9))
    ours, theirs = (shop.tables.sightings[each] for each in (track, second_track(shop, track)))
    assert ours.customer_id != theirs.customer_id
    assert not _overlapping_pairs(shop)
    [visit] = shop.tables.visits.values()
    assert {each.track_id for each in shop.tables.sightings.values() if each.visit_id} == {track}
    assert visit.customer_id == first.customer_id, "whose face founded the customer stays"


def second_track(shop: Shop, first: UUID) -> UUID:
    [other] = shop.tables.sightings.keys() - {first}
    return other


def _overlapping_pairs(shop: Shop) -> list[tuple[UUID, UUID]]:
    tracks = list(shop.tables.sightings.values())
    return [
        (one.track_id, other.track_id)
        for place, one in enumerate(tracks)
        for other in tracks[place + 1 :]
        if one.customer_id is not None
        and one.customer_id == other.customer_id
        and one.camera_id == other.camera_id
        and one.first_seen_at <= other.last_seen_at
        and other.first_seen_at <= one.last_seen_at
    ]


_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 4),  # the track
        st.integers(0, 2),  # whose face
        st.integers(0, 1),  # the camera of the track, by its number
        st.integers(0, 20),  # seconds from the start
        st.integers(0, 8),  # for how long
        st.booleans(),
        st.sampled_from([0.4, 0.8]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=150, deadline=None)
@given(_EVENTS, st.integers(1, 4))
async def test_two_tracks_that_share_a_moment_on_a_camera_never_are_one_person(
    told: list[tuple[int, int, int, int, int, bool, float]], lot: int
) -> None:
    shop = Shop()
    tracks = [uuid4() for _ in range(5)]
    events = [
        face_event(
            shop.cameras[track % 2].camera_id,
            _a_shot(who, seed),
            at=START + timedelta(seconds=begin),
            seconds=length,
            track_id=tracks[track],
            final=final,
            good=quality(good),
        )
        for seed, (track, who, _, begin, length, final, good) in enumerate(told)
    ]
    for place in range(0, len(events), lot):
        await record(shop, *events[place : place + lot])
    assert _overlapping_pairs(shop) == []
    for sighting in shop.tables.sightings.values():
        if sighting.visit_id is not None:
            assert shop.tables.visits[sighting.visit_id].customer_id == sighting.customer_id
    numbers = sorted(each.number or 0 for each in confirmed(shop))
    assert numbers == list(range(1, len(numbers) + 1)), "numbers have no gap"


def _a_shot(who: int, seed: int) -> Embedding:
    return shot_of(person(who), cosine=0.85, seed=seed)
