"""The demo camera's RTSP side: aio-rtsp-toolkit's server, made to behave like a live camera.

The toolkit plays a file from its start to each client, in the client's own time. Here one programme runs
for everybody; a client begins with the next key frame, and one that reads too slowly loses frames.
"""

import asyncio
import urllib.parse
from typing import Any, Final

import structlog
from aio_rtsp_toolkit.server import RtspServer
from aio_rtsp_toolkit.server_media import MediaSource
from aio_rtsp_toolkit.server_session import RtspServerSession, StreamTrackState

from footfall_local.demo_shop.live_programme import LiveProgramme

LOOPBACK: Final = "127.0.0.1"
STREAM_PATH: Final = "/shop"
BACKLOG_S: Final = 1.75
"""A new client gets the last moments at once, as from any camera relay that keeps a group of pictures.

A client looks at some 20 frames before it says what a stream is: from a backlog that takes no time, in real
time it would be 2 s in which a restarted worker is blind.
"""
_MOST_LAG_S: Final = 1.0
_GROUP_S: Final = 1.0
_CLOCK_RATE: Final = 90000
_NAMES_OF_PARAMETER_SETS: Final = ("sps", "pps")

log = structlog.get_logger(__name__)


class LiveCameraServer(RtspServer):  # type: ignore[misc]  # untyped toolkit
    """Serves one programme under one path on loopback."""

    def __init__(self, programme: LiveProgramme, *, port: int) -> None:
        super().__init__(directory=".", host=LOOPBACK, port=port, session_name="Footfall demo shop")
        self.logger = _ToolkitLog()
        self._programme = programme
        self._sessions: set[_LiveSession] = set()

    @property
    def url(self) -> str:
        return f"rtsp://{LOOPBACK}:{self.port}{STREAM_PATH}"

    @property
    def client_count(self) -> int:
        """How many clients are being sent pictures."""
        return sum(session.stream_task is not None for session in self._sessions)

    async def close(self) -> None:
        """Says goodbye to every client and frees the port."""
        await asyncio.gather(*(session.close() for session in list(self._sessions)))
        await super().close()

    async def _handle_client(self, sock: Any) -> None:
        session = _LiveSession(self, sock, self._programme)
        self._sessions.add(session)
        try:
            await session.run()
        except OSError as error:
            log.debug("camera_client_lost", error=type(error).__name__)
        finally:
            self._sessions.discard(session)


class _LiveSession(RtspServerSession):  # type: ignore[misc]  # untyped toolkit
    """One client's connection."""

    def __init__(self, server: LiveCameraServer, sock: Any, programme: LiveProgramme) -> None:
        super().__init__(server, sock)
        self._programme = programme

    async def _handle_describe(self, uri: str, req_headers: dict[str, str]) -> None:
        if urllib.parse.urlsplit(uri).path.rstrip("/") != STREAM_PATH:
            raise FileNotFoundError(uri)
        track = self._programme.clip.track
        self.media_source = MediaSource(
            file_path=self.server.root_dir, tracks=[track], session_name=self.server.session_name
        )
        self.content_base = self.server.build_content_base(uri, req_headers)
        self.track_states = {track.control: StreamTrackState(track)}
        await self._send_response(
            req_headers,
            200,
            "OK",
            {"Content-Base": self.content_base, "Content-Type": "application/sdp"},
            # A live source has no range: clients must not take it for a file that can be sought.
            body=self.media_source.build_sdp().replace("a=range:npt=0-\r\n", "").encode(),
        )

    async def _stream_media(self) -> None:
        state = next(state for state in self.track_states.values() if state.rtp_channel is not None)
        programme = self._programme
        first = number = programme.key_before(programme.now() - int(BACKLOG_S * programme.fps))
        most_lag = int((BACKLOG_S + _GROUP_S + _MOST_LAG_S) * programme.fps)
        try:
            while not self.closed:
                if (wait := programme.seconds_until(number)) > 0:
                    await asyncio.sleep(wait)
                elif programme.now() - number > most_lag:
                    number = programme.next_key(programme.now() + 1)
                    continue
                await self._send_frame(state, number, round((number - first) * _CLOCK_RATE / programme.fps))
                number += 1
        except OSError as error:
            log.debug("camera_client_lost", error=type(error).__name__)

    async def _send_frame(self, state: Any, number: int, timestamp: int) -> None:
        frame = self._programme.frame(number)
        units = list(frame.nal_units)
        if frame.is_key:
            sets = state.info.parameter_sets
            units = [*(sets[name] for name in _NAMES_OF_PARAMETER_SETS if name in sets), *units]
        for index, unit in enumerate(units):
            marker = int(index == len(units) - 1)
            for payload, marked in self._packetize_video_nalu(unit, marker, state.info.codec_name):
                await self._send_rtp_packet(state, payload, timestamp=timestamp, marker=marked)


class _ToolkitLog:
    """Takes the toolkit's messages into the process's log; its chatter is only for debugging."""

    def log(self, level: str, message: str, **_: Any) -> None:
        if level.lower() in {"warning", "error", "critical"}:
            log.warning("camera_toolkit", message=message)
        else:
            log.debug("camera_toolkit", message=message)

    def debug(self, message: str, **_: Any) -> None:
        self.log("debug", message)

    def info(self, message: str, **_: Any) -> None:
        self.log("info", message)

    def warning(self, message: str, **_: Any) -> None:
        self.log("warning", message)

    def error(self, message: str, **_: Any) -> None:
        self.log("error", message)

    def critical(self, message: str, **_: Any) -> None:
        self.log("critical", message)
