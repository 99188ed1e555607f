"""Faults of every kind, forced on real RTSP streams that a worker reads: does it recover, and say why?

    python tests/bench/faults_edge.py [--faults N] [--cameras N] [--seed N]

Kinds: the connection is reset; the stream falls silent; the other end is gone and nobody was told
(half-open); another codec; 401; the stream ends; the server is killed and started again. N faults of each
kind (default 100), spread over some cameras that one worker reads side by side (tests/camera_faults.py).

The last line is one JSON object:
  faults, recovered    recovered: a frame came within 15 s after the source was back
  max_recovery_s       the longest of these times
  right_cause          faults whose cause was shown, and nothing wrong before it
  lost                 visits that were shown whole to a camera that was well (visits), not in the spool
  doubled              such visits that are in it more than once, and events that are
  pictures_repeated    frames that show the picture before them: what a decoder makes of a packet cut short
  visits_cut_in_two    visits that a fault fell into and that were told in two parts
  kinds                the same for each kind
Exit code 1 unless all recovered with the right cause and nothing was lost or doubled.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path

import structlog
from camera_faults import FaultRun, Outcome


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--faults", type=int, default=100, help="of each kind")
    parser.add_argument("--cameras", type=int, default=4, help="of each kind, side by side")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    done = 0

    def tell(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        if not (outcome.recovered and outcome.right_cause):
            sys.stderr.write(f"{outcome.kind.name}: {outcome.recovery_s} s, {[*map(str, outcome.causes)]}\n")
        elif done % 10 == 0:
            sys.stderr.write(f"{done} faults\n")

    with tempfile.TemporaryDirectory() as folder:
        run = FaultRun(Path(folder), cameras_per_kind=min(options.cameras, options.faults))
        report = asyncio.run(run.run(options.faults, seed=options.seed, tell=tell))
    sys.stdout.write(json.dumps(report) + "\n")
    good = report["faults"] == report["recovered"] == report["right_cause"]
    return 0 if good and not report["lost"] and not report["doubled"] else 1


if __name__ == "__main__":
    sys.exit(main())
