"""The staff's faces: what is believed, whose a face is, and when all of it is forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from fakes.edge_samples import MODEL_ID, face_event, unit_vector
from footfall.v1 import ingest_service_pb2
from footfall_edge import convert
from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.face_event import FaceEvent
from footfall_edge.link.gallery_duty import from_gallery_delta
from footfall_edge.staff.gallery import (
    MARGIN,
    BadGalleryError,
    GalleryDelta,
    GalleryFace,
    GalleryGapError,
    StaffGallery,
)
from footfall_edge.staff.gallery_file import GalleryFile
from footfall_edge.staff.keeper import TRUSTED_S, StaffKeeper
from footfall_edge.staff.marking_sink import StaffMarkingSink
from footfall_vision.types import Floats
from hypothesis import given
from hypothesis import strategies as st

ANNA, BEN = str(UUID(int=1)), str(UUID(int=2))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def staff_face(number: int, staff_id: str = ANNA, vector: Floats | None = None) -> GalleryFace:
    return GalleryFace(
        str(UUID(int=100 + number)), staff_id, unit_vector(number) if vector is None else vector
    )


def delta(
    *faces: GalleryFace,
    begins: int = 0,
    version: int = 1,
    removed: tuple[str, ...] = (),
    model_id: str = MODEL_ID,
    threshold: float = 0.5,
) -> GalleryDelta:
    return GalleryDelta(
        from_version=begins,
        version=version,
        model_id=model_id,
        threshold=threshold,
        faces=faces,
        removed_face_ids=removed,
    )


def gallery(*deltas: GalleryDelta) -> StaffGallery:
    made = StaffGallery()
    for one in deltas:
        made = made.apply(one, model_id=MODEL_ID)
    return made


def towards(one: Floats, other: Floats, cosine: float) -> Floats:
    """A direction with that cosine to the first, in the plane of the two."""
    side = other - (other @ one) * one
    side /= np.linalg.norm(side)
    return (cosine * one + np.sqrt(1 - cosine**2) * side).astype(np.float32)


def test_a_member_of_staff_is_known_by_any_of_several_faces_and_strangers_are_nobody() -> None:
    known = gallery(delta(staff_face(1), staff_face(2), staff_face(3, BEN)))
    for number, staff_id in ((1, ANNA), (2, ANNA), (3, BEN)):
        match = known.match(MODEL_ID, unit_vector(number))
        assert match is not None
        assert (match.staff_id, match.gallery_version) == (staff_id, 1)
        assert match.score == pytest.approx(1.0, abs=1e-5)
    assert known.match(MODEL_ID, unit_vector(9)) is None
    assert known.match("another-model", unit_vector(1)) is None
    assert known.match(MODEL_ID, unit_vector(1, 128)) is None
    assert StaffGallery().match(MODEL_ID, unit_vector(1)) is None


def test_the_threshold_decides() -> None:
    known = gallery(delta(staff_face(1), threshold=0.6))
    assert known.match(MODEL_ID, towards(unit_vector(1), unit_vector(7), 0.601)) is not None
    assert known.match(MODEL_ID, towards(unit_vector(1), unit_vector(7), 0.599)) is None


def test_who_looks_like_two_is_left_to_the_core() -> None:
    anna = unit_vector(1)
    ben = towards(anna, unit_vector(7), 0.99)
    known = gallery(delta(staff_face(1), staff_face(2, BEN, ben)))
    assert known.match(MODEL_ID, anna) is None
    twice = gallery(delta(staff_face(1), staff_face(2, ANNA, ben)))
    assert twice.match(MODEL_ID, anna) is not None, "two faces of one person are no doubt"
    assert MARGIN > 0.01


def test_deltas_add_replace_and_remove() -> None:
    first = gallery(delta(staff_face(1), staff_face(2, BEN)))
    second = first.apply(
        delta(
            staff_face(3),
            begins=1,
            version=4,
            removed=(staff_face(2).face_id, str(UUID(int=999))),
        ),
        model_id=MODEL_ID,
    )
    assert second.version == 4
    assert second.match(MODEL_ID, unit_vector(2)) is None, "Ben is not staff any more"
    assert second.match(MODEL_ID, unit_vector(3)) is not None
    assert first.match(MODEL_ID, unit_vector(2)) is not None, "a gallery is a value"
    whole = second.apply(delta(staff_face(5), version=2), model_id=MODEL_ID)
    assert (whole.version, len(whole.faces)) == (2, 1), "from 0 replaces everything"
    none = whole.apply(delta(version=0), model_id=MODEL_ID)
    assert (none.version, len(none.faces)) == (0, 0)


def test_a_gap_is_told_apart_from_a_bad_delta() -> None:
    with pytest.raises(GalleryGapError):
        gallery(delta(staff_face(1)), delta(staff_face(2), begins=3, version=4))


NAN = np.full(512, np.nan, np.float32)
BAD = {
    "not of length one": delta(staff_face(1, vector=unit_vector(1) * 1.1)),
    "zero": delta(staff_face(1, vector=np.zeros(512, np.float32))),
    "no numbers": delta(staff_face(1, vector=NAN)),
    "infinite": delta(staff_face(1, vector=np.full(512, np.inf, np.float32))),
    "mixed lengths": delta(staff_face(1), staff_face(2, vector=unit_vector(2, 256))),
    "too short": delta(staff_face(1, vector=unit_vector(1, 32))),
    "empty": delta(staff_face(1, vector=np.empty(0, np.float32))),
    "another model": delta(staff_face(1), model_id="another-model"),
    "everybody is staff": delta(staff_face(1), threshold=-1.0),
    "threshold unset": delta(staff_face(1), threshold=0.0),
    "threshold NaN": delta(staff_face(1), threshold=float("nan")),
    "threshold above one": delta(staff_face(1), threshold=1.5),
    "no face id": delta(GalleryFace("x", ANNA, unit_vector(1))),
    "no staff id": delta(staff_face(1, "somebody")),
    "the same face twice": delta(staff_face(1), staff_face(1)),
    "faces of no version": delta(staff_face(1), version=0),
    "backwards": delta(staff_face(1), begins=0, version=-1),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_poisoned_delta_is_refused_whole(bad: GalleryDelta) -> None:
    with pytest.raises(BadGalleryError) as refused:
        gallery(bad)
    assert ANNA not in str(refused.value)


@given(st.binary(max_size=300))
def test_any_bytes_for_a_vector_are_refused_or_of_length_one(vector: bytes) -> None:
    message = ingest_service_pb2.GalleryDelta(
        version=1,
        model_id=MODEL_ID,
        threshold=0.5,
        faces=[
            ingest_service_pb2.GalleryFace(face_id=str(UUID(int=1)), staff_id=ANNA, vector=vector),
        ],
    )
    try:
        made = gallery(from_gallery_delta(message))
    except BadGalleryError:
        return
    [kept] = made.faces.values()
    assert float(np.linalg.norm(kept.vector)) == pytest.approx(1.0, abs=0.01)


class Shop:
    """A worker's data folder, and its clocks."""

    def __init__(self, path: Path) -> None:
        self.path = path / "staff_gallery"
        self.key = KeyFile(path / "spool.key")
        self.now = 1000.0
        self.wall = NOON

    def keeper(self, model_id: str = MODEL_ID) -> StaffKeeper:
        return StaffKeeper(
            model_id=model_id,
            file=GalleryFile(self.path, self.key),
            steady=lambda: self.now,
            wall=lambda: self.wall,
        )

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_gallery_survives_a_restart_sealed(shop: Shop) -> None:
    keeper = shop.keeper()
    assert keeper.apply(delta(staff_face(1), staff_face(2, BEN), version=7)) is False
    raw = shop.path.read_bytes()
    for secret in (ANNA.encode(), unit_vector(1).tobytes()[:16], b"threshold", MODEL_ID.encode()):
        assert secret not in raw
    assert shop.path.stat().st_mode & 0o077 == 0
    again = shop.keeper()
    assert again.version == 7
    match = again.match(MODEL_ID, unit_vector(2))
    assert match is not None
    assert match.staff_id == BEN


