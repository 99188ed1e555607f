"""kill -9 of a worker at random points, again and again: what the core has of all that was told.

    python tests/bench/kill_edge.py [--kills N] [--core in-process|real] [--seed N]

The worker is a process of its own with the spool and the link of `footfall-edge run`, on one data folder,
and a source that tells events without end. What is safe by the spool's word it writes into a ledger, which
is held against the core afterwards. The core is a program that speaks the protocol, in this process, and
forgets 40 acknowledgements whenever a worker comes back; or one on PostgreSQL, milvus-lite and SeaweedFS.

The last line is one JSON object:
  kills, seconds           how often, and how long it took
  told                     events in the ledger
  lost                     of these, events that the core does not have
  doubled, double_visits   events that it has twice; visits beyond one for everybody who came
  untold                   events whose worker was killed between the spool and the ledger: one a kill at most
  lives_that_told_nothing  kills that came before the first event was safe
  set_aside                spools that could not be read any more
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import structlog
from bench.ingest_stack import Target, own_stack
from kill_play import KillPlay
from replay_cores import ReplayCore, in_process_core, real_core


async def measure(options: argparse.Namespace, target: Target | None) -> dict[str, object]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="footfall-kill-")))
        core: ReplayCore = (
            await stack.enter_async_context(in_process_core(keeps_content=False))
            if target is None
            else await real_core(target)
        )
        return {"core": options.core} | await KillPlay(core, folder, seed=options.seed).play(options.kills)


def main() -> None:
    parser = argparse.ArgumentParser(description="kill -9 of a worker at random points.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--core", choices=("in-process", "real"), default="in-process")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with ExitStack() as stack:
        target = stack.enter_context(own_stack(replicas=1)) if options.core == "real" else None
        figures = asyncio.run(measure(options, target))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
