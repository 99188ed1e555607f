"""From frames to events, with a vision that sees what the test says."""

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta

import cv2
import numpy as np
import pytest
from fakes.edge_samples import MODEL_ID, NOON, face, quality, unit_vector
from footfall_edge import convert
from footfall_edge.best_shot import ShotRules
from footfall_edge.camera_settings import CameraSettings, EntryLine, ImagePolicy
from footfall_edge.entry_line import Crossing
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_edge.still_places import StillPlace, StillPlaces
from footfall_edge.track_telling import TellingRules
from footfall_edge.views import View
from footfall_vision.types import Face, Floats, Image, Quality, QualityReason

SHAPE = (360, 640, 3)
_POSTER_WALL = np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)
"""A picture in which nothing ever moves."""


def living_picture(at: float) -> Image:
    """A picture in which everything moves all the time."""
    return np.random.default_rng(round(at * 1000)).integers(0, 256, SHAPE, dtype=np.uint8)


class ScriptedVision:
    """Sees the faces that it is told; counts what it was asked."""

    def __init__(self) -> None:
        self.faces: list[tuple[Face, int, Quality]] = []
        self.embedded = 0
        self.detect_width: int | None = None

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def detect(self, image: Image, detect_width: int | None = None) -> Sequence[Face]:
        assert image.shape == SHAPE
        self.detect_width = detect_width
        return [one for one, _, _ in self.faces]

    def _who(self, wanted: Face) -> tuple[int, Quality]:
        return next((person, quality) for one, person, quality in self.faces if one is wanted)

    def align(self, image: Image, face: Face) -> Image:
        person, _ = self._who(face)
        assert image.shape == SHAPE
        return np.full((112, 112, 3), person, dtype=np.uint8)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        assert image.shape == SHAPE
        assert crop.shape == (112, 112, 3)
        return self._who(face)[1]

    def embed(self, crop: Image) -> Floats:
        self.embedded += 1
        return unit_vector(int(crop[0, 0, 0]))

    def female_probability(self, image: Image, face: Face) -> float | None:
        assert image.shape == SHAPE
        return 0.25 if self._who(face)[0] == 1 else None


class Camera:
    def __init__(self, settings: CameraSettings | None = None, places: StillPlaces | None = None) -> None:
        self.vision = ScriptedVision()
        self.views: list[View | None] = []
        self.analyst = FaceAnalyst(
            camera_id="door",
            vision=self.vision,
            settings=settings,
            places=places,
            show=self.views.append,
        )
        self.picture: Callable[[float], Image] = living_picture

    def show(self, at: float, *faces: tuple[Face, int, Quality]) -> list[FaceEvent]:
        self.vision.faces = list(faces)
        frame = Frame(image=self.picture(at), at=at, captured_at=NOON + timedelta(seconds=at))
        return list(self.analyst.observe(frame))

    def stay(self, begin: float, end: float, *faces: tuple[Face, int, Quality]) -> list[FaceEvent]:
        events: list[FaceEvent] = []
        for step in range(round((end - begin) * 10)):
            events += self.show(begin + step / 10, *faces)
        return events


GOOD = quality(0.9)


def test_a_track_is_told_early_when_ripe_and_once_more_at_its_end() -> None:
    camera = Camera()
    events = camera.stay(0.0, 4.0, (face(), 1, GOOD))
    assert len(events) == 1
    early = events[0]
    assert not early.final
    assert (early.last_seen - early.first_seen) == timedelta(seconds=1.5)
    assert camera.stay(4.0, 8.9) == [], "who is away for a moment may come back"
    events = camera.stay(8.9, 9.1)
    assert len(events) == 1
    final = events[0]
    assert final.final
    assert final.track_id == early.track_id
    assert final.event_id != early.event_id
    assert final.portrait is not None
    assert early.portrait is not None
    assert final.portrait.image_id != early.portrait.image_id
    assert final.first_seen == NOON
    assert final.last_seen - NOON == timedelta(seconds=3.9)
    assert final.embedding == pytest.approx(unit_vector(1), abs=1e-5)
    assert final.female_probability == pytest.approx(0.25)
    assert final.model_id == MODEL_ID
    assert camera.analyst.faces_in_view == 0


