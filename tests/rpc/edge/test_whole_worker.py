"""run_edge put together: a film as camera, eyes that are told what to see, a core on loopback."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes.edge_samples import CAMERA_ID, MODEL_ID, face, quality, unit_vector
from fakes.fake_core import API_KEY, FakeCore
from footfall_edge.app import run_edge
from footfall_edge.capture import configure_opencv
from footfall_edge.settings import EdgeSettings
from footfall_edge.spool_file import SpoolError
from footfall_vision.types import Face, Floats, Image, Quality
from pydantic import SecretStr


class OneFace:
    """Sees the same face in every frame."""

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def detect(self, image: Image) -> Sequence[Face]:
        assert image.shape == (120, 160, 3)
        return [face(x=30, y=10, size=60)]

    def align(self, image: Image, face: Face) -> Image:
        assert face.score <= 1
        return np.asarray(cv2.resize(image, (112, 112)), dtype=np.uint8)

    def assess(self, image: Image, face: Face, crop: Image) -> Quality:
        assert image.size
        assert crop.shape == (112, 112, 3)
        assert face.score <= 1
        return quality(0.9)

    def embed(self, crop: Image) -> Floats:
        assert crop.shape == (112, 112, 3)
        return unit_vector(1)

    def female_probability(self, image: Image, face: Face) -> float | None:
        assert image.size
        assert face.score <= 1
        return None


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Four seconds of noise."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20, (160, 120))
    random = np.random.default_rng(1)
    for _ in range(80):
        writer.write(random.integers(0, 255, (120, 160, 3), dtype=np.uint8))
    writer.release()
    return path


def settings_for(url: str, data_dir: Path) -> EdgeSettings:
    return EdgeSettings(
        gateway_url=url, api_key=SecretStr(API_KEY), data_dir=data_dir, name="Till 1", threads=1
    )


async def test_a_film_becomes_events_and_portraits(core: FakeCore, film: Path, tmp_path: Path) -> None:
    configure_opencv()
    core.cameras = ((CAMERA_ID, f"file:{film}"),)
    stop = asyncio.Event()
    working = asyncio.create_task(run_edge(settings_for(core.url, tmp_path / "data"), OneFace(), stop))
    try:
        await core.until(lambda: len(core.images) == 2, "the early and the final portrait arrive", 60)
        assert [event.final for event in core.committed.values()] == [False, True]
        assert not core.violations
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await working
    assert (tmp_path / "data" / "status.json").exists()


async def test_a_stop_while_the_core_is_away_is_quick(film: Path, tmp_path: Path) -> None:
    stop = asyncio.Event()
    nobody = settings_for("http://127.0.0.1:9", tmp_path / "data")
    working = asyncio.create_task(run_edge(nobody, OneFace(), stop))
    assert film.exists()  # noqa: ASYNC240 (a test may block)
    status = tmp_path / "data" / "status.json"
    async with asyncio.timeout(20):
        while not (status.exists() and '"offline"' in status.read_text()):  # noqa: ASYNC110 (a file tells nobody)
            await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(5):
        await working


async def test_a_data_folder_that_cannot_be_used_ends_the_worker(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder belongs")
    with pytest.raises(SpoolError, match="cannot be opened"):
        await run_edge(settings_for("http://127.0.0.1:9", tmp_path / "data"), OneFace(), asyncio.Event())
