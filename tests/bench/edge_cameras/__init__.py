"""What many cameras cost one worker: real RTSP streams, their processes, the shared budget, real models.

    python -m edge_cameras [--cameras N] [--cores N] [--seconds N] [--models-dir DIR]

Each camera is an H.264 stream of 1280x720 at 12 frames a second in which somebody sways before it; the
worker looks at 5 of them a second. Every picture bears its number, so that the delay is that from the
camera's clock to the end of the analysis, whatever waits in between: decoders, sockets, queues.

A package with a __main__, since the cameras' processes load any other main program anew, and what that takes
would be counted.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def measure_apart(*, cameras: int, cores: int, seconds: float, models_dir: Path) -> dict[str, Any]:
    """Measure in a process of its own, which holds nothing else; returns what it prints."""
    bench = Path(__file__).parents[1]
    arguments = ["--cameras", str(cameras), "--cores", str(cores), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "edge_cameras", *arguments, "--models-dir", str(models_dir)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(bench), str(bench.parent)])},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
