"""A connection to an RTSP camera, and requests over it. What goes wrong is told as CaptureError."""

import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from footfall_edge.camera_health import CameraFault
from footfall_edge.capture.errors import CaptureError
from footfall_edge.capture.rtsp_answer import Answer, BadAnswerError, parse_answer
from footfall_edge.capture.rtsp_credentials import Credentials

_RESOLVE_TIMEOUT_S = 2.0
_PORTS = {"rtsp": 554, "rtsps": 322}
_UNAUTHORIZED = 401
_INTERLEAVED, _HEAD_BYTES = b"$", 4
"""RFC 2326, section 10.12: a dollar sign, the channel, and two bytes of length before each packet."""
_Address = tuple[int, tuple[object, ...]]


class RtspConversation:
    """Requests and answers with one camera, until a deadline. A context manager, which hangs up."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        """Connect. Blocks for timeout_s, and 2 s for the camera's name, at most. Raises CaptureError."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        try:
            port = parts.port or _PORTS[parts.scheme]
        except ValueError:
            raise CaptureError(CameraFault.UNREACHABLE, "the address has no valid port") from None
        self.uri = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._credentials = (
            None
            if parts.username is None
            else Credentials(unquote(parts.username), unquote(parts.password or ""))
        )
        addresses = _resolve(host, port)
        self._deadline = time.monotonic() + timeout_s
        plain = _connect(addresses, self._deadline)
        self._connection = _secured(plain, host) if parts.scheme == "rtsps" else plain
        self._challenges: Sequence[str] = ()
        self._count = 0
        self._data = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def ask(self, method: str, uri: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a request; credentials are shown when they are asked for, once."""
        answer = self._ask_once(method, uri, headers)
        if answer.status != _UNAUTHORIZED or self._credentials is None or self._challenges:
            return answer
        self._challenges = answer.all_of("www-authenticate")
        if self._proof(method, uri) is None:
            raise CaptureError(CameraFault.AUTH, "the camera asks for a kind of sign-in that is not known")
        return self._ask_once(method, uri, headers)

    def wait_for_media(self, channel: int) -> None:
        """Return when a packet of that channel has begun to come. Raises CaptureError."""
        while True:
            while len(self._data) < _HEAD_BYTES:
                self._data += self._receive()
            if self._data.startswith(_INTERLEAVED):
                if self._data[1] == channel:
                    return
                size = _HEAD_BYTES + int.from_bytes(self._data[2:_HEAD_BYTES], "big")
                while len(self._data) < size:
                    self._data += self._receive()
                self._data = self._data[size:]
            else:
                # A message of the camera's own, which begins no packet: go on behind it.
                _, found, self._data = self._data.partition(b"\r\n\r\n")
                if not found:
                    self._data = self._receive()

    def _ask_once(self, method: str, uri: str, headers: Mapping[str, str]) -> Answer:
        self._count += 1
        lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {self._count}", "User-Agent: footfall-edge"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if (proof := self._proof(method, uri)) is not None:
            lines.append(f"Authorization: {proof}")
        self._send("\r\n".join([*lines, "", ""]).encode())
        try:
            while (answer := parse_answer(self._data)) is None:
                self._data += self._receive()
        except BadAnswerError:
            raise CaptureError(CameraFault.REFUSED, "what answers at this port is no RTSP camera") from None
        self._data = self._data[answer.size :]
        return answer

    def _proof(self, method: str, uri: str) -> str | None:
        if self._credentials is None or not self._challenges:
            return None
        return self._credentials.answer(self._challenges, method=method, uri=uri)

    def _send(self, request: bytes) -> None:
        try:
            self._connection.settimeout(_left(self._deadline))
            self._connection.sendall(request)
        except TimeoutError:
            raise _stalled() from None
        except OSError:
            raise _ended() from None

    def _receive(self) -> bytes:
        try:
            self._connection.settimeout(_left(self._deadline))
            received = self._connection.recv(65536)
        except TimeoutError:
            raise _stalled() from None
        except OSError:
            raise _ended() from None
        if not received:
            raise _ended()
        return received


def _resolve(host: str, port: int) -> list[_Address]:
    """The host's addresses. On a thread: the system's resolver takes as long as it likes."""
    outcome: list[list[_Address] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            outcome.append([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_RESOLVE_TIMEOUT_S)
    if outcome and isinstance(outcome[0], list):
        return outcome[0]
    raise CaptureError(CameraFault.DNS, "the camera's name cannot be resolved")


def _connect(addresses: list[_Address], deadline: float) -> socket.socket:
    refused = reset = False
    for index, (family, address) in enumerate(addresses):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            # Each address gets its share of what is left.
            connection.settimeout(_left(deadline) / (len(addresses) - index))
            connection.connect(address)
        except OSError as error:
            connection.close()
            refused |= isinstance(error, ConnectionRefusedError)
            reset |= isinstance(error, ConnectionResetError)
        else:
            return connection
    if refused:
        raise CaptureError(CameraFault.REFUSED, "nothing listens at the camera's port")
    if reset:
        raise _ended()
    raise CaptureError(CameraFault.UNREACHABLE, "nothing answers at the camera's address")


def _secured(plain: socket.socket, host: str) -> socket.socket:
    # Cameras sign their own certificates, and what reads the stream (FFmpeg) does not check them either.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except TimeoutError:
        plain.close()
        raise _stalled() from None
    except (ssl.SSLError, OSError):
        plain.close()
        raise CaptureError(CameraFault.REFUSED, "the camera does not speak TLS at this port") from None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _stalled() -> CaptureError:
    return CaptureError(CameraFault.STALL, "the camera takes the connection and is silent")


def _ended() -> CaptureError:
    return CaptureError(CameraFault.EOF, "the camera closes the connection")