def test_a_short_track_is_told_once_and_two_detections_are_noise() -> None:
    camera = Camera()
    camera.stay(0.0, 0.5, (face(), 1, GOOD))
    events = camera.stay(0.5, 6.0)
    assert [event.final for event in events] == [True]
    camera.stay(6.0, 6.2, (face(), 1, GOOD))
    assert camera.stay(6.2, 12.0) == []


def test_what_the_detector_is_not_sure_of_is_noise() -> None:
    camera = Camera()
    camera.stay(0.0, 3.0, (face(score=0.65), 1, GOOD))
    assert camera.stay(3.0, 5.0) == []


def test_a_track_that_is_never_good_is_told_at_its_end_with_the_reasons() -> None:
    camera = Camera()
    blurred = quality(0.2, QualityReason.BLURRED)
    assert camera.stay(0.0, 4.0, (face(), 1, blurred)) == [], "there is nothing good to tell early"
    assert camera.vision.embedded == 0, "poor shots are not worth embedding"
    (event,) = camera.analyst.close()
    assert event.final
    assert event.quality.reasons == (QualityReason.BLURRED,)
    assert event.shot_count == 0
    assert event.embedding == pytest.approx(unit_vector(1), abs=1e-5)
    assert event.female_probability is None


def test_embedding_is_spared_once_the_set_is_full() -> None:
    camera = Camera()
    camera.stay(0.0, 30.0, (face(), 1, GOOD))
    # Five for the set, then one every two seconds to see that it is still the same person.
    assert camera.vision.embedded <= 5 + 15


def test_a_group_is_as_many_tracks_as_people() -> None:
    camera = Camera()
    group = [(face(x=20 + 150 * person), person, GOOD) for person in (1, 2, 3, 4)]
    camera.stay(0.0, 3.0, *group)
    events = camera.analyst.close()
    assert len({event.track_id for event in events}) == 4
    assert {int(np.argmax([event.embedding @ unit_vector(p) for p in range(6)])) for event in events} == {
        1,
        2,
        3,
        4,
    }


def test_a_slide_to_another_person_makes_two_tracks() -> None:
    camera = Camera()
    events = camera.stay(0.0, 3.0, (face(), 1, GOOD))
    events += camera.stay(3.0, 6.5, (face(), 2, GOOD))  # the box stays: only the looks tell
    events += camera.analyst.close()
    people = {
        event.track_id: int(np.argmax([event.embedding @ unit_vector(p) for p in range(4)]))
        for event in events
    }
    assert sorted(people.values()) == [1, 2], "each track must show one person"
    finals = [event for event in events if event.final]
    assert len(finals) == 2
    assert finals[0].last_seen <= finals[1].first_seen


def test_who_stays_for_long_is_told_in_tracks_that_do_not_overlap() -> None:
    camera = Camera()
    camera.analyst = FaceAnalyst(camera_id="door", vision=camera.vision, rules=TellingRules(longest_s=5.0))
    events = [*camera.stay(0.0, 12.0, (face(), 1, GOOD)), *camera.analyst.close()]
    finals = [event for event in events if event.final]
    assert len(finals) == len({event.track_id for event in events}) == 3
    assert all(one.last_seen < next_one.first_seen for one, next_one in itertools.pairwise(finals))


def test_silence_ends_tracks_too() -> None:
    camera = Camera()
    camera.stay(0.0, 1.0, (face(), 1, GOOD))
    assert camera.analyst.expire(1.5) == []
    assert camera.analyst.faces_in_view == 1
    assert camera.analyst.expire(2.5) == []
    assert camera.analyst.faces_in_view == 0
    (event,) = camera.analyst.expire(6.5)
    assert event.final


