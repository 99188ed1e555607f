"""People who asked not to be known again are counted and not known: whatever comes, in whatever order."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
import structlog
from fakes.counting_shop import Shop
from fakes.crop_embedder import embedding_of
from fakes.erasures import an_erasure_key
from fakes.face_examiner import picture_of, poor_picture_of
from fakes.leaving_out import an_opt_out_service, an_opt_out_sweep
from fakes.manual_clock import START
from fakes.memory_images import MemoryImages
from fakes.opt_outs import MemoryOptOuts
from fakes.shop import OTHER_DIMENSION, OTHER_MODEL_ID
from fakes.synthetic_faces import DIMENSION, GOOD, MODEL_ID, POOR, face_event, person, quality, shot_of
from footfall_server.domain.audit import Action
from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.crossing import Crossing
from footfall_server.domain.erasure import SubjectKind
from footfall_server.domain.face_event import AnnouncedImage, Embedding, FaceOutcome, FaceQuality, Recorded
from footfall_server.domain.face_examination import FaceRefusal
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.models import TenantModel
from footfall_server.domain.opt_out import MOST_OPT_OUTS, ListedOptOut
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.staff_hint import StaffHint
from footfall_server.erasing import Erasing, erasing
from footfall_server.errors import FootfallError
from footfall_server.services.opt_outs import OptOutOrder

JPEG = b"\xff\xd8\xff" + bytes(1000)
ADA, EVE = 1, 2


class World:
    """A shop where people come, hours after each other, and opt out."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.admin: Principal = replace(self.shop.principal(Role.TENANT_ADMIN), site_ids=None)
        self.service = an_opt_out_service(self.shop)
        self._visits = 0

    async def see(
        self,
        face: Embedding,
        *,
        track_id: UUID | None = None,
        final: bool = True,
        good: FaceQuality | None = None,
        later: bool = True,
        **fields: object,
    ) -> Recorded:
        self._visits += later
        at = START + timedelta(hours=3 * self._visits)
        self.shop.clock.at = at + timedelta(minutes=1)
        event = face_event(
            self.shop.camera_id, face, at=at, track_id=track_id, final=final, good=good or GOOD
        )
        event = replace(event, crop_jpeg=JPEG, **fields)  # type: ignore[arg-type]
        [told] = await self.shop.ingest.record_many(self.shop.principal(), [event])
        return told

    def erasing(self) -> Erasing:
        shop = self.shop
        return erasing(
            transactions=shop.transactions,
            images=shop.images,
            key=an_erasure_key(),
            issuer="footfall",
            every=timedelta(seconds=1),
            clock=shop.clock,
        )

    async def known(self, number: int, visits: int = 2) -> UUID:
        shots = [shot_of(person(number), cosine=0.9, seed=100 * number + each) for each in range(visits)]
        told = [await self.see(each) for each in shots]
        [customer_id] = {each.customer_id for each in told}
        assert customer_id is not None
        return customer_id

    async def opt_out(self, subject_id: UUID, ticket: str = "T-1") -> ListedOptOut:
        return await self.service.create(self.admin, OptOutOrder(subject_id=subject_id, ticket=ticket))

    def nothing_of_anybody(self) -> None:
        """No face, person, visit or picture, in any table or store; whoever passed is counted as nobody."""
        tables = self.shop.tables
        assert not tables.gallery
        assert not tables.track_faces
        assert not tables.customers
        assert not tables.visits
        assert not tables.images
        assert not self.pictures()
        for each in tables.sightings.values():
            told = (each.outcome, each.customer_id, each.owner_id, each.visit_id, each.image_id)
            assert told == (FaceOutcome.UNRECOGNISABLE, None, None, None, None)
            assert (each.model_id, each.female_probability, each.score) == ("", None, None)

    def pictures(self) -> set[str]:
        return {key for key in self.shop.images.objects if not key.startswith("erasures/")}


@pytest.fixture
def world() -> World:
    return World()


