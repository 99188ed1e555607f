"""What is wrong with an event is named by field."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from fakes.manual_clock import START
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent
from footfall_server.errors import FootfallError
from footfall_server.services.event_checks import EventChecks, EventTimes, RecognitionModel

NOW = START + timedelta(minutes=1)
EVENT = face_event(uuid4(), person(1))
NOT_A_NUMBER = np.full(DIMENSION, np.nan, np.float32)

BAD: list[tuple[str, FaceEvent, set[str]]] = [
    ("dimension", replace(EVENT, embedding=person(1, dimension=32)), {"embedding.vector"}),
    ("nan", replace(EVENT, embedding=NOT_A_NUMBER), {"embedding.vector"}),
    ("infinite", replace(EVENT, embedding=NOT_A_NUMBER * np.inf), {"embedding.vector"}),
    ("norm", replace(EVENT, embedding=person(1) * np.float32(1.05)), {"embedding.vector"}),
    ("zero", replace(EVENT, embedding=np.zeros(DIMENSION, np.float32)), {"embedding.vector"}),
    ("order", replace(EVENT, last_seen_at=START - timedelta(seconds=1)), {"last_seen_time"}),
    ("future", face_event(uuid4(), person(1), at=NOW + timedelta(minutes=6)), {"last_seen_time"}),
    ("old", face_event(uuid4(), person(1), at=NOW - timedelta(days=32)), {"first_seen_time"}),
    (
        "long",
        face_event(uuid4(), person(1), at=NOW - timedelta(hours=14), seconds=46_800),
        {"last_seen_time"},
    ),
    ("crop", replace(EVENT, crop_jpeg=b"GIF89a"), {"crop_jpeg"}),
    ("aligned", replace(EVENT, aligned_jpeg=b"GIF89a"), {"aligned_jpeg"}),
    ("other", replace(EVENT, model_id="two"), {"embedding.vector"}),
    (
        "both",
        replace(EVENT, crop_jpeg=b"\xff\xd8\xff", image=AnnouncedImage(uuid4(), 3, "image/jpeg")),
        {"crop_jpeg"},
    ),
    (
        "several",
        replace(EVENT, embedding=NOT_A_NUMBER, last_seen_at=START - timedelta(seconds=1)),
        {"embedding.vector", "last_seen_time"},
    ),
]


@pytest.fixture
def checks() -> EventChecks:
    return EventChecks(times=EventTimes())


def refused(checks: EventChecks, event: FaceEvent) -> FootfallError | None:
    models = {MODEL_ID: RecognitionModel(MODEL_ID, DIMENSION), "two": RecognitionModel("two", 2)}
    return checks.refusal(event, NOW, models, MODEL_ID)


@pytest.mark.parametrize(("event", "fields"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_every_bad_field_is_named(checks: EventChecks, event: FaceEvent, fields: set[str]) -> None:
    refusal = refused(checks, event)
    assert refusal is not None
    assert refusal.reason == "INVALID_FIELD"
    assert {violation.field for violation in refusal.violations} == fields


def test_a_good_event_passes(checks: EventChecks) -> None:
    assert refused(checks, EVENT) is None
    assert refused(checks, replace(EVENT, embedding=person(1) * np.float32(1.009))) is None


def test_another_model_is_a_mismatch_and_not_a_bad_field(checks: EventChecks) -> None:
    refusal = refused(checks, replace(EVENT, model_id="other"))
    assert refusal is not None
    assert refusal.reason == "MODEL_MISMATCH"
