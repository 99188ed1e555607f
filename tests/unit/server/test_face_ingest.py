"""The heart: every event once, every person one customer, every visit by the rule."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.synthetic_faces import POOR, face_event, person, quality, shot_of
from footfall_server.domain.change import ChangeKind, Topic
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.identity import Role
from footfall_server.domain.image import ImageState
from footfall_server.errors import ErrorKind, EventRefusedError, FootfallError
from footfall_server.services.submission import SpoolPlace, Submission


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def record(shop: Shop, *events: FaceEvent) -> list[Recorded]:
    return list(await shop.ingest.record_many(shop.principal(), events))


def kinds(shop: Shop) -> list[ChangeKind]:
    return [change.kind for _, change in sorted(shop.tables.changes.items())]


async def test_a_stranger_becomes_a_customer_with_a_visit(shop: Shop) -> None:
    [outcome] = await record(shop, face_event(shop.camera_id, person(1)))
    assert outcome.outcome is FaceOutcome.NEW
    assert outcome.score is None
    assert [customer.number for customer in shop.tables.customers.values()] == [1]
    [visit] = shop.tables.visits.values()
    assert (visit.visit_id, visit.customer_id) == (outcome.visit_id, outcome.customer_id)
    assert kinds(shop) == [ChangeKind.CREATED]


async def test_the_same_face_is_known_the_next_time(shop: Shop) -> None:
    [first] = await record(shop, face_event(shop.camera_id, person(1)))
    later = face_event(shop.camera_id, shot_of(person(1), cosine=0.6), at=START + timedelta(minutes=2))
    [second] = await record(shop, later)
    assert second.outcome is FaceOutcome.KNOWN
    assert (second.customer_id, second.visit_id) == (first.customer_id, first.visit_id)
    assert second.score == pytest.approx(0.6, abs=1e-5)
    assert kinds(shop) == [ChangeKind.CREATED, ChangeKind.UPDATED]


async def test_a_face_on_eight_cameras_at_once_is_one_customer_over_two_replicas(shop: Shop) -> None:
    replicas = [shop.replica(), shop.replica()]
    events = [
        face_event(camera.camera_id, shot_of(person(1), cosine=0.9, seed=number))
        for number, camera in enumerate(shop.cameras)
    ]
    outcomes = await asyncio.gather(
        *(replicas[number % 2].record_many(shop.principal(), [event]) for number, event in enumerate(events))
    )
    assert len({outcome.customer_id for [outcome] in outcomes}) == 1
    assert len(shop.tables.customers) == len(shop.tables.visits) == 1
    assert len(shop.tables.sightings) == 8


async def test_an_index_that_finds_nothing_yet_mints_no_second_customer(shop: Shop) -> None:
    shop.index.lagging = True
    for minutes in range(4):
        await record(shop, face_event(shop.camera_id, person(1), at=START + timedelta(minutes=minutes)))
    assert len(shop.tables.customers) == 1


async def test_a_face_that_was_indexed_while_the_search_ran_is_still_found(shop: Shop) -> None:
    shop.index.hold_search = asyncio.Event()
    searching = asyncio.create_task(record(shop, face_event(shop.cameras[1].camera_id, person(1))))
    await shop.index.search_started.wait()
    other = shop.replica()
    other._index = type(shop.index)(shop.index.collections)
    await other.record_many(shop.principal(), [face_event(shop.camera_id, person(1))])
    async with shop.transactions.begin(shop.tenant_id) as tx:
        faces = await tx.gallery.take_unindexed(10)
        await tx.gallery.confirm_indexed([face.face_id for face in faces], shop.clock.now())
    shop.index.hold_search.set()
    [outcome] = await searching
    assert outcome.outcome is FaceOutcome.KNOWN
    assert len(shop.tables.customers) == 1


async def test_twins_in_one_batch_are_one_customer(shop: Shop) -> None:
    outcomes = await record(shop, *(face_event(camera.camera_id, person(7)) for camera in shop.cameras[:3]))
    assert [outcome.outcome for outcome in outcomes] == [
        FaceOutcome.NEW,
        FaceOutcome.KNOWN,
        FaceOutcome.KNOWN,
    ]
    assert len(shop.tables.customers) == 1


async def test_an_event_that_comes_again_changes_nothing(shop: Shop) -> None:
    event = face_event(shop.camera_id, person(1))
    [first, twin] = await record(shop, event, event)
    [again] = await record(shop, event)
    assert not first.duplicate
    assert twin == again == replace(first, duplicate=True)
    assert len(shop.tables.sightings) == len(shop.tables.recorded) == len(shop.tables.changes) == 1


async def test_a_track_is_one_sighting_that_widens_and_keeps_its_customer(shop: Shop) -> None:
    track = uuid4()
    early = face_event(shop.camera_id, person(1), track_id=track, final=False, good=quality(0.5))
    [first] = await record(shop, early)
    end = face_event(shop.camera_id, shot_of(person(1), cosine=0.8), track_id=track, seconds=9)
    [second] = await record(shop, end)
    assert (second.customer_id, second.visit_id) == (first.customer_id, first.visit_id)
    [sighting] = shop.tables.sightings.values()
    assert sighting.final
    assert sighting.last_seen_at == START + timedelta(seconds=9)
    [visit] = shop.tables.visits.values()
    assert visit.last_seen_at == sighting.last_seen_at
    assert len(shop.tables.gallery) == 2, "the better shot at the end of the creating track is learned"


async def test_a_shot_that_looks_like_somebody_else_is_not_learned(shop: Shop) -> None:
    track = uuid4()
    await record(shop, face_event(shop.camera_id, person(1), track_id=track, final=False, good=quality(0.5)))
    await record(shop, face_event(shop.camera_id, shot_of(person(1), cosine=0.5), track_id=track))
    assert len(shop.tables.gallery) == 1


async def test_an_early_event_that_comes_late_only_widens(shop: Shop) -> None:
    track = uuid4()
    end = replace(face_event(shop.camera_id, person(1), track_id=track, seconds=9), female_probability=0.9)
    early = replace(
        face_event(shop.camera_id, person(1), track_id=track, final=False), female_probability=0.2
    )
    await record(shop, end)
    await record(shop, early)
    [sighting] = shop.tables.sightings.values()
    assert sighting.final
    assert sighting.female_probability == 0.9
    assert sighting.last_seen_at == START + timedelta(seconds=9)


@pytest.mark.parametrize("in_order", [True, False])
async def test_a_crossing_is_the_tracks_whichever_event_tells_it(shop: Shop, *, in_order: bool) -> None:
    track = uuid4()
    early = face_event(shop.camera_id, person(1), track_id=track, final=False)
    end = face_event(shop.camera_id, person(1), track_id=track, seconds=9)
    events = [replace(early, crossing=Crossing.IN), replace(end, crossing=Crossing.OUT)]
    for event in events if in_order else reversed(events):
        await record(shop, event)
    [sighting] = shop.tables.sightings.values()
    assert sighting.crossing is Crossing.OUT, "as the end of the track has it"
    silent = face_event(shop.camera_id, person(2))
    await record(shop, silent)
    assert shop.tables.sightings[silent.track_id].crossing is None


async def test_an_end_that_says_nothing_of_a_crossing_takes_none_back(shop: Shop) -> None:
    track = uuid4()
    early = face_event(shop.camera_id, person(1), track_id=track, final=False)
    await record(shop, replace(early, crossing=Crossing.IN))
    await record(shop, face_event(shop.camera_id, person(1), track_id=track))
    assert shop.tables.sightings[track].crossing is Crossing.IN


async def test_a_poor_shot_is_counted_and_nobodys_until_a_good_one_comes(shop: Shop) -> None:
    track = uuid4()
    poor = face_event(shop.camera_id, person(1), track_id=track, final=False, good=POOR)
    [first] = await record(shop, poor)
    assert first.outcome is FaceOutcome.UNRECOGNISABLE
    assert (first.customer_id, first.visit_id) == (None, None)
    assert len(shop.tables.sightings) == 1
    assert {each.topic for each in shop.tables.changes.values()} == {Topic.SIGHTINGS}
    [second] = await record(shop, face_event(shop.camera_id, person(1), track_id=track))
    assert second.outcome is FaceOutcome.NEW
    assert len(shop.tables.sightings) == len(shop.tables.visits) == 1


async def test_two_tracks_that_share_a_moment_on_a_camera_are_two_people(shop: Shop) -> None:
    batch = [face_event(shop.camera_id, person(1)), face_event(shop.camera_id, person(1))]
    await record(shop, *batch)
    assert len(shop.tables.customers) == 2
    [third] = await record(shop, face_event(shop.camera_id, person(1)))
    assert third.outcome is FaceOutcome.NEW, "both known ones stand before this camera at this moment"
    [elsewhere] = await record(shop, face_event(shop.cameras[1].camera_id, person(1)))
    assert elsewhere.outcome is FaceOutcome.PENDING, "which of three who look alike, nobody can say"


async def test_a_late_sighting_bridges_two_visits_and_the_first_stays(shop: Shop) -> None:
    shop.clock.advance(timedelta(hours=3))
    [morning] = await record(shop, face_event(shop.camera_id, person(1)))
    [noon] = await record(shop, face_event(shop.camera_id, person(1), at=START + timedelta(minutes=100)))
    assert morning.visit_id != noon.visit_id
    [between] = await record(shop, face_event(shop.camera_id, person(1), at=START + timedelta(minutes=50)))
    [visit] = shop.tables.visits.values()
    assert visit.visit_id == between.visit_id
    assert visit.visit_id in {morning.visit_id, noon.visit_id}
    assert {each.visit_id for each in shop.tables.sightings.values()} == {visit.visit_id}
    assert sorted(kinds(shop)[2:]) == [ChangeKind.DELETED, ChangeKind.UPDATED]


async def test_watchers_hear_of_a_visit_that_is_not_the_first_any_more(shop: Shop) -> None:
    shop.clock.advance(timedelta(hours=9))
    [afternoon] = await record(shop, face_event(shop.camera_id, person(1), at=START + timedelta(hours=8)))
    await record(shop, face_event(shop.camera_id, person(1)))
    last = shop.tables.changes[max(shop.tables.changes)]
    assert (last.kind, last.resource_id) == (ChangeKind.UPDATED, afternoon.visit_id)


async def test_an_image_that_was_announced_waits_for_its_upload(shop: Shop) -> None:
    announced = AnnouncedImage(uuid4(), 100, "image/jpeg")
    await record(shop, replace(face_event(shop.camera_id, person(1)), image=announced))
    [image] = shop.tables.images.values()
    assert (image.image_id, image.state) == (announced.image_id, ImageState.ANNOUNCED)
    [sighting] = shop.tables.sightings.values()
    assert sighting.image_id == announced.image_id


async def test_a_stored_image_stays_until_the_better_one_is_uploaded(shop: Shop) -> None:
    track = uuid4()
    early = face_event(shop.camera_id, person(1), track_id=track, final=False, good=quality(0.5))
    await record(shop, replace(early, crop_jpeg=b"\xff\xd8\xff early"))
    [stored] = shop.tables.images.values()
    assert stored.state is ImageState.STORED
    assert shop.images.objects[stored.object_key][0] == b"\xff\xd8\xff early"
    end = face_event(shop.camera_id, person(1), track_id=track, seconds=9)
    await record(shop, replace(end, image=AnnouncedImage(uuid4(), 100, "image/jpeg")))
    assert len(shop.tables.images) == 2
    assert shop.tables.sightings[track].image_id == stored.image_id


async def test_an_object_store_that_is_down_costs_the_image_and_not_the_event(shop: Shop) -> None:
    shop.images.failing = True
    [outcome] = await record(
        shop, replace(face_event(shop.camera_id, person(1)), crop_jpeg=b"\xff\xd8\xff x")
    )
    assert outcome.outcome is FaceOutcome.NEW
    assert not shop.tables.images


async def test_an_index_that_is_down_records_nothing(shop: Shop) -> None:
    shop.index.failing = True
    with pytest.raises(FootfallError) as caught:
        await record(shop, face_event(shop.camera_id, person(1)))
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    assert not shop.tables.recorded


async def test_a_lost_race_is_run_again_once(shop: Shop) -> None:
    await record(shop, face_event(shop.cameras[1].camera_id, person(2)))
    race = [FootfallError(ErrorKind.ABORTED, "STORE_UNAVAILABLE", "lost a race")]

    def lose_once() -> None:
        if race:
            raise race.pop()

    shop.transactions.before_commit = lose_once
    [outcome] = await record(shop, face_event(shop.camera_id, person(1)))
    assert not race
    assert outcome.outcome is FaceOutcome.NEW
    assert len(shop.tables.customers) == 2


async def test_a_stream_loses_nothing_but_its_bad_events(shop: Shop) -> None:
    worker, spool = uuid4(), uuid4()
    other_site = shop.open_site("Other shop")
    strange = shop.hang_camera(other_site, "Not the worker's")
    events = [
        face_event(shop.camera_id, person(1)),
        face_event(strange.camera_id, person(2)),
        replace(face_event(shop.camera_id, person(3)), model_id="another-model"),
        face_event(shop.cameras[1].camera_id, person(1)),
    ]
    submissions = [
        Submission(shop.principal(), event, SpoolPlace(worker, spool, sequence))
        for sequence, event in enumerate(events, start=5)
    ]
    first, unknown, mismatched, last = await shop.ingest.record_each(shop.tenant_id, submissions)
    assert isinstance(first, Recorded)
    assert isinstance(unknown, FootfallError)
    assert (unknown.kind, unknown.reason) == (ErrorKind.NOT_FOUND, "CAMERA_NOT_FOUND")
    assert isinstance(mismatched, FootfallError)
    assert mismatched.metadata == {"model_id": "another-model", "expected_model_id": "test-model-64"}
    assert isinstance(last, Recorded)
    assert last.customer_id == first.customer_id
    assert shop.tables.acked[(worker, spool)] == 8
    assert len(shop.tables.recorded) == 2


async def test_all_or_none_names_the_bad_one_and_records_none(shop: Shop) -> None:
    batch = [face_event(shop.camera_id, person(1)), face_event(uuid4(), person(2))]
    with pytest.raises(EventRefusedError) as caught:
        await record(shop, *batch)
    assert (caught.value.index, caught.value.reason) == (1, "CAMERA_NOT_FOUND")
    assert not shop.tables.recorded
    assert not shop.tables.customers


async def test_a_track_never_changes_its_camera_nor_an_image_its_track(shop: Shop) -> None:
    image = AnnouncedImage(uuid4(), 100, "image/jpeg")
    event = replace(face_event(shop.camera_id, person(1)), image=image)
    await record(shop, event)
    thief = replace(face_event(shop.cameras[1].camera_id, person(2), track_id=event.track_id), image=None)
    with pytest.raises(EventRefusedError) as caught:
        await record(shop, thief)
    assert [violation.field for violation in caught.value.violations] == ["track_id"]
    with pytest.raises(EventRefusedError) as caught:
        await record(shop, replace(face_event(shop.camera_id, person(2)), image=image))
    assert [violation.field for violation in caught.value.violations] == ["image.image_id"]


async def test_an_event_id_of_another_site_is_refused_and_tells_nothing(shop: Shop) -> None:
    """Workers make these ids: one that another site's worker made is taken, in the same batch and later."""
    elsewhere = shop.open_site("Elsewhere")
    camera = shop.hang_camera(elsewhere, "Till")
    theirs = face_event(camera.camera_id, person(1))
    ours = replace(face_event(shop.camera_id, person(2)), event_id=theirs.event_id)
    there, here = shop.principal(Role.WORKER, elsewhere), shop.principal()
    submissions = [Submission(there, theirs), Submission(here, ours)]
    first, taken = await shop.ingest.record_each(shop.tenant_id, submissions)
    again, still_taken = await shop.ingest.record_each(shop.tenant_id, submissions)
    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert (again.duplicate, again.customer_id) == (True, first.customer_id)
    for refusal in (taken, still_taken):
        assert isinstance(refusal, FootfallError)
        assert refusal.kind is ErrorKind.INVALID_ARGUMENT
        assert [each.field for each in refusal.violations] == ["event_id"]
        assert str(first.customer_id) not in f"{refusal.message} {refusal.metadata}"
        assert str(first.visit_id) not in f"{refusal.message} {refusal.metadata}"
    assert len(shop.tables.customers) == 1
