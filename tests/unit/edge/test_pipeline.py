"""A camera's frames become recorded events, and stopping loses none."""

import asyncio
import threading
from datetime import timedelta

import numpy as np
from fakes.edge_samples import CAMERA_ID, NOON, face_event
from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.camera_health import CameraSpec, CameraState
from footfall_edge.camera_source import CameraSource, UsbSource
from footfall_edge.capture.reader import CaptureStatus
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot
from footfall_edge.inference import InferencePool
from footfall_edge.pipeline import CameraPipeline
from footfall_edge.spool_file import SpoolError

SPEC = CameraSpec(camera_id=CAMERA_ID, source_url="usb:0", display_name="Door")


class FakeReader:
    """Puts frames when it is told to."""

    def __init__(self, slot: FrameSlot) -> None:
        self.slot = slot
        self.status = CaptureStatus(state=CameraState.ONLINE, last_frame_time=NOON)
        self.started = asyncio.Event()
        self.stopped = False

    def start(self) -> None:
        self.started.set()

    def stop(self) -> None:
        self.stopped = True

    def join(self, timeout: float) -> bool:
        return timeout > 0


class FakeAnalyst:
    """Tells one event per frame, and one at the end."""

    def __init__(self) -> None:
        self.faces_in_view = 0
        self.counts = AnalysisCounts(told=3, pictures=1)
        self.observed: list[float] = []
        self.told: list[str] = []
        self.expired = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def observe(self, frame: Frame) -> list[FaceEvent]:
        self.observed.append(frame.at)
        self.faces_in_view = 1
        return self._tell(final=False)

    def expire(self, at: float) -> list[FaceEvent]:
        assert at > 0
        self._loop.call_soon_threadsafe(self.expired.set)
        return []

    def close(self) -> list[FaceEvent]:
        return self._tell(final=True)

    def _tell(self, *, final: bool) -> list[FaceEvent]:
        event = face_event(final=final)
        self.told.append(event.event_id)
        return [event]


class ListSink:
    def __init__(self) -> None:
        self.events: list[FaceEvent] = []
        self.grew = asyncio.Event()
        self.refusals = 0

    async def record(self, event: FaceEvent) -> None:
        if self.refusals:
            self.refusals -= 1
            raise SpoolError("spool cannot be written: disk full")
        self.events.append(event)
        self.grew.set()


class Rig:
    def __init__(self, pool: InferencePool) -> None:
        self.analyst = FakeAnalyst()
        self.sink = ListSink()
        self.readers: list[FakeReader] = []
        self.made = asyncio.Event()
        self.pipeline = CameraPipeline(
            spec=SPEC,
            source=UsbSource(0),
            analyst=self.analyst,  # type: ignore[arg-type]
            pool=pool,
            sink=self.sink,
            make_reader=self.make,  # type: ignore[arg-type]
            idle_fps=5,
            busy_fps=15,
        )

    def make(self, _spec: CameraSpec, _source: CameraSource, slot: FrameSlot) -> FakeReader:
        self.readers.append(FakeReader(slot))
        self.made.set()
        return self.readers[-1]


def frame(at: float) -> Frame:
    return Frame(image=np.zeros((2, 2, 3), dtype=np.uint8), at=at, captured_at=NOON + timedelta(seconds=at))


async def test_frames_are_analysed_events_recorded_and_stopping_tells_who_is_in_view() -> None:
    async with InferencePool(threads=1) as pool:
        rig = Rig(pool)
        assert rig.pipeline.health().state is CameraState.CONNECTING
        task = asyncio.create_task(rig.pipeline.run())
        await rig.made.wait()
        reader = rig.readers[0]
        assert reader.slot.frames_per_second == 5
        reader.slot.put(frame(1.0))
        async with asyncio.timeout(5):
            await rig.sink.grew.wait()
        assert reader.slot.frames_per_second == 15, "somebody is in view"
        health = rig.pipeline.health()
        assert health.counts == AnalysisCounts(told=3, pictures=1)
        assert (health.state, health.last_frame_time, health.display_name) == (
            CameraState.ONLINE,
            NOON,
            "Door",
        )
        rig.pipeline.stop()
        async with asyncio.timeout(5):
            await task
        assert reader.stopped
        assert [event.final for event in rig.sink.events] == [False, True]
        assert rig.analyst.observed == [1.0]


async def test_what_a_full_disk_refuses_is_recorded_later_in_order() -> None:
    async with InferencePool(threads=1) as pool:
        rig = Rig(pool)
        rig.sink.refusals = 2
        task = asyncio.create_task(rig.pipeline.run())
        await rig.made.wait()
        slot = rig.readers[0].slot
        for at in (1.0, 2.0, 3.0):
            slot.put(frame(at))
            async with asyncio.timeout(5):
                while len(rig.analyst.observed) < at:  # noqa: ASYNC110 (a thread tells nobody)
                    await asyncio.sleep(0.001)
        rig.pipeline.stop()
        await task
        assert [event.event_id for event in rig.sink.events] == rig.analyst.told
        assert len(rig.sink.events) == 4, "three frames and the end"


async def test_a_camera_that_is_stopped_before_it_began_does_not_begin() -> None:
    async with InferencePool(threads=1) as pool:
        rig = Rig(pool)
        rig.pipeline.stop()
        await rig.pipeline.run()
        assert not rig.readers


async def test_silence_is_used_to_end_tracks() -> None:
    async with InferencePool(threads=1) as pool:
        rig = Rig(pool)
        task = asyncio.create_task(rig.pipeline.run())
        async with asyncio.timeout(5):
            await rig.analyst.expired.wait()
        rig.pipeline.stop()
        await task


async def test_a_cancelled_call_is_waited_for() -> None:
    release, entered = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    finished: list[bool] = []

    def work() -> None:
        loop.call_soon_threadsafe(entered.set)
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(5)
        finished.append(True)

    async with InferencePool(threads=1) as pool:
        task = asyncio.create_task(pool.run(work))
        await entered.wait()
        task.cancel()
        loop.call_later(0.01, release.set)
        await asyncio.gather(task, return_exceptions=True)
        assert finished == [True], "state on the thread must not be touched from two sides"


async def test_a_frame_that_is_never_done_is_seen_from_outside() -> None:
    async with InferencePool(threads=1) as pool:
        rig = Rig(pool)
        now = 50.0
        rig.pipeline._clock = lambda: now
        entered, leave = threading.Event(), threading.Event()

        def hang(_: Frame) -> list[FaceEvent]:
            entered.set()
            leave.wait(10)
            return []

        rig.analyst.observe = hang  # type: ignore[method-assign]
        running = asyncio.create_task(rig.pipeline.run())
        await rig.made.wait()
        assert rig.pipeline.health().analysis_s == 0.0
        rig.readers[0].slot.put(frame(1.0))
        assert await asyncio.to_thread(entered.wait, 10)
        now = 95.0
        assert rig.pipeline.health().analysis_s == 45.0
        leave.set()
        rig.pipeline.stop()
        await running
        assert rig.pipeline.health().analysis_s == 0.0
