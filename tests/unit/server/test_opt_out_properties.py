"""Whatever an opted-out person's events are and however they come, none makes a row with a face."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from fakes.counting_shop import Shop
from fakes.leaving_out import an_opt_out_service
from fakes.manual_clock import START
from fakes.synthetic_faces import GOOD, POOR, face_event, person, shot_of
from footfall_server.domain.face_event import FaceEvent, FaceOutcome
from footfall_server.domain.identity import Principal, Role
from footfall_server.services.opt_outs import OptOutOrder
from footfall_server.services.submission import Submission
from hypothesis import given, settings
from hypothesis import strategies as st

ADA, EVE = 1, 2
CROPS = {number: b"\xff\xd8\xff" + bytes([number] * 100) for number in (ADA, EVE)}
SURE = 0.65
"""A cosine to the person from which a single shot surely matches her templates, in this made-up space: one
such shot is enough for a whole track, wherever in it that comes."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One event: whose, how alike, how good, and of which of the person's tracks."""

    of_ada: bool
    cosine: float
    poor: bool
    track: int
    camera: int
    replica: int
    repeated: bool


SHOTS = st.builds(
    Shot,
    of_ada=st.booleans(),
    cosine=st.one_of(st.sampled_from([0.15, 0.4]), st.floats(SURE, 1.0)),
    poor=st.booleans(),
    track=st.integers(0, 2),
    camera=st.integers(0, 1),
    replica=st.integers(0, 1),
    repeated=st.booleans(),
)


def event_of(shop: Shop, shot: Shot, number: int, tracks: dict[tuple[bool, int, int], UUID]) -> FaceEvent:
    # Of one track all events are one person's, on one camera.
    track_id = tracks.setdefault((shot.of_ada, shot.track, shot.camera), uuid4())
    face = shot_of(person(ADA if shot.of_ada else EVE), cosine=shot.cosine, seed=number)
    # Neither is on two cameras at once.
    at = START + timedelta(hours=2 * (shot.track + 3 * shot.camera + 6 * shot.of_ada))
    event = face_event(
        shop.cameras[shot.camera].camera_id,
        face,
        at=at,
        seconds=2.0 + number,
        track_id=track_id,
        good=POOR if shot.poor else GOOD,
    )
    return replace(event, crop_jpeg=CROPS[ADA if shot.of_ada else EVE], female_probability=0.7)


@given(st.lists(SHOTS, max_size=8), st.booleans())
@settings(max_examples=40, deadline=None)
async def test_no_row_has_a_face_of_somebody_who_is_left_out(shots: Sequence[Shot], in_one: bool) -> None:
    shop = Shop()
    admin: Principal = replace(shop.principal(Role.TENANT_ADMIN), site_ids=None)
    shop.clock.at = START + timedelta(days=1)
    first = face_event(shop.camera_id, person(ADA), at=START - timedelta(hours=3))
    [told] = await shop.ingest.record_many(shop.principal(), [first])
    await an_opt_out_service(shop).create(admin, OptOutOrder(subject_id=told.customer_id))
    replicas = [shop.ingest, shop.replica()]

    tracks: dict[tuple[bool, int, int], UUID] = {}
    events = [(shot, event_of(shop, shot, number, tracks)) for number, shot in enumerate(shots)]
    if in_one:
        submissions = [Submission(shop.principal(), event) for _, event in events]
        results = await shop.ingest.record_each(shop.tenant_id, submissions)
        outcomes = {id(event): result for (_, event), result in zip(events, results, strict=True)}
    else:
        outcomes = {}
        for shot, event in events:
            for _ in range(1 + shot.repeated):
                [result] = await replicas[shot.replica].record_each(
                    shop.tenant_id, [Submission(shop.principal(), event)]
                )
            outcomes[id(event)] = result

    of_ada = {event.track_id for shot, event in events if shot.of_ada and shot.cosine >= SURE}
    tables = shop.tables
    assert not [each for each in tables.gallery.values() if each.face.track_id in of_ada]
    assert not of_ada & tables.track_faces.keys()
    assert not [each for each in tables.images.values() if each.track_id in of_ada]
    shown = {each.object_key for each in tables.images.values()}
    unseen = {key for key, stored in shop.images.objects.items() if stored[0] == CROPS[ADA]} - shown
    if all(shot.cosine >= SURE for shot, _ in events):
        assert not unseen
    # Each is counted once, as nobody.
    assert tables.sightings.keys() == {event.track_id for _, event in events}
    for track_id in of_ada:
        sighting = tables.sightings[track_id]
        assert (sighting.outcome, sighting.customer_id) == (FaceOutcome.UNRECOGNISABLE, None)
        assert (sighting.model_id, sighting.image_id, sighting.female_probability) == ("", None, None)
    for _, event in events:
        assert outcomes[id(event)].event_id == event.event_id  # type: ignore[union-attr]
        if event.track_id in of_ada and event.event_id in tables.decisions:
            assert tables.decisions[event.event_id].rule == "opted_out"
