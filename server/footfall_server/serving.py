"""The core as a process: from its settings to SIGTERM."""

import asyncio
import signal

import uvloop

from footfall_server.adapters import open_adapters
from footfall_server.app import Choices, Core
from footfall_server.auth.keys import load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.settings import ServerSettings, read_settings
from footfall_server.telemetry import configure_logging


def serve() -> None:
    """Serves until SIGTERM or SIGINT, then drains.

    Raises BadSettingsError, BadKeysError or CannotListenError when it cannot start.
    """
    settings = read_settings(ServerSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    new_loop = uvloop.new_event_loop if settings.event_loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(settings))


async def _serve(settings: ServerSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    keys = load_keys(settings.auth.keys_dir)
    choices = Choices(
        auth=settings.auth,
        recognition=settings.recognition,
        limits=settings.limits,
        drain_grace=settings.drain_grace,
        fallback_faces=settings.milvus.fallback_faces,
    )
    async with open_adapters(settings) as adapters:
        core = Core(adapters=adapters, keys=keys, passwords=Passwords(), choices=choices)
        async with core.serving(settings.listen):
            await stop.wait()
