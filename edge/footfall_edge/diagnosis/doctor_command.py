"""The command line of `footfall-edge doctor`."""

import argparse
import asyncio
import shutil
import sys

from footfall_edge.capture.opencv import configure_opencv, open_video
from footfall_edge.diagnosis.doctor import examine
from footfall_edge.diagnosis.finding import is_failed
from footfall_edge.diagnosis.findings_text import as_json, as_table
from footfall_edge.settings import EdgeSettings
from footfall_edge.telemetry import configure_logging


def add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "doctor",
        help="look at all that the worker needs, and say what to do",
        description="Looks at cameras, models, clock, disk, files and the way to the core. Run it with the"
        " worker's settings, as the worker's account; the worker may run meanwhile. Ends with 0 when nothing"
        " fails, else 1.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument(
        "--seconds", type=float, default=5.0, metavar="S", help="how long to watch each camera (5)"
    )


def run_doctor(settings: EdgeSettings, options: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    configure_logging(level="error", log_format=settings.log_format)
    configure_opencv()
    findings = asyncio.run(
        examine(
            settings,
            env_file=options.env_file,
            open_video=open_video,
            look_s=options.seconds,
            say=_say,
        )
    )
    if options.json:
        sys.stdout.write(as_json(findings))
    else:
        is_terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size((100, 24)).columns
        sys.stdout.write(as_table(findings, width=width, colour=is_terminal))
    return 1 if is_failed(findings) else 0


def _say(what: str) -> None:
    sys.stderr.write(f"looking at {what} ...\n")
