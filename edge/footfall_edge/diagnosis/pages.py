"""The pages: /healthz, /readyz, /status, /metrics, /cameras/{id}/snapshot."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from footfall_edge.camera_health import CameraState
from footfall_edge.diagnosis.local_snapshot import LocalSnapshots, NoPictureNowError, UnknownCameraError
from footfall_edge.diagnosis.metrics import MetricsPage
from footfall_edge.diagnosis.vitals import Vitals
from footfall_edge.link.core_link import LinkState
from footfall_edge.spool_file import SpoolError
from footfall_edge.worker_report import WorkerReport, WorkerReporter

_REPORT_TIMEOUT_S = 5.0
_AS_IT_SHOULD_BE = frozenset(
    {CameraState.ONLINE, CameraState.ENDED, CameraState.STOPPED, CameraState.HELD_ELSEWHERE}
)
_INDEX = """\
/healthz   200 while every loop of the worker turns; else 503 and why
/readyz    200 while the core is linked and every camera gives frames; else 503 and why
/status    the worker, its link, cameras and spool, as JSON
/metrics   the same for Prometheus
/cameras/{id}/snapshot   what the camera sees, as JPEG with faces veiled; off unless it is set on
"""
_SNAPSHOTS_OFF = "no pictures are shown here: set FOOTFALL_EDGE_HTTP_SNAPSHOTS=true and restart the worker\n"


class Pages:
    """Converts what the worker knows to HTTP answers."""

    def __init__(
        self,
        *,
        reporter: WorkerReporter,
        vitals: Vitals,
        settings: Callable[[], dict[str, Any]],
        metrics: MetricsPage,
        snapshots: LocalSnapshots | None = None,
    ) -> None:
        """settings: what /status says of them, without secrets. snapshots: None where they are off."""
        self._reporter = reporter
        self._vitals = vitals
        self._settings = settings
        self._snapshots = snapshots
        self._metrics = metrics

    def routes(self) -> Sequence[web.RouteDef]:
        """GET, and HEAD with it; anything else is answered 405."""
        return [
            web.get("/", self._index),
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/status", self._status),
            web.get("/metrics", self._show_metrics),
            web.get("/cameras/{camera_id}/snapshot", self._snapshot),
        ]

    async def _index(self, _: web.Request) -> web.Response:
        return web.Response(text=_INDEX)

    async def _healthz(self, _: web.Request) -> web.Response:
        faults = self._vitals.faults()
        return _lines(faults, status=503) if faults else web.Response(text="ok\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        report = await self._report()
        if report is None:
            return self._no_report()
        lacks = [*self._vitals.faults(), *_lacks(report)]
        return _lines(lacks, status=503) if lacks else web.Response(text="ok\n")

    async def _status(self, _: web.Request) -> web.Response:
        report = await self._report()
        if report is None:
            return self._no_report()
        faults = self._vitals.faults()
        status = {
            **report.to_json(),
            "alive": not faults,
            "faults": faults,
            "loop_lag_s": round(self._vitals.loop_lag, 3),
            "settings": self._settings(),
        }
        return web.json_response(status, dumps=lambda value: json.dumps(value, indent=1) + "\n")

    async def _show_metrics(self, request: web.Request) -> web.Response:
        report = await self._report()
        if report is None:
            return self._no_report()
        page, content_type = self._metrics.render(
            report,
            alive=not self._vitals.faults(),
            loop_lag=self._vitals.loop_lag,
            accept=request.headers.get("Accept", ""),
        )
        return web.Response(body=page, headers={"Content-Type": content_type})

    async def _snapshot(self, request: web.Request) -> web.Response:
        if self._snapshots is None:
            return web.Response(status=403, text=_SNAPSHOTS_OFF)
        try:
            picture = await self._snapshots.take(request.match_info["camera_id"])
        except UnknownCameraError:
            return web.Response(status=404, text="no such camera: /status lists them\n")
        except NoPictureNowError as error:
            return web.Response(status=503, text=f"{error}\n")
        answer = web.Response(body=picture.jpeg, content_type="image/jpeg")
        answer.last_modified = picture.captured_at
        return answer

    async def _report(self) -> WorkerReport | None:
        """None when the spool does not answer: what it was asked in vain is not asked again and again."""
        if not self._vitals.spool_answers:
            return None
        try:
            async with asyncio.timeout(_REPORT_TIMEOUT_S):
                return await self._reporter.report()
        except (TimeoutError, SpoolError):
            return None

    def _no_report(self) -> web.Response:
        return _lines([*self._vitals.faults(), "the spool does not answer"], status=503)


def _lacks(report: WorkerReport) -> list[str]:
    lacks = []
    if report.link.state is not LinkState.ONLINE:
        lacks.append(f"the link to the core is {report.link.state}: {report.link.detail}".rstrip(": "))
    lacks += [
        f"camera {camera.camera_id} is {camera.state}: {camera.detail}".rstrip(": ")
        for camera in report.cameras
        if camera.state not in _AS_IT_SHOULD_BE
    ]
    return lacks


def _lines(faults: Sequence[str], *, status: int) -> web.Response:
    return web.Response(status=status, text="".join(f"{fault}\n" for fault in faults))
