"""The core as a process: from its settings to SIGTERM."""

import asyncio
import gc
import signal
from contextlib import AsyncExitStack

import structlog
import uvloop
from footfall_vision.quiet_opencv import silence_opencv

from footfall_server.adapters import open_adapters
from footfall_server.app import Choices, Core
from footfall_server.auth.authority import load_authorities
from footfall_server.auth.erasure_key import load_erasure_key
from footfall_server.auth.key_reload import KeyReload
from footfall_server.auth.keys import load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.metrics import CoreMetrics
from footfall_server.rpc.server_tls import ServerTls
from footfall_server.services.webhook_delivery import DeliveryLimits
from footfall_server.settings import ServerSettings, is_loopback, read_settings
from footfall_server.telemetry import configure_logging

log = structlog.get_logger()


def serve() -> None:
    """Serves until SIGTERM or SIGINT, then drains.

    Raises BadSettingsError, BadKeysError, BadAuthorityError, BadTlsFilesError or CannotListenError,
    CannotServeMetricsError when it cannot start.
    """
    settings = read_settings(ServerSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    new_loop = uvloop.new_event_loop if settings.event_loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(settings))


async def _serve(settings: ServerSettings) -> None:
    silence_opencv()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    keys = load_keys(settings.auth.keys_dir, signing_delay=settings.auth.key_signing_delay)
    erasure_key = load_erasure_key(settings.auth.keys_dir)
    authority_dir = settings.auth.authority_dir
    authorities = load_authorities(authority_dir) if authority_dir is not None else None
    tls = None
    if settings.tls is not None:
        tls = ServerTls(
            certificate=settings.tls.certificate,
            private_key=settings.tls.private_key,
            client_ca=settings.tls.client_ca,
        )
    elif not is_loopback(settings.listen):
        log.warning("listening_in_the_clear", why="INSECURE_LISTEN_BEYOND_LOOPBACK is on")
    choices = Choices(
        auth=settings.auth,
        recognition=settings.recognition,
        limits=settings.limits,
        previews=settings.previews,
        retention=settings.retention,
        webhooks=DeliveryLimits(
            at_once=settings.webhooks.at_once, at_once_per_tenant=settings.webhooks.at_once // 4
        ),
        drain_grace=settings.drain_grace,
        fallback_faces=settings.milvus.fallback_faces,
    )
    metrics = CoreMetrics()
    async with AsyncExitStack() as stack:
        if settings.metrics.listen is not None:
            host, _, port = settings.metrics.listen.rpartition(":")
            log.info("metrics", port=stack.enter_context(metrics.served(host.strip("[]"), int(port))))
        adapters = await stack.enter_async_context(open_adapters(settings))
        core = Core(
            adapters=adapters,
            keys=keys,
            passwords=Passwords(),
            choices=choices,
            erasure_key=erasure_key,
            key_reload=KeyReload(keys=keys, folder=settings.auth.keys_dir),
            authorities=authorities,
            job_ended=metrics.job_ended,
        )
        async with core.serving(settings.listen, tls):
            # What is here now stays as long as the process. To look through all of it for garbage would take
            # tenths of a second once in a while, in which no call is answered.
            gc.collect()
            gc.freeze()
            await stop.wait()
