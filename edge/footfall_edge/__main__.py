"""`footfall-edge run | join | settings | doctor | camera-fitness | devices`: the edge worker of a site."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from footfall_vision.errors import ModelError
from pydantic import SecretStr, ValidationError

from footfall_edge.app import run_edge, stop_on_signals
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.devices_command import show_devices
from footfall_edge.diagnosis.doctor_command import add_doctor, run_doctor
from footfall_edge.diagnosis.fitness.command import add_camera_fitness, run_camera_fitness
from footfall_edge.face_vision import ModelVision
from footfall_edge.identity.worker_identity import BadIdentityError
from footfall_edge.link.joining import JoinError, join
from footfall_edge.settings import EdgeSettings, TrialSettings
from footfall_edge.spool_file import SpoolError
from footfall_edge.telemetry import configure_logging
from footfall_edge.vision_loading import load_vision

_EX_CONFIG = 78
"""sysexits.h: wrong configuration, so starting again changes nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="footfall-edge", description=__doc__)
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="read settings from this file, too, NAME=VALUE a line; what the environment says goes first",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "run",
        help="read the site's cameras and send what they see to the core",
        description="Settings are read from FOOTFALL_EDGE_* variables: GATEWAY_URL and DATA_DIR are needed,"
        " and JOIN_TOKEN (for the first start) or API_KEY; MODELS_DIR, NAME, WORKER_FPS, ANALYSIS_FPS,"
        " DETECT_WIDTH, THREADS, CPU_CORES, GENDER, SPOOL_MAX_BYTES, SPOOL_KEY_FILE, LOG_LEVEL and LOG_FORMAT"
        " have defaults.",
    )
    joining = commands.add_parser(
        "join",
        help="trade a join token for this worker's certificate, and end",
        description="Needs FOOTFALL_EDGE_GATEWAY_URL and FOOTFALL_EDGE_DATA_DIR. Afterwards `run` needs no"
        " token: the certificate is in the data folder, and renews itself.",
    )
    joining.add_argument(
        "--token-file", type=Path, help="a file whose first line is the token; without it: stdin"
    )
    commands.add_parser("settings", help="print what run would be told, as JSON; secrets as **********")
    add_doctor(commands)
    add_camera_fitness(commands)
    devices = commands.add_parser(
        "devices", help="list the cameras that are plugged in, by the source to enter in the console"
    )
    devices.add_argument("--json", action="store_true", help="as JSON")
    devices.add_argument("--try", dest="try_them", action="store_true", help="read a picture from each")
    options = parser.parse_args(arguments)
    if options.command == "devices":
        return show_devices(as_json=options.json, try_them=options.try_them)
    if options.env_file is not None and not os.access(options.env_file, os.R_OK):
        sys.stderr.write(f"footfall-edge: {options.env_file} cannot be read\n")
        return _EX_CONFIG
    return _with_settings(options)


def _with_settings(options: argparse.Namespace) -> int:
    """Run a command that needs settings; returns the exit code."""
    try:
        if options.command == "join":
            return _join(options.token_file, options.env_file)
        if options.command == "camera-fitness":
            trial = TrialSettings(_env_file=options.env_file)  # type: ignore[call-arg]  # not a field
            return run_camera_fitness(trial, options)
        settings = EdgeSettings(_env_file=options.env_file)  # type: ignore[call-arg]  # the fields come from there
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = "__".join(str(part) for part in fault["loc"]).upper()
            sys.stderr.write(f"footfall-edge: FOOTFALL_EDGE_{name}: {fault['msg']}\n")
        return _EX_CONFIG
    if options.command == "doctor":
        return run_doctor(settings, options)
    return _show(settings) if options.command == "settings" else _run(settings)


def _show(settings: EdgeSettings) -> int:
    sys.stdout.write(f"{settings.model_dump_json(indent=2)}\n")
    return 0


def _run(settings: EdgeSettings) -> int:
    try:
        configure_logging(
            level=settings.log_level, log_format=settings.log_format, log_file=settings.log_file
        )
    except OSError as error:
        sys.stderr.write(f"footfall-edge: FOOTFALL_EDGE_LOG_FILE: {error.strerror}\n")
        return _EX_CONFIG
    configure_opencv()
    log = structlog.get_logger(__name__)
    try:
        vision = load_vision(settings)
    except ModelError as error:
        log.critical("models_unusable", detail=str(error))
        return _EX_CONFIG
    try:
        asyncio.run(_work(settings, vision))
    except SpoolError as error:
        log.critical("spool_unusable", detail=str(error))
        return 1
    except BadIdentityError as error:
        log.critical("certificate_unusable", detail=str(error))
        return _EX_CONFIG
    return 0


def _join(token_file: Path | None, env_file: Path | None) -> int:
    """Join, say as whom, and return the exit code."""
    try:
        text = sys.stdin.readline() if token_file is None else token_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"footfall-edge join: the token cannot be read: {type(error).__name__}\n")
        return 1
    token = SecretStr((text.splitlines() or [""])[0].strip())
    settings = EdgeSettings(join_token=token, _env_file=env_file)  # type: ignore[call-arg]  # the rest is there
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    try:
        identity = asyncio.run(join(settings))
    except (JoinError, BadIdentityError, OSError) as error:
        sys.stderr.write(f"footfall-edge join: {error}\n")
        return 1
    told = {"worker_id": identity.worker_id, "certificate_ends": identity.ends_at.isoformat()}
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 0


async def _work(settings: EdgeSettings, vision: ModelVision) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await run_edge(settings, vision, stop, computed_by=vision.computed_by)


if __name__ == "__main__":
    sys.exit(main())
