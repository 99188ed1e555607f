"""Faults forced on real RTSP streams that a worker's cameras read, and what came of them.

The worker's own code from the camera's process to the spool: CameraReader, FrameSlot, CameraPipeline,
AnalysisBudget, SpoolSink, Spool. In place of the analysis of faces there is a program that reads visits off
numbered pictures, so that what must be in the spool is known: every visit that was shown from beginning
to end while its camera was well, once. A visit that a fault falls into may be told in two parts.
"""

import asyncio
import contextlib
import random
import statistics
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fakes.fault_camera import PASSWORD, USER
from fakes.fault_proxy import FaultProxy, ProxyFault
from fakes.visit_analyst import VisitAnalyst
from fakes.visit_pictures import now, render, visit_span
from footfall.v1 import face_event_pb2
from footfall_edge.camera_health import CameraFault, CameraSpec
from footfall_edge.camera_source import parse_source
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.capture.reader import CameraReader
from footfall_edge.convert import to_face_event
from footfall_edge.event_spooling import SpoolSink
from footfall_edge.inference import InferencePool
from footfall_edge.pipeline import CameraPipeline
from footfall_edge.scheduling.analysis_budget import AnalysisBudget
from footfall_edge.spool import Spool
from footfall_local.ports import free_port

RECOVERY_LIMIT_S = 15.0
_PATIENCE_S = 60.0
_WELL_S = (4.0, 7.0)
_HELD_S = (0.0, 4.0)
"""How long a fault stays after its cause was shown: the camera comes back at any moment between two tries."""
_LOOK_S = 0.01
_THREADS = 2


@dataclass(frozen=True)
class Kind:
    """A way to fail. shown: the cause that must be shown; on_the_way: what may honestly be shown before."""

    name: str
    shown: CameraFault
    proxy: ProxyFault | None = None
    modes: tuple[str, ...] = ()
    on_the_way: frozenset[CameraFault] = frozenset()


_ENDED = frozenset({CameraFault.EOF})
KINDS = (
    Kind("reset", CameraFault.EOF, proxy=ProxyFault.RESET),
    Kind("silent_stall", CameraFault.STALL, proxy=ProxyFault.SILENCE),
    Kind("half_open", CameraFault.STALL, proxy=ProxyFault.HALF_OPEN),
    Kind("wrong_codec", CameraFault.CODEC, modes=("codec", "undecodable"), on_the_way=_ENDED),
    Kind("unauthorized", CameraFault.AUTH, modes=("auth",), on_the_way=_ENDED),
    Kind("end_of_stream", CameraFault.EOF, modes=("end",)),
    Kind("server_restart", CameraFault.REFUSED, on_the_way=_ENDED),
)


@dataclass
class Outcome:
    """One fault. recovery_s: from the source's return to the capture of the next frame; None: none came."""

    kind: Kind
    causes: tuple[CameraFault, ...]
    recovery_s: float | None

    @property
    def right_cause(self) -> bool:
        return self.kind.shown in self.causes and set(self.causes) <= {self.kind.shown, *self.kind.on_the_way}

    @property
    def recovered(self) -> bool:
        return self.recovery_s is not None and self.recovery_s < RECOVERY_LIMIT_S


class CameraServer:
    """The server process of some cameras."""

    def __init__(self, video: Path, *, birth: float, cameras: int) -> None:
        self.port = free_port()
        self._arguments = [
            *("-m", "fakes.fault_camera", "--video", str(video), "--port", str(self.port)),
            *("--birth", str(birth), "--cameras", str(cameras)),
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parent,
        )
        await self._heard("ready")

    async def set_mode(self, camera: int, mode: str) -> None:
        async with self._lock:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(f"{mode} {camera}\n".encode())
            await self._process.stdin.drain()
            await self._heard("done")

    async def kill(self) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _heard(self, word: str) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), _PATIENCE_S)
        assert line.decode().strip() == word, "the camera server ended"


class Switch:
    """Makes one camera fail and heal."""

    def __init__(self, kind: Kind, server: CameraServer, camera: int, proxy: FaultProxy | None) -> None:
        self.kind = kind
        self._server = server
        self._camera = camera
        self._proxy = proxy
        self._count = 0

    async def fail(self) -> None:
        if self._proxy is not None:
            assert self.kind.proxy is not None
            self._proxy.fail(self.kind.proxy)
        elif self.kind.modes:
            mode = self.kind.modes[self._count % len(self.kind.modes)]
            await self._server.set_mode(self._camera, mode)
        else:
            await self._server.kill()
        self._count += 1

    async def heal(self) -> None:
        """Return once the source is back."""
        if self._proxy is not None:
            self._proxy.heal()
        elif self.kind.modes:
            await self._server.set_mode(self._camera, "ok")
        else:
            await self._server.start()


