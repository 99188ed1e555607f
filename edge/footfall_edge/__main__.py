"""`footfall-edge run | settings`: the edge worker of a site. `footfall-edge join`: its certificate."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
from footfall_vision.errors import ModelError
from pydantic import SecretStr, ValidationError

from footfall_edge.app import run_edge, stop_on_signals
from footfall_edge.capture import configure_opencv
from footfall_edge.face_vision import ModelVision
from footfall_edge.identity.worker_identity import BadIdentityError
from footfall_edge.link.joining import JoinError, join
from footfall_edge.settings import EdgeSettings
from footfall_edge.spool_file import SpoolError
from footfall_edge.telemetry import configure_logging

_EX_CONFIG = 78
"""sysexits.h: wrong configuration, so starting again changes nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="footfall-edge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "run",
        help="read the site's cameras and send what they see to the core",
        description="Settings are read from FOOTFALL_EDGE_* variables: GATEWAY_URL and DATA_DIR are needed,"
        " and JOIN_TOKEN (for the first start) or API_KEY; MODELS_DIR, NAME, ANALYSIS_FPS, DETECT_WIDTH,"
        " THREADS, GENDER, SPOOL_MAX_BYTES, LOG_LEVEL and LOG_FORMAT have defaults.",
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
    options = parser.parse_args(arguments)
    try:
        if options.command == "join":
            return _join(options.token_file)
        settings = EdgeSettings()  # type: ignore[call-arg]  # the fields come from the environment
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = "__".join(str(part) for part in fault["loc"]).upper()
            sys.stderr.write(f"footfall-edge: FOOTFALL_EDGE_{name}: {fault['msg']}\n")
        return _EX_CONFIG
    if options.command == "settings":
        sys.stdout.write(f"{settings.model_dump_json(indent=2)}\n")
        return 0
    return _run(settings)


def _run(settings: EdgeSettings) -> int:
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    configure_opencv()
    log = structlog.get_logger(__name__)
    try:
        vision = ModelVision.load(
            models_dir=settings.models_dir,
            detect_width=settings.detect_width,
            detection_threshold=settings.detection_threshold,
            gender=settings.gender,
            embedder=settings.embedding_model,
        )
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


def _join(token_file: Path | None) -> int:
    """Join, say as whom, and return the exit code."""
    try:
        text = sys.stdin.readline() if token_file is None else token_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"footfall-edge join: the token cannot be read: {type(error).__name__}\n")
        return 1
    token = SecretStr((text.splitlines() or [""])[0].strip())
    settings = EdgeSettings(join_token=token)  # type: ignore[call-arg]  # the rest is in the environment
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
    await run_edge(settings, vision, stop)


if __name__ == "__main__":
    sys.exit(main())
