"""The command line of `footfall-edge camera-fitness`."""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from footfall_vision.errors import ModelError

from footfall_edge.camera_health import CameraSpec
from footfall_edge.camera_source import SourceError, parse_source
from footfall_edge.capture.opencv import configure_opencv
from footfall_edge.capture.reader import CameraReader
from footfall_edge.desired_cache import DesiredCache
from footfall_edge.diagnosis.face_veil import FaceVeil
from footfall_edge.diagnosis.fitness.observations import Observations
from footfall_edge.diagnosis.fitness.picture import fitness_picture
from footfall_edge.diagnosis.fitness.progress import ProgressLine
from footfall_edge.diagnosis.fitness.verdict import Fitness, FitnessReport, judge
from footfall_edge.diagnosis.fitness.watch import CameraSilentError, FitnessWatch
from footfall_edge.settings import EdgeSettings
from footfall_edge.telemetry import configure_logging
from footfall_edge.vision_loading import load_vision

_EXIT_CODES = {Fitness.PASS: 0, Fitness.FAIL: 1, Fitness.TOO_FEW: 3}
_EX_USAGE = 64
_EX_UNAVAILABLE = 69
_EX_CANTCREAT = 73


class _UnknownCameraError(Exception):
    """No such camera; the text is for people."""


def add_camera_fitness(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "camera-fitness",
        help="watch a camera, and say whether people can be recognised with it",
        description="Watches a camera with the worker's own analysis and draws a report: pixels between the"
        " eyes, pose, blur and light beside the gates, where faces were, and the expected match rate. Nothing"
        " is sent. Ctrl-C ends the watch early and reports on what was seen. Ends with 0 for pass, 1 for"
        " fail, 3 when too few people were seen, 69 when the camera gives no frames.",
    )
    parser.add_argument(
        "camera",
        metavar="CAMERA|SOURCE_URL|-",
        help="a camera's id or name, as the core knows it; or its address; or - to read the address from"
        " standard input, which keeps its password out of the list of processes",
    )
    parser.add_argument("--minutes", type=_minutes, default=15.0, metavar="M", help="how long to watch (15)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write the picture (PNG)")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def run_camera_fitness(settings: EdgeSettings, options: argparse.Namespace) -> int:
    """Watch, draw, print, and return the exit code."""
    configure_logging(level="error", log_format=settings.log_format)
    configure_opencv()
    try:
        spec = _find(settings, options.camera, sys.stdin)
        source = parse_source(spec.source_url)
        vision = load_vision(settings, gender=False)
        veil = FaceVeil.load(settings.models_dir)
    except (_UnknownCameraError, SourceError, ModelError) as error:
        return _refuse(str(error), _EX_USAGE)
    watch = FitnessWatch(
        vision=vision,
        camera=spec.settings,
        make_reader=lambda slot: CameraReader(camera_id=spec.camera_id, source=source, slot=slot),
        analysis_fps=settings.analysis_fps,
    )
    name = spec.display_name or "camera"
    now = datetime.now().astimezone()
    output = options.output or Path(f"camera-fitness-{_plain(name)}-{now:%Y%m%d-%H%M}.png")
    try:
        # Before the watch: a quarter of an hour later is too late to learn that it cannot be written.
        with _create(output) as file:
            seen = asyncio.run(_watch(watch, options.minutes * 60))
            report = judge(seen)
            file.write(fitness_picture(report, seen, title=f"{name}, {now:%Y-%m-%d %H:%M}", veil=veil))
    except OSError as error:
        return _refuse(f"{output} cannot be written: {error.strerror}", _EX_CANTCREAT)
    except CameraSilentError as error:
        output.unlink(missing_ok=True)
        return _refuse(str(error), _EX_UNAVAILABLE)
    sys.stdout.write(_as_json(report, seen, output) if options.json else _as_text(report, output))
    return _EXIT_CODES[report.verdict]


async def _watch(watch: FitnessWatch, seconds: float) -> Observations:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, stop.set)
    line = ProgressLine(sys.stderr, is_terminal=sys.stderr.isatty())
    try:
        return await watch.run(seconds, stop=stop, tell=line.show)
    finally:
        line.end()


def _find(settings: EdgeSettings, named: str, stdin: TextIO) -> CameraSpec:
    """The camera by its address, or among those that the core wants."""
    if named == "-":
        named = stdin.readline().strip()
    try:
        parse_source(named)
    except SourceError:
        if ":" in named:
            raise
    else:
        return CameraSpec(camera_id="fitness", source_url=named, display_name="")
    cached = DesiredCache(settings.data_dir / "desired_cameras.json").load()
    known = cached.desired.cameras if cached else ()
    wanted = named.casefold()
    found = [each for each in known if wanted in {each.camera_id.casefold(), each.display_name.casefold()}]
    if len(found) == 1:
        return found[0]
    if found:
        raise _UnknownCameraError("several cameras have this name; use an id: " + _listed(found))
    raise _UnknownCameraError(
        f"no camera of that id or name is known here; there are: {_listed(known) or 'none'}"
    )


def _listed(cameras: "tuple[CameraSpec, ...] | list[CameraSpec]") -> str:
    return ", ".join(f"{each.camera_id} ({each.display_name})" for each in cameras)


def _as_text(report: FitnessReport, output: Path) -> str:
    low, high = report.match_interval
    expected = f"expected match rate {report.match_rate:.0%} ({low:.0%} to {high:.0%})"
    lines = [
        f"{report.verdict.upper()}: {report.reason}",
        f"{expected}, may become a new customer {report.founding_rate:.0%}, {report.visitors} people",
        *(f"-> {advice}" for advice in report.advice),
        f"The picture is in {output}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _as_json(report: FitnessReport, seen: Observations, output: Path) -> str:
    document: dict[str, Any] = {
        **asdict(report),
        "faults": {reason.name.lower(): round(share, 3) for reason, share in report.faults},
        "seconds": round(seen.seconds, 1),
        "frames_per_second": round(seen.frames_per_second, 1),
        "width": seen.width,
        "height": seen.height,
        "faces": len(seen.sightings),
        "still_faces": seen.pictures,
        "picture": str(output),
    }
    return json.dumps(document, indent=1) + "\n"


def _create(path: Path) -> BinaryIO:
    """Readable by its owner only: it shows a shop from within. Raises OSError."""
    return open(path, "wb", opener=partial(os.open, mode=0o600))


def _refuse(why: str, code: int) -> int:
    sys.stderr.write(f"footfall-edge camera-fitness: {why}\n")
    return code


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes <= 24 * 60:
        raise ValueError(text)
    return minutes


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "camera"
