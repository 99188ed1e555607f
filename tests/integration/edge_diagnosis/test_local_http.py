"""The pages for this machine, over a real socket."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Sequence

import aiohttp
import cv2
import numpy as np
import pytest
from fakes.edge_samples import NOON, face
from fakes.worker_reports import camera, reporter_of, some_depth
from footfall_edge.backoff import Backoff
from footfall_edge.camera_health import CameraHealth, CameraSpec, CameraState
from footfall_edge.camera_settings import CameraSettings
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.diagnosis.local_http import LocalHttp
from footfall_edge.diagnosis.local_snapshot import LocalSnapshots
from footfall_edge.diagnosis.metrics import MetricsPage
from footfall_edge.diagnosis.pages import Pages
from footfall_edge.diagnosis.vitals import Vitals
from footfall_edge.frame import Frame
from footfall_edge.link.core_link import LinkState, LinkStatus
from footfall_edge.spool_file import SpoolDepth, SpoolError
from footfall_edge.views import View, ViewBoard

MASKED = CameraSpec(
    camera_id="a",
    source_url="rtsp://u:secret@camera/x",
    display_name="Door",
    settings=CameraSettings(masks=(((0, 0), (0.25, 0), (0.25, 1), (0, 1)),)),
)


class Machine:
    """A worker's pages on a free port, and what a client gets from them."""

    def __init__(self) -> None:
        self.link = LinkStatus(state=LinkState.ONLINE)
        self.cameras: Sequence[CameraHealth] = [camera()]
        self.spool_breaks = False
        self.now = 0.0
        self.vitals = Vitals(ask_spool=self.depth, cameras=lambda: self.cameras, clock=lambda: self.now)
        reporter = reporter_of(spool=self.depth)
        reporter._link = lambda: self.link
        reporter._cameras = lambda: self.cameras
        self.views = ViewBoard()
        self.steady = 100.0
        self.snapshots = LocalSnapshots(
            newest=self.views.newest,
            wanted={"a": MASKED}.get,
            veil=FaceVeil(lambda _: [face(x=300, y=100)]),
            clock=lambda: self.steady,
        )
        self.pages = Pages(
            reporter=reporter,
            vitals=self.vitals,
            settings=lambda: {"api_key": "**********"},
            metrics=MetricsPage(),
            snapshots=self.snapshots,
        )
        self.http = LocalHttp(self.pages, port=0)

    async def depth(self) -> SpoolDepth:
        if self.spool_breaks:
            raise SpoolError("planted")
        return await some_depth()

    async def get(
        self, path: str, *, method: str = "GET", **headers: str
    ) -> tuple[int, str, "aiohttp.typedefs.CIMultiDictProxy[str]"]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, f"http://{self.http.address}{path}", headers=named) as answer,
        ):
            return answer.status, await answer.text(), answer.headers


@contextlib.asynccontextmanager
async def _listening(http: LocalHttp) -> AsyncIterator[None]:
    task = asyncio.create_task(http.run())
    try:
        async with asyncio.timeout(10):
            while http.address is None:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.005)
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    machine = Machine()
    async with _listening(machine.http):
        yield machine


async def test_a_worker_that_is_well_says_so(machine: Machine) -> None:
    for path in ("/healthz", "/readyz"):
        status, text, headers = await machine.get(path)
        assert (status, text) == (200, "ok\n")
        assert headers["Cache-Control"] == "no-store"
    status, text, _ = await machine.get("/status")
    told = json.loads(text)
    assert status == 200
    assert told["alive"] is True
    assert told["state"] == "online"
    assert told["cameras"][0]["state"] == "online"
    assert told["spool"]["events"] == 3
    assert told["settings"] == {"api_key": "**********"}
    status, text, headers = await machine.get("/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "footfall_edge_alive 1.0" in text
    assert "process_cpu_seconds_total" in text


async def test_alive_and_ready_are_two_things(machine: Machine) -> None:
    machine.link = LinkStatus(state=LinkState.OFFLINE, detail="UNAVAILABLE")
    machine.cameras = [camera("a", CameraState.FAILED, detail="wrong path"), camera("b", CameraState.ENDED)]
    assert (await machine.get("/healthz"))[0] == 200, "a core or a camera that is away is no fault of ours"
    status, text, _ = await machine.get("/readyz")
    assert status == 503
    assert text.splitlines() == [
        "the link to the core is offline: UNAVAILABLE",
        "camera a is failed: wrong path",
    ]


async def test_a_loop_that_ended_is_503_with_the_reason(machine: Machine) -> None:
    ended = asyncio.create_task(asyncio.sleep(0))
    await ended
    machine.vitals.watch({"the link": ended})
    status, text, _ = await machine.get("/healthz")
    assert (status, text) == (503, "the link has ended\n")
    assert json.loads((await machine.get("/status"))[1])["faults"] == ["the link has ended"]
    assert "footfall_edge_alive 0.0" in (await machine.get("/metrics"))[1]


@pytest.mark.parametrize("path", ["/status", "/metrics", "/readyz"])
async def test_without_its_spool_the_worker_says_that(machine: Machine, path: str) -> None:
    machine.spool_breaks = True
    status, text, _ = await machine.get(path)
    assert (status, text) == (503, "the spool does not answer\n")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "192.168.1.7", "", "[", "10.0.0.1"],
)
async def test_a_name_that_was_pointed_to_this_machine_gets_nothing(machine: Machine, host: str) -> None:
    status, text, _ = await machine.get("/status", Host=host)
    assert status in {400, 421}
    assert "spool" not in text