def test_what_was_revoked_is_not_found_on_the_disk_either(shop: Shop) -> None:
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1), staff_face(2, BEN)))
    keeper.apply(delta(begins=1, version=2, removed=(staff_face(2).face_id,)))
    assert keeper.match(MODEL_ID, unit_vector(2)) is None
    assert shop.keeper().match(MODEL_ID, unit_vector(2)) is None
    keeper.apply(delta(begins=2, version=3, removed=(staff_face(1).face_id,)))
    assert not shop.path.exists(), "of nobody nothing is kept"
    assert keeper.version == 3, "and the core need not send it again"


@pytest.mark.parametrize("change", ["cut", "turned", "other key", "other model", "text"])
def test_a_file_that_cannot_be_believed_is_none_and_goes(shop: Shop, change: str) -> None:
    shop.keeper().apply(delta(staff_face(1)))
    text = shop.path.read_text()
    model_id = MODEL_ID
    match change:
        case "cut":
            shop.path.write_text(text[:-40])
        case "turned":
            shop.path.write_text(text[:200] + ("A" if text[200] != "A" else "B") + text[201:])
        case "other key":
            shop.key.make()
        case "other model":
            model_id = "another-model"
        case "text":
            shop.path.write_text("ä")
    keeper = shop.keeper(model_id)
    assert keeper.version == 0
    assert keeper.match(MODEL_ID, unit_vector(1)) is None
    assert not shop.path.exists()


