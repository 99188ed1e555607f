"""The demo camera's remote control: loopback HTTP, and a state file for whoever only wants to look.

POST /start begins the play (409 while one runs), POST /stop ends it, GET /state tells. All three answer with
the state as JSON: rtsp_url, playing, started_at (RFC 3339 or null), duration_s, clients.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from footfall_local.demo_shop.live_programme import AlreadyPlayingError, LiveProgramme

LOOP_PAUSE_S = 20.0
"""Empty shop between two plays of a loop: longer than the demo's visit gap."""

log = structlog.get_logger(__name__)


class CameraControl:
    """Starts and stops the play, and keeps the state file true."""

    def __init__(
        self,
        programme: LiveProgramme,
        *,
        rtsp_url: str,
        client_count: Callable[[], int],
        state_file: Path,
    ) -> None:
        self._programme = programme
        self._rtsp_url = rtsp_url
        self._client_count = client_count
        self._state_file = state_file

    def state(self) -> dict[str, Any]:
        last = self._programme.last_play
        return {
            "rtsp_url": self._rtsp_url,
            "playing": self._programme.is_playing(),
            "started_at": None if last is None else last.started_at.isoformat(),
            "duration_s": self._programme.play_duration_s,
            "clients": self._client_count(),
        }

    def write_state(self) -> None:
        """Replaces the state file at once, so that no reader sees half of it."""
        self._state_file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=self._state_file.parent, prefix=".camera-", delete=False, encoding="utf-8"
        ) as scratch:
            scratch.write(json.dumps(self.state()) + "\n")
        Path(scratch.name).replace(self._state_file)

    def start(self) -> None:
        """Raises AlreadyPlayingError while a play runs."""
        play = self._programme.start()
        self.write_state()
        log.info("play_started", started_at=play.started_at.isoformat())

    def stop(self) -> None:
        self._programme.stop()
        self.write_state()
        log.info("play_stopped")

    async def loop(self) -> None:
        """Plays again and again, with an empty shop in between."""
        while True:
            with contextlib.suppress(AlreadyPlayingError):
                self.start()
            last = self._programme.last_play
            left = 0.0 if last is None else self._programme.seconds_until(last.end)
            await asyncio.sleep(max(0.0, left) + LOOP_PAUSE_S)

    def application(self) -> web.Application:
        """The HTTP side."""
        application = web.Application()
        application.router.add_get("/state", self._get_state)
        application.router.add_post("/start", self._post_start)
        application.router.add_post("/stop", self._post_stop)
        return application

    async def _get_state(self, _: web.Request) -> web.Response:
        return web.json_response(self.state())

    async def _post_start(self, _: web.Request) -> web.Response:
        try:
            self.start()
        except AlreadyPlayingError as error:
            return web.json_response({**self.state(), "error": str(error)}, status=409)
        return web.json_response(self.state())

    async def _post_stop(self, _: web.Request) -> web.Response:
        self.stop()
        return web.json_response(self.state())
