"""What the doctor sees of cameras."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from fakes.edge_samples import face
from footfall_edge.camera_health import CameraFault, CameraSpec, DesiredCameras
from footfall_edge.camera_source import CameraSource, FileSource, RtspSource
from footfall_edge.capture.errors import CaptureError
from footfall_edge.diagnosis.camera_look import CameraLook, look_at
from footfall_edge.diagnosis.checks.cameras import check_cameras
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.diagnosis.patience import within
from footfall_edge.diagnosis.running_worker import RunningWorker

SECRET = "rtsp://admin:hunter2hunter2@camera.example/live"
GOOD = CameraLook(width=1280, height=720, frames_per_second=15.0, luma=120.0, eyes_px=(45.0, 50.0))


async def _check(look: object, url: str = SECRET, told: dict[str, object] | None = None) -> Sequence[Finding]:
    def seen(_: CameraSource) -> CameraLook:
        if isinstance(look, Exception):
            raise look
        assert isinstance(look, CameraLook)
        return look

    spec = CameraSpec(camera_id="a", source_url=url, display_name="Door")
    running = RunningWorker.of({"cameras": [{"camera_id": "a", **told}]} if told else None)
    findings = await check_cameras(
        DesiredCameras(revision=1, cameras=(spec,)), running, look=seen, look_s=1.0
    )
    assert all("hunter2" not in f"{each.found}{each.advice}" for each in findings)
    return findings


async def test_a_good_camera_is_ok() -> None:
    (finding,) = await _check(GOOD)
    assert (finding.subject, finding.verdict) == ("Door", Verdict.OK)
    assert finding.found == "1280x720, 15 frames a second, faces with 48 px between the eyes"
    (finding,) = await _check(GOOD, told={"state": "online"})
    assert finding.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"frames_per_second": 4.0}, "10 to 25 frames"),
        ({"height": 240, "width": 320}, "1280x720"),
        ({"luma": 20.0}, "dark"),
        ({"eyes_px": (11.0, 14.0)}, "too small"),
    ],
)
async def test_what_a_camera_lacks_is_told_with_what_to_do(change: dict[str, object], advice: str) -> None:
    fields = {name: getattr(GOOD, name) for name in CameraLook.__slots__}
    (finding,) = await _check(CameraLook(**{**fields, **change}))
    assert finding.verdict is Verdict.WARN
    assert advice in finding.advice


@pytest.mark.parametrize("fault", CameraFault)
async def test_every_fault_has_a_cure(fault: CameraFault) -> None:
    (finding,) = await _check(CaptureError(fault, "it does not work"))
    assert (finding.verdict, finding.found) == (Verdict.FAIL, "it does not work")
    assert finding.advice


@pytest.mark.parametrize("state", ["stopped", "held_elsewhere"])
async def test_a_camera_that_somebody_else_reads_is_no_fault(state: str) -> None:
    told: dict[str, object] = {"state": state, "detail": ""}
    assert [each.verdict for each in await _check(GOOD, told=told)] == [Verdict.OK]
    assert [each.verdict for each in await _check(GOOD, url="usb:0", told=told)] == [Verdict.OK]


async def test_a_camera_that_cannot_be_read_fails() -> None:
    (finding,) = await _check(CaptureError(CameraFault.AUTH, "the camera refuses the password"))
    assert finding.verdict is Verdict.FAIL
    assert finding.found == "the camera refuses the password"
    assert "console" in finding.advice
    (finding,) = await _check(GOOD, url="nonsense:1")
    assert finding.verdict is Verdict.FAIL
    assert "rtsp://" in finding.found


async def test_a_camera_that_only_the_doctor_can_read_is_told() -> None:
    findings = await _check(GOOD, told={"state": "failed", "detail": "refused"})
    assert [each.verdict for each in findings] == [Verdict.OK, Verdict.WARN]
    assert "failed: refused" in findings[1].found


async def test_a_usb_camera_is_left_to_the_worker_that_reads_it() -> None:
    never = CaptureError(CameraFault.DEVICE, "it must not be opened")
    (finding,) = await _check(never, url="usb:0", told={"state": "online", "frames_per_second": 9.9})
    assert finding.verdict is Verdict.OK
    (finding,) = await _check(never, url="usb:0", told={"state": "failed", "detail": "gone"})
    assert finding.verdict is Verdict.FAIL
    assert finding.found == "failed: gone"
    (finding,) = await _check(GOOD, url="usb:0")
    assert finding.verdict is Verdict.OK


@pytest.mark.parametrize("desired", [None, DesiredCameras(revision=1, cameras=())])
async def test_no_camera_is_told(desired: DesiredCameras | None) -> None:
    (finding,) = await check_cameras(desired, RunningWorker.of(None), look=lambda _: GOOD, look_s=1.0)
    assert finding.verdict is Verdict.WARN


async def test_a_driver_that_hangs_does_not_hold_the_doctor() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError):
        await within(0.01, never.wait)
    never.set()
    assert await within(10, lambda: 7) == 7
    with pytest.raises(ValueError, match="planted"):
        await within(10, _fail)
    await asyncio.sleep(0)


def _fail() -> None:
    raise ValueError("planted")


@dataclass
class FakeVideo:
    """Frames of a camera, one each step_s of a clock that it moves itself."""

    frames: int
    step_s: float = 0.1
    undecodable: bool = False
    luma: int = 100
    now: float = 50.0
    grabbed: int = 0
    released: bool = False
    rates: dict[int, float] = field(default_factory=lambda: {cv2.CAP_PROP_FPS: 30.0})

    def grab(self) -> bool:
        if self.grabbed == self.frames:
            return False
        self.grabbed += 1
        self.now += self.step_s
        return True

    def retrieve(self) -> tuple[bool, object]:
        return not self.undecodable, np.full((360, 640, 3), self.luma, np.uint8)

    def get(self, prop: int, /) -> float:
        return self.rates[prop]

    def release(self) -> None:
        self.released = True


def _look(video: FakeVideo, source: CameraSource | None = None) -> CameraLook:
    try:
        return look_at(
            source or RtspSource(SECRET),
            open_video=lambda _, alive: (alive(), video)[1],
            detect=lambda _: [face(size=100)],
            seconds=5.0,
            clock=lambda: video.now,
        )
    finally:
        assert video.released


def test_a_camera_is_watched_for_so_long() -> None:
    video = FakeVideo(frames=1000)
    seen = _look(video)
    assert (seen.width, seen.height, seen.luma) == (640, 360, 100.0)
    assert seen.frames_per_second == pytest.approx(10.0)
    assert video.grabbed == 51
    assert 9 <= len(seen.eyes_px) <= 11, "two looks a second"
    assert seen.eyes_px == pytest.approx([45.0] * len(seen.eyes_px))


def test_a_stream_that_ends_early_is_told() -> None:
    with pytest.raises(CaptureError, match="after 20 frames"):
        _look(FakeVideo(frames=20))
    with pytest.raises(CaptureError, match="no picture"):
        _look(FakeVideo(frames=0))
    with pytest.raises(CaptureError, match="no picture"):
        _look(FakeVideo(frames=1000, undecodable=True))


def test_a_file_ends_and_says_itself_how_fast_it_was_filmed() -> None:
    seen = _look(FakeVideo(frames=20, step_s=0.001), FileSource("/film.mp4"))
    assert seen.frames_per_second == 30.0