async def test_somebody_who_opts_out_is_erased_and_only_counted_from_then_on(world: World) -> None:
    ada = await world.known(ADA)
    made = await world.opt_out(ada)
    assert made.in_force
    tables = world.shop.tables
    [erasure] = tables.erasures.values()
    assert (erasure.subject_id, erasure.ticket, erasure.kind) == (ada, "T-1", SubjectKind.CUSTOMER)
    assert made.opt_out.erasure_id == erasure.erasure_id
    world.nothing_of_anybody()

    told = await world.see(shot_of(person(ADA), cosine=0.9, seed=7), female_probability=0.9)
    assert (told.outcome, told.customer_id, told.visit_id) == (FaceOutcome.UNRECOGNISABLE, None, None)
    assert len(tables.sightings) == 1
    world.nothing_of_anybody()
    assert world.shop.ingest.left_out == 1


async def test_the_reason_says_opted_out_and_names_nobody(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    told = await world.see(person(ADA))
    why = world.shop.tables.decisions[told.event_id]
    assert (why.rule, why.model_id, why.candidates, why.excluded) == ("opted_out", "", (), ())
    assert "opt_out" not in why.to_json().replace('"rule":"opted_out"', "")


async def test_others_are_known_as_before(world: World) -> None:
    ada, eve = await world.known(ADA), await world.known(EVE)
    await world.opt_out(ada)
    told = await world.see(shot_of(person(EVE), cosine=0.9, seed=8))
    assert (told.outcome, told.customer_id) == (FaceOutcome.KNOWN, eve)
    new = await world.see(person(3))
    assert new.outcome is FaceOutcome.NEW


async def test_an_event_that_comes_again_is_answered_and_counted_once(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    event = replace(face_event(world.shop.camera_id, person(ADA), at=START), crop_jpeg=JPEG)
    principal = world.shop.principal()
    [first] = await world.shop.ingest.record_many(principal, [event])
    [again] = await world.shop.ingest.record_many(principal, [event])
    [elsewhere] = await world.shop.replica().record_many(principal, [event])
    assert (first.duplicate, again.duplicate, elsewhere.duplicate) == (False, True, True)
    assert len(world.shop.tables.sightings) == len(world.shop.tables.opt_out_tracks) == 1
    world.nothing_of_anybody()


async def test_every_replica_goes_by_it_at_once_and_stops_when_it_is_taken_off(world: World) -> None:
    other = world.shop.replica()
    ada = await world.known(ADA)
    warm = face_event(world.shop.camera_id, person(EVE), at=START)
    await other.record_many(world.shop.principal(), [warm])
    made = await world.opt_out(ada)
    event = face_event(world.shop.camera_id, person(ADA), at=START + timedelta(minutes=1))
    [told] = await other.record_many(world.shop.principal(), [event])
    assert told.outcome is FaceOutcome.UNRECOGNISABLE

    await world.service.delete(world.admin, made.opt_out.opt_out_id)
    assert not world.shop.tables.opt_outs
    world.shop.clock.advance(timedelta(hours=9))
    event = face_event(world.shop.camera_id, person(ADA), at=START + timedelta(hours=9))
    [told] = await other.record_many(world.shop.principal(), [event])
    assert (told.outcome, told.customer_id is None) == (FaceOutcome.NEW, False)
    assert told.customer_id != ada
    with pytest.raises(FootfallError) as gone:
        await world.service.delete(world.admin, made.opt_out.opt_out_id)
    assert gone.value.reason == "OPT_OUT_NOT_FOUND"


async def test_templates_are_read_only_when_there_are_other_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.opt_out(await world.known(ADA))
    await world.see(person(ADA))

    async def refused(*_: object) -> None:
        raise AssertionError("nothing changed")

    monkeypatch.setattr(MemoryOptOuts, "sealed", refused)
    assert (await world.see(person(ADA))).outcome is FaceOutcome.UNRECOGNISABLE
    monkeypatch.undo()
    await world.opt_out(await world.known(EVE))
    assert (await world.see(person(EVE))).outcome is FaceOutcome.UNRECOGNISABLE


async def test_a_crop_is_not_even_stored_once_the_replica_knows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.opt_out(await world.known(ADA))
    puts: list[str] = []
    put = MemoryImages.put

    async def watched(images: MemoryImages, key: str, data: bytes, content_type: str) -> None:
        puts.append(key)
        await put(images, key, data, content_type)

    monkeypatch.setattr(MemoryImages, "put", watched)
    await world.see(person(ADA))
    assert len(puts) == 1, "a replica that did not know yet stored it and deleted it"
    assert not world.pictures()
    await world.see(person(ADA))
    assert len(puts) == 1


async def test_a_track_that_was_left_out_stays_so(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    track_id = uuid4()
    await world.see(person(ADA), track_id=track_id, final=False)
    told = await world.see(person(EVE), track_id=track_id, later=False)
    assert told.outcome is FaceOutcome.UNRECOGNISABLE
    assert world.shop.tables.sightings[track_id].final
    world.nothing_of_anybody()
    # Also on a replica that starts anew, and when nobody is on the list any more.
    [opt_out_id] = world.shop.tables.opt_outs
    await world.service.delete(world.admin, opt_out_id)
    at = world.shop.clock.at - timedelta(minutes=1)
    late = face_event(world.shop.camera_id, person(ADA), at=at, track_id=track_id)
    [told] = await world.shop.replica().record_many(world.shop.principal(), [late])
    assert told.outcome is FaceOutcome.UNRECOGNISABLE
    world.nothing_of_anybody()


async def test_poor_shots_are_compared_too(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    await world.see(shot_of(person(ADA), cosine=0.7, seed=3), good=POOR)
    world.nothing_of_anybody()


@pytest.mark.parametrize("first", ["poor", "somebody new", "somebody who waits"])
async def test_what_was_stored_of_a_track_is_taken_back(world: World, first: str) -> None:
    await world.opt_out(await world.known(ADA))
    track_id = uuid4()
    shot, good = {
        "poor": (shot_of(person(ADA), cosine=0.2, seed=3), POOR),
        "somebody new": (shot_of(person(ADA), cosine=0.2, seed=3), None),
        "somebody who waits": (shot_of(person(ADA), cosine=0.2, seed=3), quality(0.4)),
    }[first]
    crossing = Crossing.IN
    began = await world.see(
        shot, track_id=track_id, good=good, final=False, crossing=crossing, female_probability=0.8
    )
    assert world.pictures(), "it was not seen yet who that is"
    assert began.outcome.value == {"poor": "unrecognisable", "somebody new": "new"}.get(first, "pending")
    told = await world.see(person(ADA), track_id=track_id, later=False)
    assert told.outcome is FaceOutcome.UNRECOGNISABLE
    world.nothing_of_anybody()
    [sighting] = world.shop.tables.sightings.values()
    assert (sighting.crossing, sighting.final) == (crossing, True), "what counts the passage stays"
    assert len(world.shop.tables.erasures) == 2, "what was erased has a receipt of its own"
    swept = await world.erasing().sweep.sweep(world.shop.tenant_id)
    assert (swept.summary["tracks"], swept.failure) == (0, ""), (
        "a passage of nobody is not somebody who is back"
    )
    assert len(world.shop.tables.sightings) == 1
    late = await world.see(person(3), track_id=track_id, later=False)
    assert late.outcome is FaceOutcome.UNRECOGNISABLE, "it is taken, unlike events of who was erased"
    world.nothing_of_anybody()


async def test_whoever_else_a_track_was_taken_for_is_left_in_peace(world: World) -> None:
    ada, eve = await world.known(ADA), await world.known(EVE)
    await world.opt_out(ada)
    before = {face_id for face_id, row in world.shop.tables.gallery.items() if row.face.customer_id == eve}
    track_id = uuid4()
    wrong = await world.see(shot_of(person(EVE), cosine=0.9, seed=5), track_id=track_id, final=False)
    assert wrong.customer_id == eve
    told = await world.see(person(ADA), track_id=track_id, later=False)
    assert (told.outcome, told.customer_id) == (FaceOutcome.UNRECOGNISABLE, None)
    tables = world.shop.tables
    assert set(tables.customers) == {eve}
    assert before <= set(tables.gallery)
    assert not [each for each in tables.gallery.values() if each.face.track_id == track_id]
    assert len(tables.visits) == 2, "the visit that was not hers is gone"
    assert len([each for each in tables.sightings.values() if each.customer_id == eve]) == 2


async def test_whoever_is_known_by_the_track_alone_goes_from_other_cameras_too(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    shop, tables = world.shop, world.shop.tables
    unsure = shot_of(person(ADA), cosine=0.2, seed=3)
    start = START + timedelta(hours=40)
    shop.clock.at = start + timedelta(hours=1)
    # Somebody new at one camera, who is met again at another one, and at a third one that says no more.
    moments = [(camera, start + timedelta(minutes=10 * camera), uuid4()) for camera in range(3)]
    for camera, at, track_id in moments:
        event = face_event(shop.cameras[camera].camera_id, unsure, at=at, track_id=track_id, final=False)
        [told] = await shop.ingest.record_many(shop.principal(), [replace(event, crop_jpeg=JPEG)])
        assert told.customer_id is not None
    assert len(tables.customers) == 1
    events = [
        replace(face_event(shop.cameras[camera].camera_id, face, at=at, track_id=track_id), crop_jpeg=JPEG)
        for (camera, at, track_id), face in zip(moments[:2], [person(ADA), unsure], strict=True)
    ]
    told = await shop.ingest.record_many(shop.principal(), events)
    assert [each.outcome for each in told] == [FaceOutcome.UNRECOGNISABLE] * 2
    assert tables.sightings.keys() == {moments[0][2], moments[1][2]}, "the third went with the person"
    world.nothing_of_anybody()


async def test_one_shot_of_a_batch_speaks_for_its_whole_track(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    track_id = uuid4()
    at = START + timedelta(hours=40)
    world.shop.clock.at = at + timedelta(minutes=1)
    shots = [person(3), person(ADA)]
    events = [
        replace(
            face_event(
                world.shop.camera_id, shot, at=at, seconds=2 + number, track_id=track_id, final=bool(number)
            ),
            crop_jpeg=JPEG,
        )
        for number, shot in enumerate(shots)
    ]
    told = await world.shop.ingest.record_many(world.shop.principal(), events)
    assert {each.outcome for each in told} == {FaceOutcome.UNRECOGNISABLE}
    world.nothing_of_anybody()


async def test_an_announced_picture_is_not_waited_for(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    event = replace(
        face_event(world.shop.camera_id, person(ADA), at=START),
        image=AnnouncedImage(uuid4(), 1000, "image/jpeg"),
    )
    await world.shop.ingest.record_many(world.shop.principal(), [event])
    world.nothing_of_anybody()


async def test_the_list_comes_before_staff(world: World) -> None:
    ada = await world.known(ADA)
    tables = world.shop.tables
    twin = shot_of(person(ADA), cosine=0.9, seed=11)
    await world.opt_out(ada)
    await world.service.delete(world.admin, next(iter(tables.opt_outs)))
    staff = await world.see(twin)
    assert staff.customer_id is not None
    tables.customers[staff.customer_id] = replace(
        tables.customers[staff.customer_id], kind=CustomerKind.STAFF
    )
    assert (await world.see(twin)).outcome is FaceOutcome.STAFF
    made = await world.service.create(world.admin, OptOutOrder(subject_id=staff.customer_id))
    assert made.in_force
    assert next(iter(reversed(tables.erasures.values()))).kind is SubjectKind.STAFF
    with structlog.testing.capture_logs() as logs:
        hint = StaffHint(staff_id=staff.customer_id, score=0.9, gallery_version=3)
        told = await world.see(twin, staff_hint=hint)
    assert told.outcome is FaceOutcome.UNRECOGNISABLE
    assert not [each for each in logs if "staff_id" in each], "the log says nothing of whom a worker saw"


async def test_where_nobody_is_recognised_nobody_is_compared(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    tables = world.shop.tables
    camera = tables.cameras[world.shop.camera_id]
    tables.cameras[camera.camera_id] = replace(camera, settings=CameraSettings(anonymous=True))
    told = await world.see(person(ADA))
    assert tables.decisions[told.event_id].rule == "anonymous"
    assert not tables.opt_out_tracks
    world.nothing_of_anybody()


async def test_a_picture_is_enough(world: World) -> None:
    order = OptOutOrder(picture=picture_of(501, 1), ticket="T-2")
    made = await world.service.create(world.admin, order)
    assert (made.in_force, made.opt_out.erasure_id) == (True, None)
    told = await world.see(embedding_of(MODEL_ID, DIMENSION, 501, 0))
    assert told.outcome is FaceOutcome.UNRECOGNISABLE
    world.nothing_of_anybody()


@pytest.mark.parametrize("why", [FaceRefusal.NO_FACE, FaceRefusal.SEVERAL_FACES, FaceRefusal.BLURRED])
async def test_a_picture_that_nobody_could_be_known_by_is_refused(world: World, why: FaceRefusal) -> None:
    with pytest.raises(FootfallError) as refused:
        await world.service.create(world.admin, OptOutOrder(picture=poor_picture_of(501, why)))
    assert refused.value.reason in {"NO_FACE", "SEVERAL_FACES", "FACE_BLURRED"}
    assert not world.shop.tables.opt_outs


async def test_somebody_without_a_face_cannot_be_left_out(world: World) -> None:
    ada = await world.known(ADA)
    world.shop.tables.gallery.clear()
    with pytest.raises(FootfallError) as refused:
        await world.opt_out(ada)
    assert (refused.value.reason, refused.value.metadata["found"]) == ("NOT_ENOUGH_FACES", "0")
    assert ada in world.shop.tables.customers, "and nothing of the person was erased"
    assert not world.shop.tables.erasures


async def test_a_repeated_request_does_it_once(world: World) -> None:
    ada, request_id = await world.known(ADA), uuid4()
    order = OptOutOrder(subject_id=ada, ticket="T-1", request_id=request_id)
    first = await world.service.create(world.admin, order)
    assert await world.service.create(world.admin, order) == first
    assert len(world.shop.tables.opt_outs) == len(world.shop.tables.erasures) == 1


async def test_a_store_that_is_away_leaves_all_as_it_was(world: World) -> None:
    ada = await world.known(ADA)
    world.shop.images.failing = True
    with pytest.raises(FootfallError):
        await world.opt_out(ada)
    assert not world.shop.tables.opt_outs
    assert ada in world.shop.tables.customers
    world.shop.images.failing = False
    assert (await world.opt_out(ada)).in_force


async def test_there_are_only_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_OPT_OUTS == 1000
    monkeypatch.setattr("footfall_server.services.opt_outs.MOST_OPT_OUTS", 1)
    ada, eve = await world.known(ADA), await world.known(EVE)
    await world.opt_out(ada)
    with pytest.raises(FootfallError) as refused:
        await world.opt_out(eve)
    assert (refused.value.reason, refused.value.metadata["most"]) == ("TOO_MANY_OPT_OUTS", "1")
    assert eve in world.shop.tables.customers


async def test_what_was_done_is_audited_without_a_face(world: World) -> None:
    made = await world.opt_out(await world.known(ADA), ticket="T-9")
    await world.service.delete(world.admin, made.opt_out.opt_out_id)
    entries = {each.action: each for each in world.shop.tables.audit.values()}
    created, deleted = entries[Action.OPT_OUT_CREATE], entries[Action.OPT_OUT_DELETE]
    assert created.resource_id == deleted.resource_id == made.opt_out.opt_out_id
    assert '"ticket":"T-9"' in created.detail
    assert len(created.detail) < 300
    assert Action.CUSTOMER_DELETE in entries


async def test_an_opt_out_of_a_former_model_or_another_key_is_not_in_force(world: World) -> None:
    made = await world.opt_out(await world.known(ADA))
    other_key = an_opt_out_service(world.shop, key=2)
    page = await other_key.list(world.admin, "", before=None, limit=9)
    assert [each.in_force for each in page.items] == [False]
    page = await world.service.list(world.admin, "", before=None, limit=9)
    assert page.items == [made]
    assert not (await world.service.list(world.admin, "T-other", before=None, limit=9)).items
    opt_out = made.opt_out
    former = replace(opt_out, sealed={"former-model": opt_out.sealed[MODEL_ID]})
    world.shop.tables.opt_outs[opt_out.opt_out_id] = former
    page = await world.service.list(world.admin, "", before=None, limit=9)
    assert [each.in_force for each in page.items] == [False]
    assert (await world.see(person(ADA))).outcome is FaceOutcome.NEW


async def test_one_that_does_not_open_is_told_once(world: World) -> None:
    made = await world.opt_out(await world.known(ADA))
    opt_out = made.opt_out
    broken = replace(opt_out, sealed={MODEL_ID: bytes(60)})
    world.shop.tables.opt_outs[opt_out.opt_out_id] = broken
    with structlog.testing.capture_logs() as logs:
        await world.see(person(ADA))
        await world.see(person(EVE))
    told = [each for each in logs if each["event"] == "opt_out_not_opened"]
    assert [each["opt_out_id"] for each in told] == [str(opt_out.opt_out_id)]


async def test_with_two_models_templates_of_both_are_kept(world: World) -> None:
    models = {MODEL_ID: True, OTHER_MODEL_ID: False}
    world.shop.tables.tenant_models.update(
        {model_id: TenantModel(model_id, in_use, START) for model_id, in_use in models.items()}
    )
    service = an_opt_out_service(
        world.shop, dimensions={MODEL_ID: DIMENSION, OTHER_MODEL_ID: OTHER_DIMENSION}
    )
    made = await service.create(world.admin, OptOutOrder(picture=picture_of(501, 1)))
    assert set(made.opt_out.sealed) == set(models)
    # Of somebody who is known by faces of one of them, there is nothing to keep of the other.
    ada = await world.known(ADA)
    made = await service.create(world.admin, OptOutOrder(subject_id=ada))
    assert set(made.opt_out.sealed) == {MODEL_ID}


async def test_the_night_erases_who_is_known_all_the_same(world: World) -> None:
    shop = world.shop
    eve = await world.known(EVE)
    # She came while she was not on the list, was put on it by a picture, and is known by her old faces still.
    ada = await world.known(ADA)
    kept = dict(shop.tables.gallery), dict(shop.tables.customers), dict(shop.tables.sightings)
    await world.opt_out(ada)
    shop.tables.gallery, shop.tables.customers, shop.tables.sightings = kept
    result = await an_opt_out_sweep(shop).sweep(shop.tenant_id)
    assert (result.summary, result.failure) == ({"opt_outs": 1, "people": 1}, "")
    assert set(shop.tables.customers) == {eve}
    again = await an_opt_out_sweep(shop).sweep(shop.tenant_id)
    assert again.summary == {"opt_outs": 1, "people": 0}
    assert (await an_opt_out_sweep(shop, key=2).sweep(shop.tenant_id)).summary == {"opt_outs": 0, "people": 0}


async def test_marks_of_tracks_are_forgotten(world: World) -> None:
    await world.opt_out(await world.known(ADA))
    await world.see(person(ADA))
    marked_at = world.shop.clock.at
    async with world.shop.transactions.begin(world.shop.tenant_id) as tx:
        assert await tx.opt_outs.forget_tracks(marked_at) == 0
        assert await tx.opt_outs.forget_tracks(marked_at + timedelta(seconds=1)) == 1
    assert np.all([len(each) == 32 for each in world.shop.tables.opt_out_tracks])
