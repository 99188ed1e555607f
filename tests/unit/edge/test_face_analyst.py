"""From frames to events, with a vision that sees what the test says."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import cv2
import numpy as np
import pytest
from fakes.edge_samples import MODEL_ID, NOON, face, quality, unit_vector
from footfall_edge import face_analyst
from footfall_edge.face_analyst import FaceAnalyst, TellingRules
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_vision.types import Face, Floats, Image, Quality, QualityReason

CANVAS = np.full((360, 640, 3), 120, dtype=np.uint8)


class ScriptedVision:
    """Sees the faces that it is told; counts what it was asked."""

    def __init__(self) -> None:
        self.faces: list[tuple[Face, int, Quality]] = []
        self.embedded = 0

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def detect(self, image: Image) -> Sequence[Face]:
        assert image.shape == CANVAS.shape
        return [one for one, _, _ in self.faces]

    def _who(self, wanted: Face) -> tuple[int, Quality]:
        return next((person, quality) for one, person, quality in self.faces if one is wanted)

    def align(self, image: Image, face: Face) -> Image:
        person, _ = self._who(face)
        assert image.shape == CANVAS.shape
        return np.full((112, 112, 3), person, dtype=np.uint8)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        assert image.shape == CANVAS.shape
        assert crop.shape == (112, 112, 3)
        return self._who(face)[1]

    def embed(self, crop: Image) -> Floats:
        self.embedded += 1
        return unit_vector(int(crop[0, 0, 0]))

    def female_probability(self, image: Image, face: Face) -> float | None:
        assert image.shape == CANVAS.shape
        return 0.25 if self._who(face)[0] == 1 else None


class Camera:
    def __init__(self) -> None:
        self.vision = ScriptedVision()
        self.analyst = FaceAnalyst(camera_id="door", vision=self.vision)

    def show(self, at: float, *faces: tuple[Face, int, Quality]) -> list[FaceEvent]:
        self.vision.faces = list(faces)
        return list(
            self.analyst.observe(Frame(image=CANVAS, at=at, captured_at=NOON + timedelta(seconds=at)))
        )

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
    events = camera.stay(4.0, 6.0)
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
    events = camera.stay(0.5, 2.0)
    assert [event.final for event in events] == [True]
    camera.stay(3.0, 3.2, (face(), 1, GOOD))
    assert camera.stay(3.2, 5.0) == []


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
    (event,) = camera.analyst.expire(2.5)
    assert event.final


def test_a_portrait_is_a_small_jpeg_of_head_and_shoulders() -> None:
    camera = Camera()
    camera.stay(0.0, 1.0, (face(x=100, y=20, size=240), 1, GOOD))
    (event,) = camera.analyst.close()
    assert event.portrait is not None
    decoded = cv2.imdecode(np.frombuffer(event.portrait.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert max(decoded.shape[:2]) <= 320
    assert len(event.portrait.jpeg) < 65536


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


def test_no_aligned_crop_where_no_image_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_analyst, "_encode", lambda _: None)
    camera = Camera()
    camera.stay(0.0, 4.0, (face(), 1, GOOD))
    (event,) = camera.analyst.close()
    assert (event.portrait, event.aligned_jpeg) == (None, b"")


def test_an_aligned_crop_always_has_room_in_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    best = face_analyst._encode_aligned(noise)
    assert 0 < len(best) <= 32 * 1024
    monkeypatch.setattr(face_analyst, "_ALIGNED_MAX_BYTES", len(best) - 1)
    assert 0 < len(face_analyst._encode_aligned(noise)) < len(best)
    monkeypatch.setattr(face_analyst, "_ALIGNED_MAX_BYTES", 100)
    assert face_analyst._encode_aligned(noise) == b""
