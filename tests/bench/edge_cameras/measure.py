"""Reads so many cameras for a time, and looks at what it costs."""

import asyncio
import contextlib
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import psutil
from camera_faults import CameraServer
from fakes.fault_camera import PASSWORD, USER
from fakes.numbered_camera import FPS, number_of, numbered
from fakes.visit_pictures import now
from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_source import parse_source
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.capture.reader import CameraReader
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.face_vision import ModelVision
from footfall_edge.frame import Frame
from footfall_edge.inference import InferencePool
from footfall_edge.pipeline import CameraPipeline
from footfall_edge.scheduling.analysis_budget import AnalysisBudget
from footfall_local.demo_shop.video import encode
from footfall_vision.types import Image

WIDTH, HEIGHT = 1280, 720
LOOKED_AT_FPS = 5.0
_LOOP_FRAMES = 20 * FPS
_WARM_UP_S = 15.0
_MEMORY_EVERY_S = 5.0
_TILE = numbered(0).shape[:2]
Scene = Callable[[int], Image]
Delays = npt.NDArray[np.float64]


class Seen:
    """When each frame was analysed, and how late, in seconds.

    The room for them is taken before anything is measured, so that what grows is not these notes.
    """

    def __init__(self, *, frames: int) -> None:
        self._notes = np.full((frames, 2), np.nan)
        self._count = 0

    def note(self, at: float, delay: float) -> None:
        """One frame more. Of more than was made room for nothing is noted."""
        if self._count < len(self._notes):
            self._notes[self._count] = at, delay
            self._count += 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing was analysed yet."""
        return self._count == 0

    def delays(self, since: float, until: float = float("inf")) -> Delays:
        """Those of the frames from `since` on and before `until`, (n,)."""
        at, delays = self._notes[: self._count].T
        return delays[(at >= since) & (at < until)]


class TimedAnalyst(FaceAnalyst):
    """A FaceAnalyst that reads off each picture when the camera sent it."""

    def __init__(self, *, seen: Seen, birth: float, **parts: Any) -> None:
        super().__init__(**parts)
        self._seen = seen
        self._birth = birth

    def observe(self, frame: Frame) -> Sequence[FaceEvent]:
        told = super().observe(frame)
        done = now()
        number = number_of(frame.image[-_TILE[0] :, -_TILE[1] :])
        position = (done - self._birth) * FPS
        late = (position - number) % _LOOP_FRAMES
        self._seen.note(done, late / FPS)
        return told


class _Forget:
    """An EventSink: what is recorded is not what is measured."""

    async def record(self, event: FaceEvent) -> None:
        """Keep nothing."""


def render(path: Path, scene: Scene) -> None:
    """The stream that all cameras show."""

    def pictures() -> Any:
        for number in range(_LOOP_FRAMES):
            picture = scene(number).copy()
            picture[-_TILE[0] :, -_TILE[1] :] = numbered(number)
            yield picture

    encode(path, pictures(), fps=FPS)


def measure(*, vision: ModelVision, scene: Scene, cameras: int, cores: int, seconds: float) -> dict[str, Any]:
    """Read so many cameras for so long after a warm-up, on so many processor cores; returns what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "scene.mp4"
        render(video, scene)
        return asyncio.run(_measure(video, vision, cameras=cameras, cores=cores, seconds=seconds))


async def _measure(
    video: Path, vision: ModelVision, *, cameras: int, cores: int, seconds: float
) -> dict[str, Any]:
    configure_opencv()
    birth = now()
    server = CameraServer(video, birth=birth, cameras=cameras)
    await server.start()
    me = psutil.Process()
    all_cores = _pin(me, cores)
    # Twice as many as there should be, for cameras that wait for others, and for catching up.
    frames = round((seconds + _WARM_UP_S) * LOOKED_AT_FPS * 2)
    seen = [Seen(frames=frames) for _ in range(cameras)]
    pipelines: list[CameraPipeline] = []
    try:
        async with InferencePool(threads=cores) as pool, asyncio.TaskGroup() as group:
            budget = AnalysisBudget(pool=pool, threads=cores, cores=float(cores))
            for index in range(cameras):
                pipelines.append(
                    _camera(index, server.port, vision=vision, seen=seen[index], birth=birth, budget=budget)
                )
                group.create_task(pipelines[-1].run())
                while seen[index].is_empty:  # noqa: ASYNC110 (a thread tells nobody)
                    await asyncio.sleep(0.05)
            try:
                return await _watch(me, server.pid, seen, pipelines, cores=cores, seconds=seconds)
            finally:
                for pipeline in pipelines:
                    pipeline.stop()
    finally:
        await server.kill()
        if all_cores is not None:
            me.cpu_affinity(all_cores)


