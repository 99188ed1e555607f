"""A camera is read for as long as it is wanted, however it fails, and a hung reader is killed."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pytest
from fakes.edge_samples import NOON
from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraFault, CameraState
from footfall_edge.camera_source import CameraSource, FileSource, RtspSource
from footfall_edge.capture.errors import ReaderDiedError
from footfall_edge.capture.messages import PlayEnded, PlayFailed, Progress
from footfall_edge.capture.reader import FRAME_AGE_LIMIT_S, OPEN_LIMIT_S, START_LIMIT_S, CameraReader
from footfall_edge.capture.reader_process import FrameCame, ReaderNews
from footfall_edge.frame import Frame
from footfall_edge.frame_slot import FrameSlot
from structlog.testing import capture_logs

RTSP = RtspSource("rtsp://u:hunter2@cam.example/live")


def came(number: int, *, skipped: int = 0) -> FrameCame:
    image = np.full((4, 4, 3), number, dtype=np.uint8)
    at = NOON + timedelta(seconds=number)
    return FrameCame(Frame(image=image, at=float(number), captured_at=at), skipped)


@dataclass
class Silence:
    """So many seconds without a word."""

    seconds: float


@dataclass
class Died:
    """The process ends."""


class World:
    """Readers that follow a script, and a clock that only they move."""

    def __init__(self, *scripts: Sequence[ReaderNews | Silence | Died]) -> None:
        self.scripts = [list(script) for script in scripts]
        self.now = 0.0
        self.readers: list[ScriptedReader] = []
        self.idle = threading.Event()
        """Set when everything in the scripts has happened."""

    def launch(self, source: CameraSource) -> "ScriptedReader":
        script = self.scripts.pop(0) if self.scripts else []
        self.readers.append(ScriptedReader(self, source, script))
        return self.readers[-1]


@dataclass
class ScriptedReader:
    world: World
    source: CameraSource
    script: list[ReaderNews | Silence | Died]
    plays: int = 0
    rates: list[float] = field(default_factory=list)
    killed: bool = False

    def play(self, frames_per_second: float) -> None:
        self.plays += 1
        self.rates.append(frames_per_second)

    def set_rate(self, frames_per_second: float) -> None:
        self.rates.append(frames_per_second)

    def receive(self, timeout_s: float) -> ReaderNews | None:
        if not self.script:
            self.world.idle.set()
            threading.Event().wait(0.001)
            return None
        match self.script[0]:
            case Silence(seconds):
                if seconds <= 0:
                    self.script.pop(0)
                    return self.receive(timeout_s)
                self.script[0] = Silence(seconds - timeout_s)
                self.world.now += timeout_s
                return None
            case Died():
                self.script.pop(0)
                raise ReaderDiedError
            case news:
                self.script.pop(0)
                return news

    def kill(self) -> bool:
        self.killed = True
        return True


class Running:
    def __init__(self, world: World, source: CameraSource = RTSP) -> None:
        self.world = world
        self.slot = FrameSlot(frames_per_second=5)
        self.draws: list[tuple[float, float]] = []
        self.reader = CameraReader(
            camera_id="door",
            source=source,
            slot=self.slot,
            launch=world.launch,
            backoff=Backoff(first=0.001, limit=0.002),
            clock=lambda: world.now,
            draw=self._draw,
        )
        self.reader.start()

    def _draw(self, low: float, high: float) -> float:
        self.draws.append((low, high))
        return 0.0

    async def settle(self) -> None:
        assert await asyncio.to_thread(self.world.idle.wait, 5)

    async def end(self) -> None:
        self.reader.stop()
        assert await asyncio.to_thread(self.reader.join, 5)
        assert all(one.killed for one in self.world.readers), "no process is left behind"


async def test_frames_reach_the_slot_and_the_camera_is_online() -> None:
    running = Running(World([Progress(), Progress(NOON), came(1), came(2, skipped=3)]))
    await running.settle()
    taken = await running.slot.take()
    assert taken is not None
    assert taken.at == 2.0
    status = running.reader.status
    assert (status.state, status.fault, status.detail) == (CameraState.ONLINE, None, "")
    assert status.last_frame_time == NOON + timedelta(seconds=2)
    assert status.skipped_frames == 3
    await running.end()
    assert await running.slot.take() is None, "nobody waits for a camera that is not read any more"


async def test_a_failed_stream_is_played_again_by_the_same_process() -> None:
    failed = PlayFailed(CameraFault.EOF, "the camera ended the stream")
    running = Running(World([came(1), failed, failed, came(2)]))
    await running.settle()
    assert running.reader.status.state is CameraState.ONLINE
    assert len(running.world.readers) == 1
    assert running.world.readers[0].plays == 3
    await running.end()


async def test_why_it_failed_is_told_until_frames_come_again() -> None:
    running = Running(World([came(1), PlayFailed(CameraFault.REFUSED, "nothing listens"), Progress()]))
    await running.settle()
    status = running.reader.status
    assert (status.state, status.fault) == (CameraState.FAILED, CameraFault.REFUSED)
    assert status.detail == "nothing listens"
    assert status.last_frame_time == NOON + timedelta(seconds=1), "how old the last good frame is"
    await running.end()


async def test_the_same_news_is_not_logged_at_every_try() -> None:
    refused = PlayFailed(CameraFault.REFUSED, "nothing listens")
    with capture_logs() as logs:
        tries = [refused] * 20 + [PlayFailed(CameraFault.DNS, "no name"), *[refused] * 5]
        running = Running(World(tries, [refused]))
        await running.settle()
        running.world.idle.clear()
        running.world.now += 3600  # as if it hung, so the next process tells it anew
        await running.settle()
    told = [one["fault"] for one in logs if one["event"] == "camera_failed"]
    assert told == ["refused", "dns", "stall", "refused"]
    assert not any("hunter2" in str(one) for one in logs)
    await running.end()


async def test_a_wrong_password_is_tried_less_often() -> None:
    failures = [PlayFailed(CameraFault.AUTH, "refused"), PlayFailed(CameraFault.DNS, "no name")]
    running = Running(World(failures))
    await running.settle()
    assert len(running.draws) == 1
    assert 5 < running.draws[0][0] < running.draws[0][1] < 10, "what is right again is seen in 15 s"
    await running.end()


@pytest.mark.parametrize(
    ("before", "limit_s", "words"),
    [
        ([], START_LIMIT_S, "cannot be opened"),
        ([Progress()], OPEN_LIMIT_S, "cannot be opened"),
        ([Progress(), came(1)], FRAME_AGE_LIMIT_S, "gives no frames"),
    ],
)
async def test_a_reader_that_hangs_is_killed_and_replaced(
    before: list[ReaderNews], limit_s: float, words: str
) -> None:
    told: list[tuple[CameraFault | None, str]] = []
    world = World([*before, Silence(limit_s * 2)], [came(9)])
    launch = world.launch
    running: Running
    runs = threading.Event()

    def remember(source: CameraSource) -> ScriptedReader:
        if world.readers:
            assert world.readers[-1].killed, "one process per camera at a time"
            # The reader's thread may be here before its maker has it.
            assert runs.wait(5)
            told.append((running.reader.status.fault, running.reader.status.detail))
        return launch(source)

    world.launch = remember  # type: ignore[method-assign]
    running = Running(world)
    runs.set()
    await running.settle()
    assert limit_s <= world.now < limit_s + 1
    assert len(world.readers) == 2
    assert told[0][0] is CameraFault.STALL
    assert words in told[0][1]
    status = running.reader.status
    assert (status.state, status.kills) == (CameraState.ONLINE, 1)
    await running.end()


async def test_a_slow_camera_that_gives_frames_is_not_killed() -> None:
    patience = FRAME_AGE_LIMIT_S - 1
    script = [came(1), Silence(patience), Progress(NOON), Silence(patience), came(2)]
    running = Running(World(script))
    await running.settle()
    assert len(running.world.readers) == 1
    assert running.reader.status.kills == 0
    await running.end()


async def test_a_reader_that_dies_is_replaced() -> None:
    running = Running(World([came(1), Died()], [Died()], [came(2)]))
    await running.settle()
    assert len(running.world.readers) == 3
    assert running.reader.status.state is CameraState.ONLINE
    await running.end()


async def test_a_file_is_played_once_and_says_that_it_ended() -> None:
    running = Running(World([came(1), PlayEnded()]), FileSource("door.mp4"))
    assert await asyncio.to_thread(running.reader.join, 5)
    assert running.reader.status.state is CameraState.ENDED
    assert running.world.readers[0].plays == 1
    await running.end()


async def test_a_rate_that_changes_is_told_to_the_reader() -> None:
    world = World([came(1)])
    running = Running(world)
    await running.settle()
    running.slot.set_rate(15)
    world.idle.clear()
    await running.settle()
    await running.end()
    assert world.readers[0].rates == [5, 15]


async def test_a_thread_that_breaks_down_frees_who_waits_for_its_frames() -> None:
    def explode(_source: CameraSource) -> ScriptedReader:
        raise RuntimeError("planted")

    world = World()
    world.launch = explode  # type: ignore[method-assign]
    running = Running(world)
    assert await running.slot.take() is None
    assert running.reader.status.state is CameraState.FAILED
    assert "planted" not in running.reader.status.detail


async def test_a_machine_without_room_for_a_process_is_told_and_tried_again() -> None:
    world = World([came(1)])
    launch = world.launch
    failures = [OSError(11, "Resource temporarily unavailable")]

    def cramped(source: CameraSource) -> ScriptedReader:
        if failures:
            raise failures.pop()
        return launch(source)

    world.launch = cramped  # type: ignore[method-assign]
    running = Running(world)
    await running.settle()
    assert running.reader.status.state is CameraState.ONLINE
    await running.end()
