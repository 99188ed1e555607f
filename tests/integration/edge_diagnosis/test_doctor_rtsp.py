"""The doctor at a real RTSP server: what it sees, and what it says of a camera that fails."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from camera_faults import CameraServer
from fakes.fault_camera import PASSWORD, USER
from fakes.visit_pictures import now, render
from footfall_edge.camera_health import CameraSpec, DesiredCameras
from footfall_edge.capture.opencv import configure_opencv, open_video
from footfall_edge.diagnosis.camera_look import look_at
from footfall_edge.diagnosis.checks.cameras import check_cameras
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.diagnosis.running_worker import RunningWorker

LOOK_S = 2.0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[CameraServer]:
    video = tmp_path / "pictures.mp4"
    render(video)
    server = CameraServer(video, birth=now(), cameras=2)
    await server.start()
    yield server
    await server.kill()


async def _look(port: int, *paths: str) -> Sequence[Finding]:
    configure_opencv()
    cameras = tuple(
        CameraSpec(
            camera_id=path,
            source_url=f"rtsp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/{path}",
            display_name=path,
        )
        for path in paths
    )
    look = partial(look_at, open_video=open_video, detect=lambda _: (), seconds=LOOK_S)
    findings = await check_cameras(
        DesiredCameras(revision=1, cameras=cameras), RunningWorker.of(None), look=look, look_s=LOOK_S
    )
    told = "".join(f"{each.found}{each.advice}" for each in findings)
    assert PASSWORD not in told
    assert quote(PASSWORD, safe="") not in told
    return findings


async def test_a_camera_is_seen_beside_who_reads_it(server: CameraServer) -> None:
    first, second = await _look(server.port, "cam/0", "cam/0")
    for finding in (first, second):
        assert "320x64" in finding.found
        assert finding.verdict is Verdict.WARN, "which is a small picture"
        assert "1280x720" in finding.advice


@pytest.mark.parametrize(
    ("mode", "found", "advice"),
    [
        ("auth", "user name or the password", "name and password"),
        ("codec", "cannot be decoded", "H.264"),
    ],
)
async def test_one_that_fails_is_told_with_its_cause(
    server: CameraServer, mode: str, found: str, advice: str
) -> None:
    await server.set_mode(0, mode)
    failed, well = await _look(server.port, "cam/0", "cam/1")
    assert failed.verdict is Verdict.FAIL
    assert found in failed.found
    assert advice in failed.advice
    assert well.verdict is not Verdict.FAIL, "the others are looked at all the same"


async def test_a_path_and_an_address_that_lead_nowhere(server: CameraServer) -> None:
    (nowhere,) = await _look(server.port, "other")
    assert (nowhere.verdict, "404" in nowhere.found) == (Verdict.FAIL, True)
    await server.kill()
    (gone,) = await _look(server.port, "cam/0")
    assert gone.verdict is Verdict.FAIL
    assert "nothing listens" in gone.found