def test_a_portrait_is_a_small_jpeg_of_head_and_shoulders() -> None:
    camera = Camera()
    camera.stay(0.0, 1.0, (face(x=100, y=20, size=240), 1, GOOD))
    (event,) = camera.analyst.close()
    assert event.portrait is not None
    decoded = cv2.imdecode(np.frombuffer(event.portrait.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert max(decoded.shape[:2]) <= 320


def test_the_aligned_crop_goes_with_both_events_and_shows_the_best_shot() -> None:
    camera = Camera()
    events = [*camera.stay(0.0, 4.0, (face(), 77, GOOD)), *camera.analyst.close()]
    assert [event.final for event in events] == [False, True]
    for event in events:
        decoded = cv2.imdecode(np.frombuffer(event.aligned_jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert decoded is not None
        assert decoded.shape == (112, 112, 3)
        assert np.abs(decoded.astype(int) - 77).max() <= 2


def test_no_aligned_crop_of_what_cannot_be_recognised() -> None:
    camera = Camera()
    camera.stay(0.0, 4.0, (face(), 1, quality(0.2, QualityReason.BLURRED)))
    (event,) = camera.analyst.close()
    assert event.portrait is not None
    assert event.aligned_jpeg == b""


def test_no_picture_where_none_may_leave_the_shop() -> None:
    camera = Camera(CameraSettings(images=ImagePolicy.NONE))
    camera.stay(0.0, 4.0, (face(), 1, GOOD))
    (event,) = camera.analyst.close()
    assert (event.portrait, event.aligned_jpeg) == (None, b"")
    assert event.embedding == pytest.approx(unit_vector(1), abs=1e-5)


@pytest.mark.parametrize("policy", list(ImagePolicy))
def test_nothing_of_a_face_is_told_where_nobody_is_recognised(policy: ImagePolicy) -> None:
    camera = Camera(CameraSettings(images=policy, anonymous=True))
    events = camera.stay(0.0, 4.0, (face(), 1, GOOD))
    events += camera.analyst.close()
    assert [event.final for event in events] == [False, True], "people are counted as elsewhere"
    for event in events:
        assert (event.embedding, event.model_id, event.female_probability) == (None, "", None)
        assert (event.portrait, event.aligned_jpeg) == (None, b"")
        told = convert.to_face_event(event)
        assert not told.HasField("embedding")
        assert unit_vector(1).astype("<f4").tobytes() not in told.SerializeToString()


def test_a_face_that_is_seen_badly_is_not_embedded_either_where_nobody_is_recognised() -> None:
    camera = Camera(CameraSettings(anonymous=True))
    camera.stay(0.0, 4.0, (face(), 1, quality(0.2, QualityReason.BLURRED)))
    embedded = camera.vision.embedded
    (event,) = camera.analyst.close()
    assert event.embedding is None
    assert camera.vision.embedded == embedded


def test_the_whole_frame_where_it_may_leave_the_shop() -> None:
    camera = Camera(CameraSettings(images=ImagePolicy.FRAMES))
    camera.stay(0.0, 4.0, (face(), 1, GOOD))
    (event,) = camera.analyst.close()
    assert event.portrait is not None
    decoded = cv2.imdecode(np.frombuffer(event.portrait.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == SHAPE


def test_a_camera_searches_as_wide_as_it_is_set() -> None:
    camera = Camera(CameraSettings(detect_width=320))
    camera.show(0.0)
    assert camera.vision.detect_width == 320


def test_a_face_in_a_mask_is_nobody() -> None:
    left_half = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    camera = Camera(CameraSettings(masks=(left_half,)))
    camera.stay(0.0, 4.0, (face(x=100), 1, GOOD), (face(x=400), 2, GOOD))
    (event,) = camera.analyst.close()
    assert event.embedding == pytest.approx(unit_vector(2), abs=1e-5)


def walk(camera: Camera, begin: float, *, from_y: float, to_y: float) -> list[FaceEvent]:
    events: list[FaceEvent] = []
    for step in range(31):
        y = from_y + (to_y - from_y) * step / 30
        events += camera.show(begin + step / 10, (face(x=300, y=y, size=60), 1, GOOD))
    return events


def test_an_event_tells_which_way_the_entry_line_was_crossed() -> None:
    # Who looks from right to left has the bottom of the picture on the left.
    line = EntryLine(start=(1.0, 0.5), end=(0.0, 0.5))
    camera = Camera(CameraSettings(entry_line=line))
    walk(camera, 0.0, from_y=20, to_y=260)
    (came_in,) = camera.analyst.close()
    assert came_in.crossing is Crossing.IN
    walk(camera, 10.0, from_y=260, to_y=20)
    (went_out,) = camera.analyst.close()
    assert went_out.crossing is Crossing.OUT
    walk(camera, 20.0, from_y=20, to_y=100)
    (stayed,) = camera.analyst.close()
    assert stayed.crossing is None


def test_who_turns_at_the_door_has_not_crossed_in_the_end() -> None:
    camera = Camera(CameraSettings(entry_line=EntryLine(start=(1.0, 0.5), end=(0.0, 0.5))))
    early = walk(camera, 0.0, from_y=20, to_y=260)
    walk(camera, 3.1, from_y=260, to_y=20)
    (final,) = camera.analyst.close()
    assert [event.track_id for event in early] == [final.track_id]
    assert final.crossing is None


def poster(_at: float) -> Image:
    return _POSTER_WALL


def test_a_poster_is_never_told_and_soon_costs_nothing() -> None:
    camera = Camera()
    camera.picture = poster
    assert camera.stay(0.0, 12.0, (face(), 1, GOOD)) == []
    assert camera.analyst.faces_in_view == 0
    embedded = camera.vision.embedded
    assert camera.stay(12.0, 60.0, (face(), 1, GOOD)) == []
    assert camera.vision.embedded == embedded
    assert camera.analyst.close() == []
    assert camera.analyst.counts.pictures == 1
    # It was hidden for a while, and hangs there still.
    assert camera.stay(70.0, 73.0, (face(x=102), 1, GOOD)) == []
    assert camera.analyst.close() == []


def test_the_pictures_of_a_slide_show_are_found_out_together() -> None:
    camera = Camera()
    camera.picture = poster
    told = []
    for slide in range(6):
        camera.stay(slide * 10.0, slide * 10.0 + 1.3, (face(), slide, GOOD))
        told.append(len(camera.analyst.close()))
    assert told == [1, 1, 1, 1, 1, 0], "no slide hangs for long, but all of them together do"


def test_where_a_poster_hangs_a_person_who_moves_is_told_at_once() -> None:
    camera = Camera()
    camera.picture = poster
    camera.stay(0.0, 12.0, (face(), 1, GOOD))
    camera.picture = living_picture  # somebody stands in front of it
    events = []
    for step in range(30):
        events += camera.show(12.0 + step / 10, (face(x=100 + 6 * step), 2, GOOD))
    assert [event.final for event in events] == [False]
    (final,) = camera.analyst.close()
    assert final.embedding == pytest.approx(unit_vector(2), abs=1e-5)
    assert final.first_seen >= NOON + timedelta(seconds=12)


def test_where_a_poster_hangs_who_stands_and_stirs_is_told_in_the_end() -> None:
    camera = Camera()
    camera.picture = poster
    camera.stay(0.0, 12.0, (face(), 1, GOOD))
    camera.picture = living_picture
    assert camera.stay(12.0, 15.0, (face(), 2, GOOD)) == [], "so would a poster before which people pass"
    events = [*camera.stay(15.0, 40.0, (face(), 2, GOOD)), *camera.analyst.close()]
    assert [event.final for event in events] == [False, True]
    assert events[1].embedding == pytest.approx(unit_vector(2), abs=1e-5)


def test_a_poster_that_people_hide_for_a_while_stays_a_poster() -> None:
    camera = Camera()
    camera.picture = poster
    events = camera.stay(0.0, 4.0, (face(), 1, GOOD))
    for passer in range(8):
        begin = 4.0 + 3 * passer
        camera.picture = living_picture
        events += camera.stay(begin, begin + 1.0, (face(), 1, GOOD))
        camera.picture = poster
        events += camera.stay(begin + 1.0, begin + 3.0, (face(), 1, GOOD))
    assert events == []
    assert camera.analyst.close() == []


def test_what_is_half_hidden_where_a_poster_hangs_is_nobody() -> None:
    camera = Camera()
    camera.picture = poster
    camera.stay(0.0, 3.0, (face(), 1, GOOD))
    events = camera.stay(3.0, 3.8, (face(x=104), 9, GOOD))  # half of it looks like somebody else
    events += camera.stay(3.8, 5.0, (face(), 1, GOOD))
    assert [*events, *camera.analyst.close()] == []


def test_half_a_face_at_the_edge_of_the_picture_is_no_good_shot() -> None:
    camera = Camera()
    camera.stay(0.0, 2.0, (face(x=1), 3, GOOD))
    (event,) = camera.analyst.close()
    assert event.quality.reasons == (QualityReason.TRUNCATED,)
    assert event.shot_count == 0
    camera.stay(10.0, 10.4, (face(x=1), 3, GOOD))
    assert camera.analyst.close() == [], "and too few of them are noise"


def test_who_has_moved_once_may_stand_as_still_as_a_poster() -> None:
    camera = Camera()
    events = camera.stay(0.0, 2.0, (face(), 1, GOOD))
    camera.picture = poster
    events += camera.stay(2.0, 120.0, (face(), 1, GOOD))
    events += camera.analyst.close()
    assert [event.final for event in events] == [False, True]
    assert events[1].last_seen - events[1].first_seen > timedelta(seconds=115)


class MemoryStore:
    def __init__(self) -> None:
        self.places: dict[str, Sequence[StillPlace]] = {}

    def load(self, camera_id: str) -> Sequence[StillPlace]:
        return self.places.get(camera_id, ())

    def save(self, camera_id: str, places: Sequence[StillPlace]) -> None:
        self.places[camera_id] = tuple(places)


def test_a_poster_is_still_known_after_a_killed_worker_starts_again() -> None:
    store = MemoryStore()
    camera = Camera(places=StillPlaces(camera_id="door", store=store))
    camera.picture = poster
    camera.stay(0.0, 12.0, (face(), 1, GOOD))
    again = Camera(places=StillPlaces(camera_id="door", store=store))
    again.picture = poster
    again.stay(20.0, 24.0, (face(), 1, GOOD))
    assert again.analyst.close() == []


def test_a_track_that_shows_two_people_by_turns_is_told_as_two() -> None:
    camera = Camera()
    camera.analyst = FaceAnalyst(
        camera_id="door",
        vision=camera.vision,
        shot_rules=ShotRules(check_every_s=100.0),  # nobody looks while it happens
    )
    events = []
    blurred = quality(0.1, QualityReason.BLURRED)
    for second, person in enumerate((1, 2, 1, 2, 1)):
        # One good shot a second, so that all five are kept and none is a stranger to those before.
        events += camera.show(float(second), (face(), person, GOOD))
        events += camera.stay(second + 0.1, second + 0.9, (face(), person, blurred))
    events += camera.analyst.close()
    people = {
        event.track_id: int(np.argmax([event.embedding @ unit_vector(p) for p in range(4)]))
        for event in events
        if event.final
    }
    assert sorted(people.values()) == [1, 2]
    assert camera.analyst.counts.splits == 1


def test_each_frame_is_shown_with_the_faces_that_are_followed_in_it() -> None:
    camera = Camera()
    camera.show(0.0)
    camera.show(0.1, (face(), 1, GOOD), (face(x=400), 2, quality(0.2, QualityReason.BLURRED)))
    camera.analyst.close()
    empty, two, gone = camera.views
    assert isinstance(empty, View)
    assert empty.faces == ()
    assert isinstance(two, View)
    assert two.frame.at == 0.1
    assert [(one.quality.score, len(one.quality.reasons)) for one in two.faces] == [(0.9, 0), (0.2, 1)]
    assert gone is None, "what a camera showed last is not kept when it is let go"


def test_who_looks_on_sees_nothing_of_a_mask() -> None:
    seen: list[View | None] = []
    vision = ScriptedVision()
    left_half = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    analyst = FaceAnalyst(
        camera_id="door", vision=vision, settings=CameraSettings(masks=(left_half,)), show=seen.append
    )
    analyst.observe(Frame(image=poster(0), at=0.0, captured_at=NOON))
    (view,) = seen
    assert view is not None
    assert not view.frame.image[:, :320].any()
    assert (view.frame.image[:, 322:] == poster(0)[:, 322:]).all()
