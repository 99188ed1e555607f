"""Which pictures somebody may be known by."""

from dataclasses import replace

import pytest
from fakes.synthetic_faces import GOOD
from footfall_server.domain.face_event import FaceQuality
from footfall_server.domain.face_examination import (
    NEEDED_DETECTION_SCORE,
    NEEDED_VISIBLE,
    NOTICED_DETECTION_SCORE,
    FaceMeasures,
    FaceRefusal,
    Refusal,
    SeenFace,
    fault,
    subject,
)
from footfall_server.domain.quality_gates import CREATE_GATES, may_found
from footfall_vision.quality import degrees_at
from footfall_vision.quality_gates import ENROLMENT_GATES, RECOGNITION_GATES
from hypothesis import given
from hypothesis import strategies as st

WHOLE = FaceMeasures(
    quality=GOOD,
    detection_score=0.9,
    visible=1.0,
    turned=10.0,
    turned_bound=30.0,
    exposure_fault=FaceRefusal.TOO_DARK,
)
PARTS = st.floats(0, 1)


def test_the_largest_face_is_whose_picture_it_is() -> None:
    portrait, passer_by, poster = SeenFace(200, 0.9), SeenFace(90, 0.95), SeenFace(300, 0.61)
    assert subject([passer_by, portrait, poster]) == 1
    assert subject([portrait]) == 0


def test_nobody_is_chosen_of_people_side_by_side() -> None:
    faces = [SeenFace(200, 0.9), SeenFace(100, 0.7), SeenFace(150, 0.9), SeenFace(99, 0.9)]
    assert subject(faces) == Refusal(FaceRefusal.SEVERAL_FACES, 3.0, 1.0)


def test_no_face_tells_how_near_it_came() -> None:
    assert subject([]) == Refusal(FaceRefusal.NO_FACE, 0.0, 0.75)
    assert subject([SeenFace(80, 0.62), SeenFace(90, 0.6)]) == Refusal(FaceRefusal.NO_FACE, 0.62, 0.75)


@pytest.mark.parametrize(
    ("measures", "refusal"),
    [
        (WHOLE, None),
        (replace(WHOLE, detection_score=0.7), Refusal(FaceRefusal.NO_FACE, 0.7, 0.75)),
        (
            replace(WHOLE, quality=replace(GOOD, inter_ocular_px=31.0, sharpness=0.1)),
            Refusal(FaceRefusal.TOO_SMALL, 31.0, 32.0),
        ),
        (replace(WHOLE, visible=0.9), Refusal(FaceRefusal.CUT_OFF, 0.9, 0.95)),
        (
            replace(WHOLE, quality=replace(GOOD, pose=0.4), turned=40.0),
            Refusal(FaceRefusal.TOO_TURNED, 40.0, 30.0),
        ),
        (
            replace(WHOLE, quality=replace(GOOD, exposure=0.2, sharpness=0.1)),
            Refusal(FaceRefusal.TOO_DARK, 0.2, 0.5),
        ),
        (replace(WHOLE, quality=replace(GOOD, sharpness=0.1)), Refusal(FaceRefusal.BLURRED, 0.1, 0.5)),
    ],
    ids=lambda value: value.reason if isinstance(value, Refusal) else "",
)
def test_a_refusal_names_one_thing_with_its_bound(measures: FaceMeasures, refusal: Refusal | None) -> None:
    assert fault(measures) == refusal


@given(st.tuples(PARTS, PARTS, PARTS, PARTS, PARTS, PARTS))
def test_whoever_is_accepted_may_found_a_person(parts: tuple[float, ...]) -> None:
    """With `score` as vision computes it: the lowest of the parts."""
    size, pose, sharpness, exposure, visible, score = parts
    certainty = min(1.0, max(0.0, (score - 0.4) / 0.5))
    quality = FaceQuality(
        score=min(size, pose, sharpness, exposure, visible, certainty),
        size=size,
        pose=pose,
        sharpness=sharpness,
        exposure=exposure,
        inter_ocular_px=size * 48,
    )
    measures = replace(WHOLE, quality=quality, visible=visible, detection_score=score)
    assert fault(measures) is not None or may_found(quality)


def test_the_bounds_are_those_of_the_edge() -> None:
    assert ENROLMENT_GATES.min_visible == NEEDED_VISIBLE
    assert pytest.approx(ENROLMENT_GATES.min_certainty) == (NEEDED_DETECTION_SCORE - 0.4) / 0.5
    assert pytest.approx(RECOGNITION_GATES.min_certainty) == (NOTICED_DETECTION_SCORE - 0.4) / 0.5
    assert CREATE_GATES.inter_ocular_px == ENROLMENT_GATES.min_inter_ocular_px
    assert degrees_at(CREATE_GATES.pose) == pytest.approx(30.0)
