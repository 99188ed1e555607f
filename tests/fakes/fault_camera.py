"""An RTSP server (aio-rtsp-toolkit) of several cameras, each of which can be made to fail.

    python -m fakes.fault_camera --video FILE --port P --birth SECONDS --cameras N

Camera I is at /cam/I, asks for Digest, and goes on where it was after a restart (birth). "MODE I" on standard
input changes how it behaves and ends its streams; "ok" heals it. "ready" on standard output: it listens.
"""

import argparse
import asyncio
import hashlib
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from aio_rtsp_toolkit.server import RtspServer
from aio_rtsp_toolkit.server_media import MediaSource
from aio_rtsp_toolkit.server_session import RtspServerSession, StreamTrackState
from fakes.numbered_camera import FPS
from fakes.visit_pictures import now
from footfall_local.demo_shop.clip import Clip, load_clip

USER, PASSWORD = "shop", "p@ss/word"
MODES = ("ok", "auth", "codec", "undecodable", "end")
_REALM, _NONCE = "fault camera", "5ca1ab1e"
_CLOCK_RATE = 90000


class FaultServer(RtspServer):  # type: ignore[misc]  # untyped toolkit
    def __init__(self, clip: Clip, *, port: int, birth: float, cameras: int) -> None:
        super().__init__(directory=".", host="127.0.0.1", port=port, session_name="faults")
        self.logger = _Silent()
        self.clip = clip
        self.birth = birth
        self.modes = ["ok"] * cameras
        self.sessions: set[FaultSession] = set()

    async def set_mode(self, camera: int, mode: str) -> None:
        self.modes[camera] = mode
        await asyncio.gather(*(one.close() for one in list(self.sessions) if one.camera == camera))

    async def _handle_client(self, sock: Any) -> None:
        session = FaultSession(self, sock)
        self.sessions.add(session)
        try:
            await session.run()
        except OSError:
            pass
        finally:
            self.sessions.discard(session)


class FaultSession(RtspServerSession):  # type: ignore[misc]  # untyped toolkit
    camera = -1

    async def _handle_describe(self, uri: str, req_headers: dict[str, str]) -> None:
        found = re.fullmatch(r"/cam/(\d+)", urlsplit(uri).path)
        if found is None or int(found[1]) >= len(self.server.modes):
            raise FileNotFoundError(uri)
        self.camera = int(found[1])
        mode = self.server.modes[self.camera]
        password = "changed" if mode == "auth" else PASSWORD
        if not _proves(req_headers.get("authorization", ""), password):
            challenge = {"WWW-Authenticate": f'Digest realm="{_REALM}", nonce="{_NONCE}"'}
            await self._send_response(req_headers, 401, "Unauthorized", challenge)
            return
        track = self.server.clip.track
        self.media_source = MediaSource(
            file_path=self.server.root_dir, tracks=[track], session_name=self.server.session_name
        )
        self.content_base = self.server.build_content_base(uri, req_headers)
        self.track_states = {track.control: StreamTrackState(track)}
        sdp = self.media_source.build_sdp().replace("a=range:npt=0-\r\n", "")
        if mode == "codec":
            sdp = sdp.replace("H264/", "X-VENDOR/").replace("h264/", "X-VENDOR/")
        elif mode == "undecodable":
            sdp = re.sub(r"a=fmtp:[^\r]*\r\n", "", sdp.replace("H264/", "H265/").replace("h264/", "H265/"))
        await self._send_response(
            req_headers,
            200,
            "OK",
            {"Content-Base": self.content_base, "Content-Type": "application/sdp"},
            body=sdp.encode(),
        )

    async def _stream_media(self) -> None:
        if self.server.modes[self.camera] == "end":
            asyncio.get_running_loop().create_task(self.close())
            return
        state = next(state for state in self.track_states.values() if state.rtp_channel is not None)
        frames, birth = self.server.clip.frames, self.server.birth
        number = first = next(
            number
            for number in range(int((now() - birth) * FPS) + 1, sys.maxsize)
            if frames[number % len(frames)].is_key
        )
        try:
            while not self.closed:
                await asyncio.sleep(max(birth + number / FPS - now(), 0))
                await self._send_frame(state, frames[number % len(frames)], number - first)
                number += 1
        except OSError:
            pass

    async def _send_frame(self, state: Any, frame: Any, position: int) -> None:
        sets = state.info.parameter_sets
        units = [*((sets["sps"], sets["pps"]) if frame.is_key else ()), *frame.nal_units]
        for index, unit in enumerate(units):
            marker = int(index == len(units) - 1)
            for payload, marked in self._packetize_video_nalu(unit, marker, state.info.codec_name):
                timestamp = round(position * _CLOCK_RATE / FPS)
                await self._send_rtp_packet(state, payload, timestamp=timestamp, marker=marked)


def _proves(authorization: str, password: str) -> bool:
    """Whether it is the Digest of RFC 2617, without qop, of that password."""
    scheme, _, parameters = authorization.partition(" ")
    if scheme.lower() != "digest":
        return False
    said = parse_keqv_list(parse_http_list(parameters))

    def digest(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 (RFC 2617)

    who = digest(USER, _REALM, password)
    return said.get("response") == digest(who, _NONCE, digest("DESCRIBE", said.get("uri", "")))


class _Silent:
    def log(self, *_: Any, **__: Any) -> None:
        """Say nothing."""

    debug = info = warning = error = critical = log


async def _obey(server: FaultServer) -> None:
    """Follow standard input until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        mode, camera = line.decode().split()
        assert mode in MODES
        await server.set_mode(int(camera), mode)
        print("done", flush=True)  # noqa: T201 (the protocol with who started this)


async def _serve(options: argparse.Namespace) -> None:
    clip = load_clip(options.video)
    server = FaultServer(clip, port=options.port, birth=options.birth, cameras=options.cameras)
    await server.start()
    print("ready", flush=True)  # noqa: T201
    await _obey(server)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--birth", type=float, required=True)
    parser.add_argument("--cameras", type=int, required=True)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
