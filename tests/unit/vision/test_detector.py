"""Decoding YuNet's maps, padding, scaling: with a session that answers what the test planted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from footfall_vision.detector import FaceDetector
from footfall_vision.errors import ImageError, ModelError
from footfall_vision.yunet_decoding import OUTPUT_NAMES, STRIDES

Maps = list[np.ndarray[Any, Any]]


def empty_maps(height: int, width: int) -> Maps:
    depths = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    return [
        np.zeros((1, (height // stride) * (width // stride), depths[kind]), np.float32)
        for kind in ("cls", "obj", "bbox", "kps")
        for stride in STRIDES
    ]


def plant(maps: Maps, *, level: int, cell: int, score: float, size: float) -> None:
    stride = STRIDES[level]
    maps[level][0, cell, 0] = maps[3 + level][0, cell, 0] = score
    maps[6 + level][0, cell] = [0.5, 0.25, np.log(size / stride), np.log(2 * size / stride)]
    maps[9 + level][0, cell] = np.arange(10) / 10


def detector_with(session_type: Any, planted: Callable[[Maps], None], **options: Any) -> Any:
    def answer(blob: np.ndarray[Any, Any]) -> Maps:
        maps = empty_maps(*blob.shape[2:])
        planted(maps)
        return maps

    session = session_type(answer, output_names=OUTPUT_NAMES)
    return FaceDetector(session, **options), session


def test_decodes_box_landmarks_and_score(scripted_session: Any) -> None:
    # 640x320 has 40 cells a row at stride 16; cell 83 is column 3 of row 2.
    detector, _ = detector_with(
        scripted_session, lambda maps: plant(maps, level=1, cell=83, score=0.81, size=64)
    )
    (face,) = detector.detect(np.zeros((320, 640, 3), np.uint8))
    centre = np.array([(3 + 0.5) * 16, (2 + 0.25) * 16])
    np.testing.assert_allclose(face.box, [centre[0] - 32, centre[1] - 64, 64, 128], rtol=1e-5)
    np.testing.assert_allclose(face.landmarks[0], [3 * 16, (2 + 0.1) * 16], rtol=1e-5)
    np.testing.assert_allclose(face.landmarks[4], [(3 + 0.8) * 16, (2 + 0.9) * 16], rtol=1e-5)
    assert face.score == pytest.approx(0.81)


def test_the_surest_comes_first_and_doubles_fall(scripted_session: Any) -> None:
    def planted(maps: Maps) -> None:
        plant(maps, level=1, cell=83, score=0.7, size=64)
        plant(maps, level=1, cell=84, score=0.9, size=64)
        plant(maps, level=0, cell=10, score=0.8, size=16)
        plant(maps, level=2, cell=150, score=0.59, size=64)

    detector, _ = detector_with(scripted_session, planted)
    faces = detector.detect(np.zeros((320, 640, 3), np.uint8))
    assert [face.score for face in faces] == pytest.approx([0.9, 0.8])


def test_pads_to_whole_strides_with_black_and_keeps_pixels_as_they_are(scripted_session: Any) -> None:
    detector, session = detector_with(scripted_session, lambda _: None)
    image = np.random.default_rng(1).integers(1, 255, (45, 70, 3), dtype=np.uint8)
    assert detector.detect(image) == []
    (blob,) = session.blobs
    assert blob.shape == (1, 3, 64, 96)
    np.testing.assert_array_equal(blob[0, :, :45, :70], image.transpose(2, 0, 1))
    assert not blob[:, :, 45:].any()
    assert not blob[:, :, :, 70:].any()


def test_a_kept_blob_holds_nothing_of_an_earlier_frame(scripted_session: Any) -> None:
    detector, session = detector_with(scripted_session, lambda _: None)
    sizes = [(40, 40), (64, 64), (33, 50), (90, 90), (100, 20), (40, 40)]
    for shade, size in enumerate(sizes, start=1):
        detector.detect(np.full((*size, 3), shade, np.uint8))
    for shade, ((height, width), blob) in enumerate(zip(sizes, session.blobs, strict=True), start=1):
        assert blob.sum() == shade * height * width * 3


def test_shrinks_for_the_search_and_answers_in_pixels_of_the_image(scripted_session: Any) -> None:
    detector, session = detector_with(
        scripted_session, lambda maps: plant(maps, level=1, cell=83, score=0.8, size=64)
    )
    (face,) = detector.detect(np.zeros((960, 1920, 3), np.uint8), max_side=640)
    assert session.blobs[0].shape == (1, 3, 320, 640)
    assert face.box[2:].tolist() == pytest.approx([64 * 3, 128 * 3])
    assert face.landmarks[0].tolist() == pytest.approx([3 * 16 * 3, 2.1 * 16 * 3])


def test_never_enlarges(scripted_session: Any) -> None:
    detector, session = detector_with(scripted_session, lambda _: None)
    detector.detect(np.zeros((96, 128, 3), np.uint8), max_side=640)
    assert session.blobs[0].shape == (1, 3, 96, 128)


@pytest.mark.parametrize(
    ("image", "complaint"),
    [
        (np.zeros((10, 10, 3), np.float32), "uint8"),
        (np.zeros((10, 10), np.uint8), "height, width, 3"),
        (np.zeros((0, 10, 3), np.uint8), "empty"),
        (None, "NoneType"),
    ],
)
def test_says_what_is_wrong_with_an_image(scripted_session: Any, image: Any, complaint: str) -> None:
    detector, _ = detector_with(scripted_session, lambda _: None)
    with pytest.raises(ImageError, match=complaint):
        detector.detect(image)


def test_refuses_a_search_below_one_cell(scripted_session: Any) -> None:
    detector, _ = detector_with(scripted_session, lambda _: None)
    with pytest.raises(ImageError, match="max_side"):
        detector.detect(np.zeros((64, 64, 3), np.uint8), max_side=16)


def test_refuses_another_network_and_an_impossible_threshold(scripted_session: Any) -> None:
    with pytest.raises(ModelError, match="no detector that is known"):
        FaceDetector(scripted_session(lambda _: []))
    with pytest.raises(ValueError, match="score_threshold"):
        detector_with(scripted_session, lambda _: None, score_threshold=1.0)
