"""The demo camera's process: an RTSP camera on loopback that shows the play when it is told to.

    python -m footfall_local.demo_shop.camera --port P --control-port C --state FILE --video FILE

It shows the empty shop until POST /start on the control port, and again after the play; it ends with 0 on
SIGTERM or SIGINT, and with 2 when it cannot begin.
"""

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import structlog
from aiohttp import web

from footfall_local.demo_shop.camera_control import CameraControl
from footfall_local.demo_shop.camera_server import LOOPBACK, LiveCameraServer
from footfall_local.demo_shop.clip import ClipError, load_clip
from footfall_local.demo_shop.live_programme import LiveProgramme

CANNOT_BEGIN = 2

log = structlog.get_logger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    video: Path = options.video
    try:
        programme = LiveProgramme(
            play=load_clip(video),
            empty=load_clip(options.empty or video.with_name(f"{video.stem}-empty{video.suffix}")),
            clock=time.monotonic,
        )
        asyncio.run(_serve(programme, options))
    except (ClipError, OSError) as error:
        log.error("camera_cannot_begin", reason=str(error))  # noqa: TRY400 - the reason says it all
        return CANNOT_BEGIN
    return 0


async def _serve(programme: LiveProgramme, options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = LiveCameraServer(programme, port=options.port)
    control = CameraControl(
        programme, rtsp_url=server.url, client_count=lambda: server.client_count, state_file=options.state
    )
    runner = web.AppRunner(control.application(), access_log=None)
    replay: asyncio.Task[None] | None = None
    try:
        await server.start()
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, options.control_port).start()
        control.write_state()
        log.info("camera_ready", url=server.url, control_port=options.control_port)
        if options.loop:
            replay = asyncio.create_task(control.loop())
        await ended.wait()
    finally:
        if replay is not None:
            replay.cancel()
        await runner.cleanup()
        await server.close()
        log.info("camera_ended")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m footfall_local.demo_shop.camera", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="RTSP port on loopback")
    parser.add_argument("--control-port", type=int, required=True, help="HTTP port on loopback")
    parser.add_argument("--state", type=Path, required=True, help="JSON state file to keep")
    parser.add_argument("--video", type=Path, required=True, help="the play")
    parser.add_argument("--empty", type=Path, help="the empty scene; default: beside the play, -empty")
    parser.add_argument("--loop", action="store_true", help="play at once, and again and again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
