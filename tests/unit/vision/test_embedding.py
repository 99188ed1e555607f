"""Embedder and gender estimator on sessions that answer what the test planted."""

from typing import Any

import numpy as np
import pytest
from footfall_vision.alignment import ARCFACE_TEMPLATE
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.errors import ImageError, ModelError
from footfall_vision.gender import GenderEstimator, chip_template
from footfall_vision.model_cards import MODEL_CARDS, ModelTask, Preprocessing
from footfall_vision.pixel_input import crops_to_blob


def mean_colours(blob: np.ndarray) -> list[np.ndarray]:
    """Four numbers per crop: its three channel means and a one."""
    return [np.column_stack([blob.mean(axis=(2, 3)), np.ones(len(blob))]).astype(np.float32)]


def test_vectors_have_length_one_and_keep_the_order(scripted_session: Any, make_card: Any) -> None:
    session = scripted_session(mean_colours)
    embedder = FaceEmbedder(session, make_card())
    crops = np.stack([np.full((112, 112, 3), shade, np.uint8) for shade in range(0, 220, 20)])
    vectors = embedder.embed(crops)
    assert vectors.shape == (11, 4)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for index in range(len(crops)):
        np.testing.assert_array_equal(embedder.embed(crops[index : index + 1])[0], vectors[index])
    assert max(len(blob) for blob in session.blobs) <= 4


def test_no_crop_gives_no_vector(scripted_session: Any, make_card: Any) -> None:
    embedder = FaceEmbedder(scripted_session(mean_colours), make_card())
    assert embedder.embed(np.zeros((0, 112, 112, 3), np.uint8)).shape == (0, 4)


def test_tells_its_model_dimension_and_threshold(scripted_session: Any, make_card: Any) -> None:
    embedder = FaceEmbedder(scripted_session(mean_colours), make_card("toy-7"))
    assert (embedder.model_id, embedder.dimension, embedder.match_threshold) == ("toy-7", 4, 0.5)


@pytest.mark.parametrize(
    "crops",
    [np.zeros((112, 112, 3), np.uint8), np.zeros((1, 64, 64, 3), np.uint8), np.zeros((1, 112, 112, 3))],
)
def test_refuses_crops_of_another_shape_or_type(
    scripted_session: Any, make_card: Any, crops: np.ndarray
) -> None:
    embedder = FaceEmbedder(scripted_session(mean_colours), make_card())
    with pytest.raises(ImageError, match="crops must be uint8"):
        embedder.embed(crops)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_vector_that_cannot_be_normalised_is_an_error(
    scripted_session: Any, make_card: Any, value: float
) -> None:
    session = scripted_session(lambda blob: [np.full((len(blob), 4), value, np.float32)])
    with pytest.raises(ModelError, match="normalised"):
        FaceEmbedder(session, make_card()).embed(np.zeros((1, 112, 112, 3), np.uint8))


def test_a_card_without_dimension_makes_no_embedder(scripted_session: Any, make_card: Any) -> None:
    with pytest.raises(ModelError, match="no dimension"):
        FaceEmbedder(scripted_session(mean_colours), make_card(dimension=None))


def test_preprocessing_is_that_of_the_card() -> None:
    crops = np.zeros((1, 2, 2, 3), np.uint8)
    crops[..., :] = (50, 60, 70)  # blue, green, red
    rgb = Preprocessing(channels="RGB", mean=(10.0, 20.0, 30.0), scale=0.5)
    blob = crops_to_blob(crops, rgb, (2, 2))
    assert blob.shape == (1, 3, 2, 2)
    assert blob[0, :, 0, 0].tolist() == [30.0, 20.0, 10.0]
    bgr = Preprocessing(channels="BGR", mean=(0.0, 0.0, 0.0), scale=1.0)
    assert crops_to_blob(crops, bgr, (2, 2))[0, :, 1, 1].tolist() == [50.0, 60.0, 70.0]
    assert str(rgb) == "RGB, (x - [10.0, 20.0, 30.0]) / 2"
    assert str(bgr) == "BGR, 0..255 as is"
    assert str(MODEL_CARDS["fr-mobilefacenet-512"].preprocessing) == "BGR, (x - 127) / 128"


def test_gender_is_the_first_probability_of_each_face(scripted_session: Any, make_card: Any) -> None:
    session = scripted_session(lambda blob: [np.tile(np.float32([0.9, 0.1]), (len(blob), 1))])
    estimator = GenderEstimator(session, make_card(task=ModelTask.GENDER))
    landmarks = (ARCFACE_TEMPLATE + 100).astype(np.float32)
    image = np.full((300, 300, 3), 128, np.uint8)
    assert estimator.female_probabilities(image, [landmarks, landmarks]).tolist() == pytest.approx([0.9, 0.9])
    assert session.blobs[0].shape == (2, 3, 32, 32)
    assert estimator.female_probabilities(image, []).shape == (0,)


def test_the_gender_chip_is_symmetric_and_scales() -> None:
    chip = chip_template(128)
    np.testing.assert_allclose(chip / 4, chip_template(32))
    right_eye, left_eye, nose = chip
    assert right_eye[0] < nose[0] < left_eye[0]
    assert abs((right_eye[0] + left_eye[0]) / 2 - nose[0]) < 2
