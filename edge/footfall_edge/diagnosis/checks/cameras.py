"""Each camera: whether it opens, and whether what comes is fit for faces."""

import asyncio
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from footfall_vision.quality_gates import ENROLMENT_GATES, RECOGNITION_GATES

from footfall_edge.camera_health import CameraFault, CameraSpec, DesiredCameras
from footfall_edge.camera_source import CameraSource, SourceError, UsbSource, parse_source
from footfall_edge.capture.errors import CaptureError
from footfall_edge.diagnosis.camera_look import CameraLook
from footfall_edge.diagnosis.finding import Finding, Findings
from footfall_edge.diagnosis.patience import within
from footfall_edge.diagnosis.running_worker import RunningWorker

_OPEN_PATIENCE_S = 20.0
_LEAST_FPS = 8.0
_LEAST_HEIGHT = 480
_DARK_LUMA = 40.0
_AT_ONCE = 4
_AS_IT_SHOULD_BE = frozenset({"online", "ended", "stopped", "held_elsewhere"})
_CURES = {
    CameraFault.AUTH: "correct name and password in the camera's source, in the console",
    CameraFault.DNS: "use the camera's address in place of its name, or mend this network's DNS",
    CameraFault.REFUSED: "check port and path of the camera's source against the camera's manual",
    CameraFault.UNREACHABLE: "check the camera's power, its cable, and its address: it may have a new one",
    CameraFault.NOT_FOUND: "check the path of the camera's source, in the console",
    CameraFault.CODEC: "set the camera's stream to H.264",
    CameraFault.STALL: "switch the camera off and on; some serve few viewers at once",
    CameraFault.EOF: "switch the camera off and on; some serve few viewers at once",
    CameraFault.DEVICE: "check the cable, the file's path, and whether another program holds the camera",
}

Look = Callable[[CameraSource], CameraLook]
"""Blocks for look_s seconds and the opening. Raises CaptureError."""


async def check_cameras(
    desired: DesiredCameras | None, running: RunningWorker, *, look: Look, look_s: float
) -> Sequence[Finding]:
    """Looks at the cameras that the core wants, side by side, beside the worker that reads them."""
    if desired is None or not desired.cameras:
        findings = Findings("cameras")
        findings.warn("none", "no camera is known here", "add one in the console, under Sites & cameras")
        return findings.all
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(spec: CameraSpec) -> Sequence[Finding]:
        async with turns:
            return await _check(spec, running.cameras.get(spec.camera_id), look, look_s)

    each = await asyncio.gather(*(one(spec) for spec in desired.cameras))
    return [finding for findings in each for finding in findings]


async def _check(
    spec: CameraSpec, told: dict[str, Any] | None, look: Look, look_s: float
) -> Sequence[Finding]:
    findings = Findings("cameras")
    name = spec.display_name or spec.camera_id
    try:
        source = parse_source(spec.source_url)
    except SourceError as error:
        findings.fail(name, str(error), "correct the source in the console")
        return findings.all
    if told is not None and isinstance(source, UsbSource):
        _take_workers_word(findings, name, told)
        return findings.all
    try:
        seen = await within(look_s + _OPEN_PATIENCE_S, lambda: look(source))
    except CaptureError as error:
        findings.fail(name, error.detail, _CURES[error.fault])
    except TimeoutError:
        findings.fail(name, "its driver does not answer", "unplug it, or switch it off and on")
    else:
        _judge(findings, name, seen)
        if told is not None and told.get("state") not in _AS_IT_SHOULD_BE:
            findings.warn(
                name,
                f"it can be read, but the worker says {_words(told)}",
                "some cameras serve few viewers at once; else see the worker's log",
            )
    return findings.all


def _take_workers_word(findings: Findings, name: str, told: dict[str, Any]) -> None:
    """A camera at USB has one reader, and that is the worker."""
    state = told.get("state")
    if state in {"stopped", "held_elsewhere"}:
        findings.ok(name, _words(told))
    elif state == "online":
        findings.ok(name, f"the worker reads it and looks at {told.get('frames_per_second')} frames a second")
    else:
        findings.fail(name, _words(told), "check the cable; see which cameras the system lists")


def _words(told: dict[str, Any]) -> str:
    return f"{told.get('state')}: {told.get('detail')}".rstrip(": ")


def _judge(findings: Findings, name: str, seen: CameraLook) -> None:
    found = f"{seen.width}x{seen.height}, {seen.frames_per_second:.0f} frames a second, {_faces(seen)}"
    advice = []
    if seen.frames_per_second < _LEAST_FPS:
        advice.append("set the camera to 10 to 25 frames a second")
    if min(seen.height, seen.width) < _LEAST_HEIGHT:
        advice.append("set the camera's stream to 1280x720 or more: it may be its second, small one")
    if seen.luma < _DARK_LUMA:
        advice.append("it is dark: more light, or the camera's exposure")
    if seen.eyes_px and max(seen.eyes_px) < RECOGNITION_GATES.min_inter_ocular_px:
        advice.append(
            f"faces are too small to be recognised ({RECOGNITION_GATES.min_inter_ocular_px:.0f} px are needed"
            f" between the eyes, {ENROLMENT_GATES.min_inter_ocular_px:.0f} for a new customer): nearer, or a"
            " longer lens"
        )
    if advice:
        findings.warn(name, found, "; ".join(advice))
    else:
        findings.ok(name, found)


def _faces(seen: CameraLook) -> str:
    if not seen.eyes_px:
        return "nobody in view"
    return f"faces with {statistics.median(seen.eyes_px):.0f} px between the eyes"