@dataclass
class Watched:
    """A camera of the worker, and when it was well."""

    camera_id: str
    pipeline: CameraPipeline
    analyst: VisitAnalyst
    switch: Switch
    well: list[tuple[float, float]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    async def endure(self, faults: int, dice: random.Random, tell: Callable[[Outcome], None]) -> None:
        """Be well, fail, recover, and again."""
        begun = await self.first_frame()
        for _ in range(faults):
            await asyncio.sleep(dice.uniform(*_WELL_S))
            self.well.append((begun, now()))
            outcome = await self._fail_once(dice)
            self.outcomes.append(outcome)
            tell(outcome)
            begun = self.analyst.seen[-1]
        await asyncio.sleep(_WELL_S[1])
        self.well.append((begun, now()))

    async def first_frame(self) -> float:
        """When the camera was first seen."""
        begun = await self._frame_after(0.0)
        assert begun is not None, "a camera that is well is not read"
        return begun

    async def _fail_once(self, dice: random.Random) -> Outcome:
        kind, causes = self.switch.kind, []
        watching = asyncio.create_task(self._note(causes))
        try:
            await self.switch.fail()
            await _until(lambda: kind.shown in causes)
            await asyncio.sleep(dice.uniform(*_HELD_S))
        finally:
            watching.cancel()
        await self.switch.heal()
        back = now()
        found = await self._frame_after(back)
        return Outcome(kind, tuple(causes), None if found is None else found - back)

    async def _note(self, causes: list[CameraFault]) -> None:
        """Write down each cause that is shown, once."""
        while True:
            fault = self.pipeline.health().fault
            if fault is not None and fault not in causes:
                causes.append(fault)
            await asyncio.sleep(_LOOK_S)

    async def _frame_after(self, moment: float) -> float | None:
        """When the first frame after the moment was captured; None when none comes."""
        seen = self.analyst.seen
        await _until(lambda: bool(seen) and seen[-1] > moment)
        return next((at for at in seen if at > moment), None)


class FaultRun:
    """A worker with some cameras of each kind."""

    def __init__(self, folder: Path, *, kinds: Sequence[Kind] = KINDS, cameras_per_kind: int = 1) -> None:
        self._folder = folder
        self._kinds = kinds
        self._cameras_per_kind = cameras_per_kind
        self._birth = now()
        self._watched: list[Watched] = []
        self._began = now()

    async def run(
        self, faults_per_kind: int, *, seed: int, tell: Callable[[Outcome], None]
    ) -> dict[str, Any]:
        """Force so many faults of each kind; returns what is printed."""
        configure_opencv()
        video = self._folder / "visits.mp4"
        await asyncio.to_thread(render, video)
        async with contextlib.AsyncExitStack() as stack:
            spool = await Spool.open(self._folder / "spool.sqlite", max_bytes=1 << 32)
            stack.push_async_callback(spool.close)
            pool = await stack.enter_async_context(InferencePool(threads=_THREADS))
            budget = AnalysisBudget(pool=pool, threads=_THREADS, cores=_THREADS)
            sink = SpoolSink(spool=spool, encode=lambda event: to_face_event(event).SerializeToString())
            switches = await self._switches(stack, video)
            async with asyncio.TaskGroup() as cameras, asyncio.TaskGroup() as ordeals:
                for index, (switch, port) in enumerate(switches):
                    watched = self._watch(switch, port, index, sink=sink, budget=budget)
                    cameras.create_task(watched.pipeline.run())
                    # One after another: to load OpenCV in all of them at once takes a small machine long.
                    await watched.first_frame()
                    share = faults_per_kind // self._cameras_per_kind + (
                        index % self._cameras_per_kind < faults_per_kind % self._cameras_per_kind
                    )
                    ordeals.create_task(self._ordeal(watched, share, random.Random(f"{seed}/{index}"), tell))
            depth = await spool.depth()
            events = await spool.read_after(0, depth.events) if depth.events else []
            return self._report([face_event_pb2.FaceEvent.FromString(event.payload) for event in events])

    async def _ordeal(
        self, watched: Watched, faults: int, dice: random.Random, tell: Callable[[Outcome], None]
    ) -> None:
        try:
            await watched.endure(faults, dice, tell)
        finally:
            watched.pipeline.stop()

    async def _switches(
        self, stack: contextlib.AsyncExitStack, video: Path
    ) -> list[tuple[Switch, tuple[int, int]]]:
        """A switch for each camera, with the port and the number by which it is read."""
        count = len(self._kinds) * self._cameras_per_kind
        shared = await stack.enter_async_context(self._server(video, count))
        switches: list[tuple[Switch, tuple[int, int]]] = []
        for index in range(count):
            kind = self._kinds[index // self._cameras_per_kind]
            if kind.proxy is not None:
                proxy = FaultProxy(shared.port)
                await proxy.start()
                stack.push_async_callback(proxy.close)
                switches.append((Switch(kind, shared, index, proxy), (proxy.port, index)))
            elif kind.modes:
                switches.append((Switch(kind, shared, index, None), (shared.port, index)))
            else:
                own = await stack.enter_async_context(self._server(video, 1))
                switches.append((Switch(kind, own, 0, None), (own.port, 0)))
        return switches

    @contextlib.asynccontextmanager
    async def _server(self, video: Path, cameras: int) -> AsyncIterator[CameraServer]:
        server = CameraServer(video, birth=self._birth, cameras=cameras)
        await server.start()
        try:
            yield server
        finally:
            await server.kill()

    def _watch(
        self, switch: Switch, port: tuple[int, int], index: int, *, sink: SpoolSink, budget: AnalysisBudget
    ) -> Watched:
        url = f"rtsp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port[0]}/cam/{port[1]}"
        spec = CameraSpec(camera_id=str(uuid4()), source_url=url, display_name=f"Camera {index}")
        analyst = VisitAnalyst(camera_id=spec.camera_id, birth=self._birth)
        pipeline = CameraPipeline(
            spec=spec,
            source=parse_source(url),
            analyst=analyst,  # type: ignore[arg-type]
            pool=budget.share(spec.camera_id),
            sink=sink,
            make_reader=lambda spec, source, slot: CameraReader(
                camera_id=spec.camera_id, source=source, slot=slot
            ),
            idle_fps=5.0,
            busy_fps=15.0,
        )
        self._watched.append(Watched(spec.camera_id, pipeline, analyst, switch))
        return self._watched[-1]

    def _report(self, events: Sequence[face_event_pb2.FaceEvent]) -> dict[str, Any]:
        told = Counter((event.camera_id, event.track_id) for event in events if event.final)
        event_ids = Counter(event.event_id for event in events)
        expected = {
            (watched.camera_id, f"visit-{visit}")
            for watched in self._watched
            for span in watched.well
            for visit in _whole_visits(span, self._birth)
        }
        outcomes = [outcome for watched in self._watched for outcome in watched.outcomes]
        return {
            **_summary(outcomes),
            "lost": len(expected - set(told)),
            "doubled": sum(max(told[visit] - 1, 0) for visit in expected)
            + sum(count - 1 for count in event_ids.values()),
            "pictures_repeated": sum(watched.analyst.pictures_repeated for watched in self._watched),
            "visits": len(expected),
            "visits_cut_in_two": sum(count - 1 for visit, count in told.items() if visit not in expected),
            "cameras": len(self._watched),
            "minutes": round((now() - self._began) / 60, 1),
            "kinds": {
                kind.name: _summary([outcome for outcome in outcomes if outcome.kind is kind])
                for kind in self._kinds
            },
        }


def _whole_visits(span: tuple[float, float], birth: float) -> list[int]:
    """The visits that were shown from beginning to end while the camera was well."""
    begin, end = span
    first = int((begin - birth) / 3.0)
    candidates = range(first, int((end - birth) / 3.0) + 1)
    spans = {visit: visit_span(visit, birth) for visit in candidates}
    return [visit for visit, (start, stop) in spans.items() if start > begin and stop < end]


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    times = [outcome.recovery_s for outcome in outcomes if outcome.recovery_s is not None]
    return {
        "faults": len(outcomes),
        "recovered": sum(outcome.recovered for outcome in outcomes),
        "max_recovery_s": round(max(times, default=0.0), 2),
        "median_recovery_s": round(statistics.median(times), 2) if times else 0.0,
        "right_cause": sum(outcome.right_cause for outcome in outcomes),
    }


async def _until(is_so: Callable[[], bool]) -> bool:
    """Whether it came to be so in time."""
    deadline = now() + _PATIENCE_S
    while not is_so():
        if now() > deadline:
            return False
        await asyncio.sleep(_LOOK_S)
    return True
