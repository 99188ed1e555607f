"""Pictures of every kind, examined by the real models and by the fake: both say the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.crop_embedder import FakeCropEmbedder
from fakes.face_examiner import FakeFaceExaminer, picture_of, poor_picture_of
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_server.crop_embedder import VisionCropEmbedder
from footfall_server.domain.face_examination import ExaminedFace, FaceRefusal
from footfall_server.domain.quality_gates import may_found
from footfall_server.errors import FootfallError
from footfall_server.face_examiner import VisionFaceExaminer
from footfall_server.loaded_models import LoadedModels
from footfall_server.ports import CropEmbedder, FaceExaminer
from footfall_vision.model_cards import DEFAULT_EMBEDDER
from footfall_vision.types import Image

GOOD = "good"
MODELS = {DEFAULT_EMBEDDER: 512}


@dataclass(frozen=True, slots=True)
class Desk:
    """An examiner, an embedder of the same models, and pictures: the good one, and one for each fault."""

    examiner: FaceExaminer
    embedder: CropEmbedder
    pictures: Mapping[str, bytes]
    same_person: bytes
    somebody_else: bytes


@pytest.fixture(scope="module")
def portraits(models_dir: Path) -> Mapping[str, Path]:
    return pull_pictures(models_dir.absolute().parent / "packages")


def _jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image)[1].tobytes()


def _spoilt(portrait: Path, group: Path) -> Mapping[str, bytes]:
    """A portrait of 910 x 1137 with eyes 123 px apart, made worse in one way each."""
    image = np.asarray(cv2.imread(str(portrait)), np.uint8)
    small = np.asarray(cv2.resize(image, None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA), np.uint8)
    changes: Mapping[FaceRefusal, Image] = {
        FaceRefusal.NO_FACE: np.full((600, 600, 3), 128, np.uint8),
        FaceRefusal.TOO_SMALL: small,
        FaceRefusal.CUT_OFF: image[:350],
        FaceRefusal.TOO_DARK: (image * 0.12).astype(np.uint8),
        FaceRefusal.TOO_BRIGHT: np.clip(image.astype(float) * 3, 0, 255).astype(np.uint8),
        FaceRefusal.LOW_CONTRAST: (110 + image * 0.15).astype(np.uint8),
        FaceRefusal.BLURRED: np.asarray(cv2.GaussianBlur(image, (0, 0), 15), np.uint8),
    }
    return {
        GOOD: portrait.read_bytes(),
        FaceRefusal.NOT_AN_IMAGE: b"%PDF-1.7",
        FaceRefusal.TOO_LARGE: _jpeg(np.zeros((10, 10, 3), np.uint8)).replace(
            b"\x00\x0a\x00\x0a", b"\x80\x00\x80\x00"
        ),
        FaceRefusal.SEVERAL_FACES: group.read_bytes(),
        **{reason.value: _jpeg(picture) for reason, picture in changes.items()},
    }


@pytest.fixture(scope="module")
def real_desk(models_dir: Path, portraits: Mapping[str, Path]) -> Iterator[Desk]:
    models = LoadedModels(models_dir)
    examiner, embedder = VisionFaceExaminer(models), VisionCropEmbedder(models)
    yield Desk(
        examiner=examiner,
        embedder=embedder,
        pictures=_spoilt(portraits["obama.jpg"], portraits["sample6.jpg"]),
        same_person=portraits["obama3.jpg"].read_bytes(),
        somebody_else=portraits["biden.jpg"].read_bytes(),
    )
    examiner.close()
    embedder.close()


@pytest.fixture(scope="module")
def fake_desk() -> Desk:
    return Desk(
        examiner=FakeFaceExaminer(MODELS),
        embedder=FakeCropEmbedder(MODELS),
        pictures={GOOD: picture_of(1), **{each: poor_picture_of(1, each) for each in FaceRefusal}},
        same_person=picture_of(1, 1),
        somebody_else=picture_of(2),
    )


@pytest.fixture(params=["fake_desk", "real_desk"])
def desk(request: pytest.FixtureRequest) -> Desk:
    chosen = request.getfixturevalue(request.param)
    assert isinstance(chosen, Desk)
    return chosen


async def face_in(desk: Desk, picture: bytes) -> ExaminedFace:
    examination = await desk.examiner.examine(picture, [DEFAULT_EMBEDDER])
    assert examination.refusal is None
    assert examination.face is not None
    return examination.face


async def test_a_good_picture_gives_all_that_enrolment_needs(desk: Desk) -> None:
    face = await face_in(desk, desk.pictures[GOOD])
    assert may_found(face.quality)
    assert list(face.embeddings) == [DEFAULT_EMBEDDER]
    embedding = face.embeddings[DEFAULT_EMBEDDER]
    assert embedding.shape == (512,)
    assert float(np.linalg.norm(embedding)) == pytest.approx(1.0, abs=1e-4)
    left, top, width, height = face.box
    assert 0 <= left < left + width <= face.width
    assert 0 <= top < top + height <= face.height
    portrait = face.portrait
    assert max(portrait.width, portrait.height) <= 640
    for points, (x, y, across, down) in ((face.landmarks, face.box), (portrait.landmarks, portrait.box)):
        assert len(points) == 5
        assert all(x <= point[0] <= x + across and y <= point[1] <= y + down for point in points)
        assert points[0][0] < points[1][0], "the right eye is on the left of the picture"
        assert points[2][1] < points[3][1], "the nose is above the mouth"
    assert face.aligned_jpeg.startswith(b"\xff\xd8\xff")
    assert portrait.jpeg.startswith(b"\xff\xd8\xff")


async def test_the_crop_that_is_kept_shows_the_same_face(desk: Desk) -> None:
    face = await face_in(desk, desk.pictures[GOOD])
    [again] = await desk.embedder.embed(DEFAULT_EMBEDDER, [face.aligned_jpeg])
    assert again is not None
    assert float(again @ face.embeddings[DEFAULT_EMBEDDER]) > 0.98


async def test_another_picture_of_somebody_is_like_the_first(desk: Desk) -> None:
    first, second, other = [
        (await face_in(desk, picture)).embeddings[DEFAULT_EMBEDDER]
        for picture in (desk.pictures[GOOD], desk.same_person, desk.somebody_else)
    ]
    assert float(first @ second) > 0.5
    assert float(first @ other) < 0.3


@pytest.mark.parametrize("reason", [each for each in FaceRefusal if each is not FaceRefusal.TOO_TURNED])
async def test_each_fault_is_named_with_its_bound(desk: Desk, reason: FaceRefusal) -> None:
    examination = await desk.examiner.examine(desk.pictures[reason], [DEFAULT_EMBEDDER])
    refusal = examination.refusal
    assert refusal is not None
    assert refusal.reason is reason
    if reason is FaceRefusal.NOT_AN_IMAGE:
        assert (refusal.measured, refusal.bound) == (None, None)
    else:
        assert refusal.measured is not None
        assert refusal.bound is not None
        too_much = reason in {FaceRefusal.TOO_LARGE, FaceRefusal.SEVERAL_FACES}
        assert (refusal.measured > refusal.bound) == too_much
    has_a_face = reason not in {
        FaceRefusal.NOT_AN_IMAGE,
        FaceRefusal.TOO_LARGE,
        FaceRefusal.NO_FACE,
        FaceRefusal.SEVERAL_FACES,
    }
    assert (examination.face is not None) == has_a_face
    if examination.face is not None:
        assert not may_found(examination.face.quality) or reason is FaceRefusal.CUT_OFF


async def test_a_missing_model_is_an_error_and_no_refusal(desk: Desk) -> None:
    with pytest.raises(FootfallError) as caught:
        await desk.examiner.examine(desk.pictures[GOOD], [DEFAULT_EMBEDDER, "nobody-has-it"])
    assert caught.value.reason == "MODEL_UNKNOWN"


async def test_a_missing_detector_is_told_without_where_it_should_be(tmp_path: Path) -> None:
    examiner = VisionFaceExaminer(LoadedModels(tmp_path))
    with pytest.raises(FootfallError) as caught:
        await examiner.examine(b"%PDF-1.7", [])
    examiner.close()
    assert caught.value.reason == "MODEL_UNKNOWN"
    assert "footfall models pull" in caught.value.message
    assert str(tmp_path) not in caught.value.message


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda image: image[:, ::-1], id="mirrored"),
        pytest.param(lambda image: np.rot90(image, 3), id="lying"),
    ],
)
async def test_how_a_picture_is_stored_does_not_matter(
    models_dir: Path, portraits: Mapping[str, Path], change: Callable[[Image], Image]
) -> None:
    """Stored mirrored or lying, with the EXIF orientation that says so, it is the same picture."""
    examiner = VisionFaceExaminer(LoadedModels(models_dir))
    content = portraits["obama.jpg"].read_bytes()
    image = np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    stored = np.ascontiguousarray(change(image))
    orientation = 2 if stored.shape == image.shape else 8
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([orientation]) + bytes(6)
    jpeg = _jpeg(stored)
    exif = b"Exif\0\0" + tiff
    turned = jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:]
    plain = (await examiner.examine(_jpeg(image), [DEFAULT_EMBEDDER])).face
    face = (await examiner.examine(turned, [DEFAULT_EMBEDDER])).face
    examiner.close()
    assert plain is not None
    assert face is not None
    assert (face.width, face.height) == (plain.width, plain.height)
    assert float(face.embeddings[DEFAULT_EMBEDDER] @ plain.embeddings[DEFAULT_EMBEDDER]) > 0.95
    assert b"Exif" not in face.portrait.jpeg
