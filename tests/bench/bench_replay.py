"""A day in the spool while the core is away, and what the core has of it afterwards.

    python tests/bench/bench_replay.py [--events N] [--cuts N] [--core in-process|real]

A day of a busy shop, in simulated time, is told to a worker that cannot reach its core: `--events` events of
half as many tracks, each with a crop of 4 KB and a portrait of 20 KB, sealed into a real spool on disk by the
code that `footfall-edge run` uses. Then the core comes back, and the worker's own link replays. The way there
is cut `--cuts` times, each time after a moment in which nothing that the core says arrives: what it commits
then is acknowledged to nobody. The core is a program that speaks the protocol, in this process, which forgets
40 acknowledgements at each cut; or, with `--core real`, a core on PostgreSQL, milvus-lite and SeaweedFS.

The last line is one JSON object:
  events, images                told by the worker
  lost, doubled                 events that the core does not have; those that it has twice or nobody told
  double_visits, missing_visits against the truth by brute force
  dropped, rejected             events that the spool or the core did not keep
  times_real_time               a day / replay_s
  replay_s, images_s            from the core's return until it had all events, and all images
  spooled_per_s, spool_bytes    how fast the day was told, and what it takes
  cuts, resent                  how often the way broke, and what came again (in-process)
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path

import structlog
from bench.ingest_stack import Target, own_stack
from replay_cores import InProcessCore, ReplayCore, in_process_core, real_core
from replay_day import DAY, Day, last_day_end, spool_day
from replay_rig import replay_rig

PATIENCE_S = 3600.0


async def measure(options: argparse.Namespace, target: Target | None) -> dict[str, object]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footfall-replay-")))
        core: ReplayCore = (
            await stack.enter_async_context(in_process_core(keeps_content=False))
            if target is None
            else await real_core(target)
        )
        day = Day(events=options.events, end=last_day_end(datetime.now(UTC)), camera_ids=core.camera_ids)
        rig = await stack.enter_async_context(replay_rig(folder, api_key=core.api_key))
        began = time.monotonic()
        told = await spool_day(day, rig.spool)
        spooling_s = time.monotonic() - began
        full = await rig.spool.depth()
        replayed = await rig.replay(core.host, core.port, cuts=options.cuts, patience_s=PATIENCE_S)
        found = await core.found(day.person_of)
        empty = await rig.spool.depth()
        return {
            "core": options.core,
            "events": len(told),
            "images": full.images + full.dropped_images,
            **found.against(day, told),
            "missing_images": len(told) - found.images,
            "dropped": empty.dropped,
            "rejected": empty.rejected,
            "times_real_time": round(DAY.total_seconds() / replayed.events_s, 1),
            "replay_s": round(replayed.events_s, 2),
            "images_s": round(replayed.images_s, 2),
            "spooled_per_s": round(len(told) / spooling_s, 1),
            "spool_bytes": full.stored_bytes,
            "cuts": replayed.cuts,
            "resent": core.core.duplicates if isinstance(core, InProcessCore) else None,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="A day's events replayed after an outage of the core.")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--cuts", type=int, default=20, help="how often the way to the core breaks")
    parser.add_argument("--core", choices=("in-process", "real"), default="in-process")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with ExitStack() as stack:
        target = stack.enter_context(own_stack(replicas=1)) if options.core == "real" else None
        figures = asyncio.run(measure(options, target))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
