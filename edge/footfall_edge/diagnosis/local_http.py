"""The listener of the pages for this machine: 127.0.0.1 and nothing else, whatever is set."""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from footfall_edge.backoff import Backoff
from footfall_edge.diagnosis.pages import Pages
from footfall_edge.diagnosis.same_machine import guard

LOOPBACK: Final = "127.0.0.1"
_SHUTDOWN_S = 1.0
_log = structlog.get_logger(__name__)


class LocalHttp:
    """Serves the pages for as long as run() runs. A port that is taken costs the pages, never the worker."""

    def __init__(self, pages: Pages, *, port: int, backoff: Backoff | None = None) -> None:
        """port: 0 takes a free one."""
        self._pages = pages
        self._port = port
        self._backoff = backoff or Backoff(first=1.0, limit=60.0)
        self._address: str | None = None

    @property
    def address(self) -> str | None:
        """host:port while it listens."""
        return self._address

    async def run(self) -> None:
        """Listen until cancelled; try again for ever when the port is another program's."""
        application = web.Application(middlewares=[guard])
        application.add_routes(self._pages.routes())
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            await self._listen(runner)
            await asyncio.Event().wait()
        finally:
            self._address = None
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        while True:
            site = web.TCPSite(runner, LOOPBACK, self._port)
            try:
                await site.start()
            except OSError as error:
                await site.stop()
                delay = self._backoff.next_delay()
                _log.warning(
                    "http_port_unusable", port=self._port, error=error.strerror, retry_in_s=round(delay, 2)
                )
                await asyncio.sleep(delay)
            else:
                host, port = runner.addresses[0][:2]
                self._address = f"{host}:{port}"
                _log.info("http_listening", address=self._address)
                return
