"""The models: their hashes, whether they load, and how fast this machine is with them."""

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import DEFAULT_GENDER
from footfall_vision.model_store import ModelStore
from footfall_vision.onnx_session import open_session

from footfall_edge.diagnosis.finding import Finding, Findings
from footfall_edge.ports import FaceVision
from footfall_edge.settings import EdgeSettings
from footfall_edge.vision_loading import load_vision

_FRAME_SIZE = (720, 1280)
_RUNS = 9
_SPARE = 0.8
"""Share of the analysis' time that detection alone may take: the rest is for following and embedding."""


def check_models(settings: EdgeSettings, *, cameras: int) -> tuple[Sequence[Finding], FaceVision | None]:
    """The findings, and the loaded models where all of them load. Blocks for a second or two."""
    findings = Findings("models")
    folder = settings.models_dir.expanduser() if settings.models_dir else None
    store = ModelStore(folder)
    wanted = [settings.detector, settings.embedding_model, *([DEFAULT_GENDER] if settings.gender else [])]
    for model_id in wanted:
        try:
            open_session(store.load(model_id))
        except ModelError as error:
            findings.fail(model_id, str(error), "pull it as it says; in a service: as the worker's account")
        else:
            findings.ok(model_id, "verified, and loads")
    try:
        vision = load_vision(settings)
    except ModelError:
        return findings.all, None
    if vision.computed_by.detail:
        findings.warn(
            "provider",
            f"computed by {vision.computed_by}",
            "install the onnxruntime and the drivers of the other one, or set"
            " FOOTFALL_EDGE_EXECUTION_PROVIDER to cpu",
        )
    else:
        findings.ok("provider", f"computed by {vision.computed_by}")
    _measure(findings, vision, settings, cameras)
    return findings.all, vision


def _measure(findings: Findings, vision: FaceVision, settings: EdgeSettings, cameras: int) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (*_FRAME_SIZE, 3), dtype=np.uint8)
    detect_s = _median(lambda: vision.detect(noise))
    embed_s = _median(lambda: vision.embed(np.ascontiguousarray(noise[:112, :112])))
    found = (
        f"{detect_s * 1000:.1f} ms for a frame of 1280x720, {embed_s * 1000:.1f} ms for a face, per thread"
    )
    needed = cameras * settings.analysis_fps * detect_s
    if needed > settings.threads * _SPARE:
        findings.warn(
            "speed",
            f"{found}: too slow for {cameras} cameras at {settings.analysis_fps:g} frames per second",
            "lower FOOTFALL_EDGE_ANALYSIS_FPS or FOOTFALL_EDGE_DETECT_WIDTH, raise FOOTFALL_EDGE_THREADS up"
            " to the number of cores, or give cameras to another worker",
        )
        return
    findings.ok("speed", found)


def _median(call: Callable[[], object]) -> float:
    """Seconds of a call, the first of which does not count."""
    call()
    took = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return statistics.median(took)
