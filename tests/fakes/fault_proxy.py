"""A TCP proxy on loopback that fails as networks do."""

import asyncio
import contextlib
import socket
import struct
from enum import StrEnum, auto


class ProxyFault(StrEnum):
    """How the way to a camera fails."""

    RESET = auto()
    """Connections are reset, old and new."""
    SILENCE = auto()
    """Conversations go on, and no more of a stream comes through."""
    HALF_OPEN = auto()
    """The other end is gone and nobody was told: nothing comes, nothing ends."""


class FaultProxy:
    """Passes connections on to one port; who was connected during a fault stays as the fault left it."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._fault: ProxyFault | None = None
        self._pipes: set[_Pipe] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for pipe in list(self._pipes):
            pipe.cut()
        await asyncio.gather(*(pipe.ended.wait() for pipe in list(self._pipes)))

    def fail(self, fault: ProxyFault) -> None:
        self._fault = fault
        for pipe in list(self._pipes):
            pipe.fail(fault)

    def heal(self) -> None:
        """New connections pass again."""
        self._fault = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pipe = _Pipe(reader, writer)
        self._pipes.add(pipe)
        try:
            if self._fault is not None:
                pipe.fail(self._fault)
            await pipe.run(self._target_port)
        finally:
            self._pipes.discard(pipe)


class _Pipe:
    """One connection and its other half."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._other: asyncio.StreamWriter | None = None
        self._fault: ProxyFault | None = None
        self._is_streaming = False
        self.ended = asyncio.Event()

    def fail(self, fault: ProxyFault) -> None:
        self._fault = fault
        if fault is ProxyFault.RESET:
            self.cut()

    def cut(self) -> None:
        """Reset both halves."""
        for writer in (self._writer, self._other):
            if writer is not None:
                sock = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    async def run(self, target_port: int) -> None:
        try:
            reader, self._other = await asyncio.open_connection("127.0.0.1", target_port)
            up = asyncio.create_task(self._pass_on(self._reader, self._other, is_from_camera=False))
            down = asyncio.create_task(self._pass_on(reader, self._writer, is_from_camera=True))
            done, running = await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
            await asyncio.gather(*done, *running, return_exceptions=True)
        except OSError:
            pass
        finally:
            for writer in (self._writer, self._other):
                if writer is not None:
                    writer.close()
            self.ended.set()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_from_camera: bool
    ) -> None:
        while data := await reader.read(65536):
            if self._fault is ProxyFault.HALF_OPEN:
                continue
            if self._fault is ProxyFault.SILENCE and is_from_camera:
                data = self._without_stream(data)
            elif is_from_camera and (data.startswith(b"$") or b"\r\n\r\n$" in data):
                self._is_streaming = True
            writer.write(data)
            await writer.drain()

    def _without_stream(self, data: bytes) -> bytes:
        """What of it belongs to the conversation. Nothing does once packets have begun to come."""
        if self._is_streaming or data.startswith(b"$"):
            self._is_streaming = True
            return b""
        head, found, _ = data.partition(b"\r\n\r\n$")
        if found:
            self._is_streaming = True
            return head + b"\r\n\r\n"
        return data
