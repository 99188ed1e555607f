"""`footfall-edge camera-fitness` as it is called, on a film with two people, and its veil."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from footfall_edge.camera_health import CameraSpec, DesiredCameras
from footfall_edge.desired_cache import CachedCameras, DesiredCache
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_vision.alignment import align
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.model_store import ModelStore
from footfall_vision.types import Image


async def _fitness(edge: Any, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "footfall_edge",
        "camera-fitness",
        *arguments,
        env=edge.environment,
        cwd=edge.data_dir,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(100):
        told, said = await process.communicate(stdin.encode())
    return process.returncode or 0, told.decode(), said.decode()


async def test_a_camera_is_watched_by_its_name_and_reported_on(edge, short_play: Path) -> None:  # noqa: ANN001
    spec = CameraSpec(camera_id="c-1", source_url=f"file:{short_play}", display_name="Front Door")
    DesiredCache(edge.data_dir / "desired_cameras.json").save(
        CachedCameras(desired=DesiredCameras(revision=1, cameras=(spec,)))
    )
    for name in ("GATEWAY_URL", "API_KEY"):
        edge.environment.pop(f"FOOTFALL_EDGE_{name}")  # a machine that is no worker yet
    code, told, said = await _fitness(edge, "front door", "--json", "--minutes", "2")
    assert code == 3, told + said
    report = json.loads(told)
    assert (report["verdict"], report["visitors"]) == ("too few", 2)
    assert 40 <= report["eyes_px"] <= 50
    assert report["angle"] < 15
    assert report["sharpness"] > 0.5
    assert (report["width"], report["height"]) == (960, 540)
    assert "00:00 of 02:00" in said
    picture = edge.data_dir / report["picture"]
    assert picture.name.startswith("camera-fitness-front-door-")
    assert picture.stat().st_mode & 0o077 == 0
    image = cv2.imread(str(picture))
    assert image is not None
    assert image.shape == (1000, 1600, 3)


async def test_what_cannot_be_watched_is_told(edge, tmp_path: Path) -> None:  # noqa: ANN001
    code, told, said = await _fitness(edge, "nobody")
    assert (code, told) == (64, "")
    assert "there are: none" in said
    code, _, said = await _fitness(edge, "http://camera/stream")
    assert code == 64
    assert "rtsp://" in said
    code, _, said = await _fitness(edge, "synthetic:", "--output", str(tmp_path / "no" / "picture.png"))
    assert code == 73, "and not after a quarter of an hour"
    assert "cannot be written" in said
    (tmp_path / "no.mp4").write_text("no film")
    code, _, said = await _fitness(edge, "-", stdin=f"file:{tmp_path / 'no.mp4'}\n")
    assert code == 69
    assert "no video" in said
    left = [path.name for path in tmp_path.iterdir()]  # noqa: ASYNC240 (a test may block)
    assert not any(name.startswith("camera-fitness-") for name in left), "an empty picture is no report"


def _frame(film: Path, second: float) -> Image:
    video = cv2.VideoCapture(str(film))
    video.set(cv2.CAP_PROP_POS_MSEC, second * 1000)
    good, image = video.read()
    video.release()
    assert good
    return np.asarray(image, dtype=np.uint8)


def test_nobody_is_known_behind_the_veil(models: ModelStore, short_play: Path) -> None:
    image = _frame(short_play, 5.0)
    detector, embedder = FaceDetector.load(models), FaceEmbedder.load(models)
    faces = detector.detect(image)
    assert len(faces) == 2
    veiled = FaceVeil.load(models.directory).cover(image)
    assert not detector.detect(veiled), "no face is found any more"
    for face in faces:
        before = embedder.embed(align(image, face.landmarks)[None])[0]
        after = embedder.embed(align(veiled, face.landmarks)[None])[0]
        assert float(before @ after) < 0.3, "and whoever looks where it was does not know it"
