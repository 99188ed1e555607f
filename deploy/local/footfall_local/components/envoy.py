"""Envoy: the gateway, with the same template as in production."""

import asyncio
from pathlib import Path

from footfall_gateway.envoy_program import EnvoyMissingError, envoy_path
from footfall_gateway.rendering import write_configuration
from footfall_gateway.settings import GatewaySettings
from footfall_gateway.validation import InvalidConfigurationError, validate

from footfall_local.component import ComponentError, ProcessSpec
from footfall_local.probes import probe_http

LOG_FLUSH = ("--file-flush-interval-msec", "1000")  # of the access log; 10 s by default


class Envoy:
    """The one port that clients come in by."""

    name = "envoy"
    start_timeout = 60.0

    def __init__(self, *, settings: GatewaySettings, folder: Path, requires: tuple[str, ...] = ()) -> None:
        """Nothing is made or started here.

        Args:
            settings: of the gateway.
            folder: for the rendered configuration.
            requires: what must be ready first.

        """
        self._settings = settings
        self._folder = folder
        self.requires = requires

    @property
    def url(self) -> str:
        scheme = "http" if self._settings.tls is None else "https"
        return f"{scheme}://{self._settings.listen.host}:{self._settings.listen.port}"

    async def prepare(self) -> ProcessSpec:
        config = write_configuration(self._settings, self._folder)
        try:
            await asyncio.to_thread(validate, config)
            program = envoy_path()
        except (EnvoyMissingError, InvalidConfigurationError) as error:
            raise ComponentError(str(error)) from error
        flags = ("-c", str(config), "--concurrency", "2", "--disable-hot-restart", "-l", "warn", *LOG_FLUSH)
        return ProcessSpec(argv=(str(program), *flags), cwd=self._folder)

    async def check(self) -> None:
        if self._settings.tls is None:
            # Says 200 when at least one replica of the core is healthy.
            await probe_http(self._settings.listen.port, "/healthz")
        else:
            await probe_http(self._settings.admin.port, "/ready")