def _camera(
    index: int, port: int, *, vision: ModelVision, seen: Seen, birth: float, budget: AnalysisBudget
) -> CameraPipeline:
    url = f"rtsp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/cam/{index}"
    spec = CameraSpec(camera_id=str(uuid4()), source_url=url, display_name=f"Camera {index}")
    return CameraPipeline(
        spec=spec,
        source=parse_source(url),
        analyst=TimedAnalyst(seen=seen, birth=birth, camera_id=spec.camera_id, vision=vision),
        pool=budget.share(spec.camera_id),
        sink=_Forget(),
        make_reader=lambda spec, source, slot: CameraReader(
            camera_id=spec.camera_id, source=source, slot=slot
        ),
        idle_fps=LOOKED_AT_FPS,
        busy_fps=LOOKED_AT_FPS,
    )


async def _watch(
    me: psutil.Process,
    server_pid: int,
    seen: Sequence[Seen],
    pipelines: Sequence[CameraPipeline],
    *,
    cores: int,
    seconds: float,
) -> dict[str, Any]:
    await asyncio.sleep(_WARM_UP_S)
    processes = [me, *(one for one in me.children(recursive=True) if one.pid != server_pid)]
    began, cpu_began = now(), _cpu_s(processes)
    memory: list[tuple[float, float]] = []
    while (passed := now() - began) < seconds:
        gc.collect()
        memory.append((passed, _memory_mb(processes)))
        await asyncio.sleep(min(_MEMORY_EVERY_S, max(seconds - passed, 0.0)))
    took, cpu_s = now() - began, _cpu_s(processes) - cpu_began
    delays = [one.delays(began) for one in seen]
    thirds = [
        np.concatenate([one.delays(began + low * took, began + (low + 1 / 3) * took) for one in seen])
        for low in (0.0, 2 / 3)
    ]
    everything = np.concatenate(delays)
    return {
        "cameras": len(seen),
        "cpu_cores": cores,
        "seconds": round(took, 1),
        "delay_ms": round(float(np.median(everything)) * 1000),
        "delay_p95_ms": round(_p95(everything) * 1000),
        "delay_growth_ms": round(float(np.median(thirds[1]) - np.median(thirds[0])) * 1000),
        "analysed_fps_per_camera": [round(len(one) / took, 2) for one in delays],
        "dropped_frames": sum(pipeline.health().dropped_frames for pipeline in pipelines),
        "cpu_used": round(cpu_s / took, 3),
        "memory_mb": round(memory[-1][1], 1),
        "memory_mb_per_hour": round(_slope(memory) * 3600, 2),
    }


def _pin(me: psutil.Process, cores: int) -> list[int] | None:
    """Hold this process and those it starts to so many cores; returns what it had. None: it cannot be."""
    if sys.platform != "linux":
        return None
    had: list[int] = me.cpu_affinity()
    me.cpu_affinity(had[-cores:])
    return had


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    used = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += times.user + times.system
    return used


def _memory_mb(processes: Sequence[psutil.Process]) -> float:
    """What would be free without them: memory of their own, without what they share with others."""
    held = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            held += process.memory_full_info().uss
    return held / 2**20


def _p95(values: Delays) -> float:
    return float(np.percentile(values, 95))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """The straight line's through the points of the second half, when caches are full; least squares."""
    late = points[len(points) // 2 :]
    if len(late) < 2:
        return 0.0
    return float(np.polyfit([at for at, _ in late], [value for _, value in late], 1)[0])