def test_a_gap_has_the_worker_say_what_it_holds_and_changes_nothing(shop: Shop) -> None:
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1)))
    assert keeper.apply(delta(staff_face(2), begins=5, version=6)) is True
    assert keeper.version == 1


def test_a_refused_delta_leaves_no_gallery_since_it_may_have_revoked_somebody(shop: Shop) -> None:
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1)))
    poisoned = delta(staff_face(2, vector=NAN), begins=1, version=2, removed=(staff_face(1).face_id,))
    assert keeper.apply(poisoned) is True
    assert keeper.match(MODEL_ID, unit_vector(1)) is None
    assert not shop.path.exists()
    assert keeper.apply(replace(poisoned, from_version=0)) is False, "it is not asked for for ever"
    assert keeper.apply(delta(staff_face(1), version=3)) is False
    assert keeper.match(MODEL_ID, unit_vector(1)) is not None


def test_a_day_without_the_core_ends_it(shop: Shop) -> None:
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1)))
    shop.pass_seconds(TRUSTED_S - 1)
    assert keeper.match(MODEL_ID, unit_vector(1)) is not None
    shop.pass_seconds(1)
    assert keeper.match(MODEL_ID, unit_vector(1)) is None
    assert not shop.path.exists()


def test_a_core_that_is_heard_keeps_it_in_force(shop: Shop) -> None:
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1)))
    for _ in range(30):
        shop.pass_seconds(3600)
        keeper.confirm()
    assert keeper.match(MODEL_ID, unit_vector(1)) is not None
    shop.now = 5.0  # a restart of the machine
    shop.wall += timedelta(hours=23)
    again = shop.keeper()
    assert again.match(MODEL_ID, unit_vector(1)) is not None, "the day goes on over a restart"
    shop.pass_seconds(3601)
    assert again.match(MODEL_ID, unit_vector(1)) is None


def test_without_a_key_that_can_be_used_it_lives_in_memory(shop: Shop) -> None:
    shop.key.path.write_text("nonsense")
    shop.key.path.chmod(0o600)
    keeper = shop.keeper()
    keeper.apply(delta(staff_face(1)))
    assert keeper.match(MODEL_ID, unit_vector(1)) is not None
    assert not shop.path.exists()


class Kept:
    def __init__(self) -> None:
        self.events: list[FaceEvent] = []

    async def record(self, event: FaceEvent) -> None:
        self.events.append(event)


async def test_an_event_of_staff_carries_a_hint_and_no_picture(shop: Shop) -> None:
    kept, keeper = Kept(), shop.keeper()
    keeper.apply(delta(staff_face(1), version=7))
    sink = StaffMarkingSink(sink=kept, staff=keeper)
    await sink.record(replace(face_event(seed=1), aligned_jpeg=b"crop"))
    await sink.record(replace(face_event(seed=2), aligned_jpeg=b"crop"))
    await sink.record(replace(face_event(seed=1), shot_count=0))
    anna, customer, unsure = kept.events
    message = convert.to_face_event(anna)
    assert (message.staff_hint.staff_id, message.staff_hint.gallery_version) == (ANNA, 7)
    assert message.staff_hint.score == pytest.approx(1.0, abs=1e-5)
    assert not message.HasField("image")
    assert message.aligned_jpeg == b""
    assert message.embedding.vector, "the core checks again"
    for other in (customer, unsure):
        assert not convert.to_face_event(other).HasField("staff_hint")
        assert other.portrait is not None
    assert customer.aligned_jpeg == b"crop"


def test_nothing_shows_a_face_by_its_repr(shop: Shop) -> None:
    face = staff_face(1)
    made = gallery(delta(face))
    for text in (repr(face), repr(made), repr(delta(face)), str(shop.keeper())):
        assert "array" not in text
        assert ANNA not in text
