"""Lets Envoy itself say whether a configuration is good."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from footfall_gateway.envoy_program import envoy_path
from footfall_gateway.rendering import write_configuration
from footfall_gateway.settings import Address, GatewaySettings

TIMEOUT = 60.0


class InvalidConfigurationError(Exception):
    """Envoy refuses the configuration; the text is Envoy's."""


def validate(config: Path) -> None:
    """Have Envoy read a configuration without serving it.

    Raises:
        InvalidConfigurationError: it refuses.
        EnvoyMissingError: there is no Envoy.

    """
    command = [str(envoy_path()), "--mode", "validate", "-c", str(config), "-l", "error"]
    result = subprocess.run(  # noqa: S603 - our own arguments
        command, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if result.returncode != 0:
        raise InvalidConfigurationError(f"{config}:\n{result.stdout}{result.stderr}".strip())


def sample_settings() -> Mapping[str, GatewaySettings]:
    """One gateway of each kind, for checking the template."""
    here = "127.0.0.1"
    replicas = (Address(host=here, port=50051), Address(host=here, port=50052))
    return {
        "local": GatewaySettings(core=replicas, web=Address(host=here, port=50080)),
        "by name, with another site's pages": GatewaySettings(
            listen=Address(host="::", port=8443),
            core=(Address(host="core.footfall.svc", port=50051),),
            insecure_core_beyond_loopback=True,
            web=Address(host="web.footfall.svc", port=8080),
            cors_origins=("https://console.example",),
            trusted_proxies=1,
            tls_terminated_elsewhere=True,
        ),
    }


def validate_samples() -> tuple[str, ...]:
    """Render and validate each sample; returns their names.

    Raises:
        InvalidConfigurationError: Envoy refuses one.
        EnvoyMissingError: there is no Envoy.

    """
    samples = sample_settings()
    with tempfile.TemporaryDirectory() as scratch:
        for number, settings in enumerate(samples.values()):
            validate(write_configuration(settings, Path(scratch) / str(number)))
    return tuple(samples)