@pytest.mark.parametrize("host", ["127.0.0.1:1234", "localhost", "LOCALHOST:9464", "[::1]:9464"])
async def test_this_machine_may_ask_by_any_of_its_own_names(machine: Machine, host: str) -> None:
    assert (await machine.get("/status", Host=host))[0] == 200


async def test_another_sites_page_gets_nothing(machine: Machine) -> None:
    for site in ("cross-site", "same-site"):
        status, text, headers = await machine.get("/status", Sec_Fetch_Site=site)
        assert status == 403
        assert "spool" not in text
        assert "Access-Control-Allow-Origin" not in headers
    for site in ("none", "same-origin"):
        assert (await machine.get("/status", Sec_Fetch_Site=site))[0] == 200


async def test_what_is_not_there_and_what_may_not_be_done(machine: Machine) -> None:
    status, text, headers = await machine.get("/nothing")
    assert (status, text) == (404, "Not Found\n")
    assert headers["Cache-Control"] == "no-store"
    status, _, headers = await machine.get("/status", method="POST")
    assert status == 405
    assert "GET" in headers["Allow"]
    assert "/metrics" in (await machine.get("/"))[1]


async def test_a_snapshot_is_masked_and_veiled(machine: Machine) -> None:
    random = np.random.default_rng(1)
    image = random.integers(128, 255, (720, 2560, 3), dtype=np.uint8)
    machine.views.show("a", View(Frame(image=image, at=98.0, captured_at=NOON)))
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://{machine.http.address}/cameras/a/snapshot") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
        jpeg = await answer.read()
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert shown is not None
    assert shown.shape == (360, 1280)
    assert shown[:, :300].max() < 30, "what is masked is black"
    assert shown[60:100, 155:185].std() < shown[200:240, 800:830].std(), "a face is a few plain cells"


async def test_a_snapshot_that_cannot_be_is_told(machine: Machine) -> None:
    assert await _told(machine, "b") == (404, "no such camera: /status lists them\n")
    status, text = await _told(machine, "a")
    assert (status, "no frame yet" in text) == (503, True)
    machine.views.show("a", View(Frame(image=np.zeros((9, 16, 3), np.uint8), at=40.0, captured_at=NOON)))
    assert await _told(machine, "a") == (503, "the camera has given no frame for 60 s\n")
    machine.pages._snapshots = None
    status, text = await _told(machine, "a")
    assert status == 403
    assert "FOOTFALL_EDGE_HTTP_SNAPSHOTS" in text


async def _told(machine: Machine, camera_id: str) -> tuple[int, str]:
    status, text, _ = await machine.get(f"/cameras/{camera_id}/snapshot")
    return status, text


async def test_it_listens_on_loopback_alone(machine: Machine) -> None:
    assert machine.http.address is not None
    host, port = machine.http.address.split(":")
    assert host == "127.0.0.1"
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", int(port)))  # on Linux all of 127/8 is this machine; 0.0.0.0 would answer


async def test_a_port_that_is_taken_is_tried_again() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        machine = Machine()
        machine.http = LocalHttp(
            machine.pages, port=holder.getsockname()[1], backoff=Backoff(first=0.01, limit=0.02)
        )
        task = asyncio.create_task(machine.http.run())
        await asyncio.sleep(0.05)
        assert not task.done(), "the worker must not fall over its pages"
        assert machine.http.address is None
    async with asyncio.timeout(10):
        while machine.http.address is None:  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.005)
    assert (await machine.get("/healthz"))[0] == 200
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert machine.http.address is None
