"""`footfall-gateway render | check | settings`: Envoy's configuration from a few values."""

import argparse
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from footfall_gateway.envoy_program import EnvoyMissingError
from footfall_gateway.rendering import write_configuration
from footfall_gateway.settings import read_settings
from footfall_gateway.validation import InvalidConfigurationError, validate_samples


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="footfall-gateway", description=__doc__)
    add_subcommands(parser.add_subparsers(dest="gateway_command", required=True))
    return run(parser.parse_args(arguments))


def add_subcommands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `render`, `check` and `settings`."""
    rendering = subparsers.add_parser("render", help="write envoy.yaml and footfall.binpb")
    rendering.add_argument("--config", type=Path, help="TOML file; FOOTFALL_GATEWAY_* variables win over it")
    rendering.add_argument("--output", type=Path, required=True, help="folder to write to")
    rendering.add_argument(
        "--descriptor-path", type=Path, help="where Envoy finds footfall.binpb (default: the output folder)"
    )
    printing = subparsers.add_parser("settings", help="print what render would be told, as JSON")
    printing.add_argument("--config", type=Path, help="as for render")
    subparsers.add_parser("check", help="render the template in its variants and let Envoy validate each")


def run(options: argparse.Namespace) -> int:
    """Do what was asked; returns the exit code."""
    if options.gateway_command == "check":
        return _check()
    try:
        settings = read_settings(options.config)
    except (ValidationError, OSError, tomllib.TOMLDecodeError) as error:
        sys.stderr.write(f"The gateway's settings cannot be used: {error}\n")
        return 1
    if options.gateway_command == "settings":
        sys.stdout.write(f"{settings.model_dump_json(indent=2)}\n")
        return 0
    path = write_configuration(settings, options.output, descriptor_path=options.descriptor_path)
    sys.stdout.write(f"{path}\n")
    return 0


def _check() -> int:
    try:
        names = validate_samples()
    except (InvalidConfigurationError, EnvoyMissingError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Envoy accepts the gateway's configuration: {'; '.join(names)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
