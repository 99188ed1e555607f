"""Crops as the edge sends them, embedded by the real models."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from footfall_server.crop_embedder import VisionCropEmbedder
from footfall_server.errors import FootfallError
from footfall_server.loaded_models import LoadedModels
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.jpeg import encode_aligned
from footfall_vision.model_cards import DEFAULT_EMBEDDER
from footfall_vision.model_pull import ModelPuller
from footfall_vision.model_store import ModelStore
from footfall_vision.pull_display import pull_progress
from footfall_vision.types import EmbeddedFace, Image

SFACE = "sface-2021dec-128"


@pytest.fixture(scope="module")
def both_models(models_dir: Path) -> Path:
    with pull_progress(quiet=True) as progress:
        [result] = ModelPuller(ModelStore(models_dir)).pull([SFACE], progress)
    assert not result.fault, result.fault
    return models_dir


@pytest.fixture
async def embedder(both_models: Path) -> AsyncIterator[VisionCropEmbedder]:
    embedder = VisionCropEmbedder(LoadedModels(both_models))
    yield embedder
    embedder.close()


@pytest.fixture(scope="module")
def faces(both_models: Path, group_pictures: Mapping[str, Image]) -> list[EmbeddedFace]:
    """Good faces of a handful of people."""
    analyzer = FaceAnalyzer.load(ModelStore(both_models))
    found = [face for name in ("sample1", "sample4") for face in analyzer.analyze(group_pictures[name])]
    good = [face for face in found if not face.quality.reasons]
    assert len(good) >= 4
    return good


async def test_a_crop_that_was_kept_shows_the_same_face(
    embedder: VisionCropEmbedder, faces: list[EmbeddedFace]
) -> None:
    jpegs = [encode_aligned(face.crop) for face in faces]
    again = await embedder.embed(DEFAULT_EMBEDDER, jpegs)
    for face, vector in zip(faces, again, strict=True):
        assert vector is not None
        assert float(vector @ face.embedding) > 0.98


async def test_another_model_finds_the_same_people(
    embedder: VisionCropEmbedder, faces: list[EmbeddedFace]
) -> None:
    """Each crop, mirrored as another shot of somebody, is nearest to its own, in either model."""
    jpegs = [encode_aligned(face.crop) for face in faces]
    mirrored = [encode_aligned(np.ascontiguousarray(face.crop[:, ::-1])) for face in faces]
    for model_id, dimension in ((DEFAULT_EMBEDDER, 512), (SFACE, 128)):
        known = np.stack([each for each in await embedder.embed(model_id, jpegs) if each is not None])
        shots = np.stack([each for each in await embedder.embed(model_id, mirrored) if each is not None])
        assert known.shape == (len(faces), dimension)
        np.testing.assert_allclose(np.linalg.norm(known, axis=1), 1.0, rtol=1e-5)
        assert np.argmax(shots @ known.T, axis=1).tolist() == list(range(len(faces)))


async def test_what_is_no_crop_has_no_embedding(
    embedder: VisionCropEmbedder, faces: list[EmbeddedFace]
) -> None:
    good = encode_aligned(faces[0].crop)
    small = cv2.imencode(".jpg", faces[0].crop[:50])[1].tobytes()
    vectors = await embedder.embed(SFACE, [b"", b"\xff\xd8\xff", good, small])
    assert [vector is None for vector in vectors] == [True, True, False, True]
    assert list(await embedder.embed(SFACE, [b"nothing"])) == [None]


async def test_a_missing_file_is_told_without_where_it_should_be(tmp_path: Path) -> None:
    embedder = VisionCropEmbedder(LoadedModels(tmp_path))
    for attempt in (embedder.require(SFACE), embedder.embed(SFACE, [b"x"])):
        with pytest.raises(FootfallError) as caught:
            await attempt
        assert caught.value.reason == "MODEL_UNKNOWN"
        assert f"footfall models pull {SFACE}" in caught.value.message
        assert str(tmp_path) not in caught.value.message
    embedder.close()
