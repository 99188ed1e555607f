"""A way through TCP that can be closed, cut, and made to swallow what comes back."""

import asyncio
from contextlib import suppress

_CHUNK = 64 * 1024


class CuttingProxy:
    """Listens on a port of loopback that stays the same, for one target at a time."""

    def __init__(self, *, host: str = "127.0.0.1") -> None:
        self._host = host
        self._target: tuple[str, int] | None = None
        self._server: asyncio.Server | None = None
        self._streams: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._arrivals: set[asyncio.Task[None]] = set()
        self._is_mute = False
        self.port = 0
        self.connections = 0

    async def open(self) -> None:
        """Take the port; whoever connects is cut off until there is a target."""
        self._server = await asyncio.start_server(self._arrive, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def lead_to(self, host: str, port: int) -> None:
        """From now on connections come through."""
        self._target = (host, port)

    def mute(self) -> None:
        """Swallow what the target says, to those that are connected and to those that come."""
        self._is_mute = True

    def cut(self) -> None:
        """Break all connections off; new ones come through whole."""
        self._is_mute = False
        for stream in tuple(self._streams):
            stream.transport.abort()

    async def close(self) -> None:
        self._target = None
        if self._server is not None:
            self._server.close()
        # Who is on the way to the target first: afterwards no stream comes any more.
        for tasks in (self._arrivals, self._pumps):
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.cut()

    def _arrive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrival = asyncio.create_task(self._take(reader, writer))
        self._arrivals.add(arrival)
        arrival.add_done_callback(self._arrivals.discard)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._target is None:
            writer.transport.abort()
            return
        self._streams.add(writer)
        try:
            onward_reader, onward = await asyncio.open_connection(*self._target)
        except OSError:
            self._streams.discard(writer)
            writer.transport.abort()
            return
        self.connections += 1
        self._streams.add(onward)
        for source, drain, swallows in ((reader, onward, False), (onward_reader, writer, True)):
            pump = asyncio.create_task(self._pump(source, drain, swallows=swallows))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, drain: asyncio.StreamWriter, *, swallows: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if not (swallows and self._is_mute):
                    drain.write(data)
                    await drain.drain()
        drain.close()
        # Until all is out it can be cut off.
        with suppress(OSError):
            await drain.wait_closed()
        self._streams.discard(drain)
