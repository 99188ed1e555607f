"""Golden vectors: the demo pictures give the boxes, parts and cosines that are on file."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from face_measurements import GOLDEN, measure
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.model_store import ModelStore
from footfall_vision.quality_gates import ENROLMENT_GATES
from footfall_vision.types import Image, QualityReason

Pictures = Mapping[str, Image]


@pytest.fixture(scope="module")
def analyzer(models_dir: Path) -> FaceAnalyzer:
    return FaceAnalyzer.load(ModelStore(models_dir), with_gender=True)


@pytest.fixture(scope="module")
def measured(analyzer: FaceAnalyzer, group_pictures: Pictures) -> dict[str, Any]:
    return measure(analyzer, group_pictures)


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return content


def test_the_same_models_speak(measured: dict[str, Any], golden: dict[str, Any]) -> None:
    assert (measured["detector"], measured["embedder"]) == (golden["detector"], golden["embedder"])


@pytest.mark.parametrize("picture", [f"sample{number}" for number in range(1, 7)])
def test_faces_are_where_they_were(measured: dict[str, Any], golden: dict[str, Any], picture: str) -> None:
    found, expected = measured["pictures"][picture], golden["pictures"][picture]
    assert len(found) == len(expected), f"{picture}: {len(found)} faces, on file are {len(expected)}"
    for face, known in zip(found, expected, strict=True):
        np.testing.assert_allclose(face["box"], known["box"], atol=0.5)
        np.testing.assert_allclose(face["landmarks"], known["landmarks"], atol=0.5)
        for part in ("score", "size", "pose", "sharpness", "exposure", "female_probability"):
            assert face[part] == pytest.approx(known[part], abs=0.02), f"{picture}: {part}"
        assert face["reasons"] == known["reasons"]


def test_cosines_are_what_they_were(measured: dict[str, Any], golden: dict[str, Any]) -> None:
    np.testing.assert_allclose(measured["cosines"], golden["cosines"], atol=0.01)


def test_a_person_is_recognised_in_a_changed_picture_and_others_are_not(
    analyzer: FaceAnalyzer, group_pictures: Pictures
) -> None:
    picture = group_pictures["sample6"]
    changed = np.asarray(cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", (changed * 0.8).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 60])
    changed = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)

    def from_left(image: Image) -> np.ndarray:
        faces = sorted(analyzer.analyze(image), key=lambda face: float(face.face.box[0]))
        return np.array([face.embedding for face in faces])

    cosines = from_left(picture) @ from_left(changed).T
    threshold = analyzer.embedder.match_threshold
    assert cosines.shape == (4, 4)
    assert (np.diag(cosines) > threshold + 0.2).all(), f"not recognised: {np.diag(cosines)}"
    assert (cosines[~np.eye(4, dtype=bool)] < threshold - 0.1).all(), "two people are taken for one"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda image: cv2.GaussianBlur(image, (0, 0), 18), QualityReason.BLURRED),
        (lambda image: cv2.blur(image, (91, 1)), QualityReason.BLURRED),
        (lambda image: (image * 0.12).astype(np.uint8), QualityReason.TOO_DARK),
        (lambda image: np.minimum(image * 3.0, 255).astype(np.uint8), QualityReason.TOO_BRIGHT),
        (lambda image: (image * 0.12 + 100).astype(np.uint8), QualityReason.LOW_CONTRAST),
        (
            lambda image: cv2.resize(image, None, fx=0.18, fy=0.18, interpolation=cv2.INTER_AREA),
            QualityReason.TOO_SMALL,
        ),
    ],
)
def test_what_spoils_real_faces_is_named(
    analyzer: FaceAnalyzer, group_pictures: Pictures, spoil: Any, reason: QualityReason
) -> None:
    picture = group_pictures["sample6"]
    assert all(ENROLMENT_GATES.admits(face.quality) for face in analyzer.analyze(picture))
    spoilt = spoil(picture)
    scale = spoilt.shape[1] / picture.shape[1]
    # Where the untouched faces are, so that a face which the detector no longer finds is judged too.
    for face in analyzer.detect(picture):
        moved = type(face)(box=face.box * scale, landmarks=face.landmarks * scale, score=face.score)
        (judged,) = analyzer.embed(spoilt, [moved])
        assert reason in judged.quality.reasons, f"{reason.name} expected: {judged.quality}"


def test_a_portrait_that_fills_a_large_photo_is_one_face(
    analyzer: FaceAnalyzer, group_pictures: Pictures
) -> None:
    portrait = group_pictures["sample6"][150:720, 1050:1490]
    photo = np.asarray(cv2.resize(portrait, (3080, 3990), interpolation=cv2.INTER_CUBIC), np.uint8)
    (face,) = analyzer.analyze(photo)
    assert face.face.box[2] > 1200
    (small,) = analyzer.analyze(np.ascontiguousarray(portrait))
    assert float(face.embedding @ small.embedding) > 0.9


def test_threads_do_not_disturb_one_another(analyzer: FaceAnalyzer, group_pictures: Pictures) -> None:
    frames = [
        np.asarray(cv2.resize(picture, (480 + 16 * index, 320)), np.uint8)
        for index, picture in enumerate(group_pictures.values())
    ]
    alone = [np.array([face.box for face in analyzer.detect(frame)]) for frame in frames]
    with ThreadPoolExecutor(max_workers=3) as pool:
        together = list(pool.map(analyzer.detect, frames * 3))
    for index, faces in enumerate(together):
        np.testing.assert_array_equal(np.array([face.box for face in faces]), alone[index % len(frames)])


def test_an_empty_scene_has_no_faces(analyzer: FaceAnalyzer) -> None:
    assert analyzer.analyze(np.full((480, 640, 3), 96, np.uint8)) == []
    assert analyzer.embed(np.zeros((48, 64, 3), np.uint8), []) == []
