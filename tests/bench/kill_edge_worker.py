"""A worker that is made to be killed: its spool, its link, and a source that never ends.

    python kill_edge_worker.py FOLDER URL SEED CAMERA_ID...

Waits for a line on standard input: "go" tells events until somebody kills it, and writes into FOLDER/ledger
what is safe, one event a line, after the spool said so, and "telling" on standard output once; "drain" tells
nothing, and ends with 0 when the core has everything. The key is in FOOTFALL_KILL_API_KEY.
"""

import asyncio
import os
import random
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from fakes.worker_link import a_link
from footfall_edge.convert import to_face_event
from footfall_edge.event_spooling import SpoolSink
from footfall_edge.identifiers import new_id
from footfall_edge.spool import Spool
from replay_day import RIPE, Teller, Track

ROOM = 1 << 30


async def work(folder: Path, url: str, seed: int, camera_ids: Sequence[str], *, drain: bool) -> None:
    spool = await Spool.open(folder / "spool.sqlite", max_bytes=ROOM)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        link = a_link(spool=spool, url=url, api_key=os.environ["FOOTFALL_KILL_API_KEY"], http=http)
        running = asyncio.create_task(link.run())
        if not drain:
            await tell(spool, folder / "ledger", seed, camera_ids)
        while (depth := await spool.depth()).events or depth.images:  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await spool.close()


async def tell(spool: Spool, ledger: Path, seed: int, camera_ids: Sequence[str]) -> None:
    """Somebody new at a time, told early and at the end."""
    sink = SpoolSink(spool=spool, encode=lambda event: to_face_event(event).SerializeToString())
    teller, dice = Teller(seed), random.Random(seed)
    file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    person, has_told = seed << 32, False
    while True:
        person += 1
        begin = datetime.now(UTC) - timedelta(minutes=5)
        track = Track(new_id(), person, dice.choice(camera_ids), begin, begin + 2 * RIPE)
        for at, final in ((begin + RIPE, False), (track.end, True)):
            event = teller.tell(track, at, final=final)
            await sink.record(event)
            os.write(file, f"{event.event_id} {track.track_id}\n".encode())
        if not has_told:
            has_told = True
            sys.stdout.write("telling\n")
            sys.stdout.flush()
        if dice.random() < 0.2:
            await asyncio.sleep(dice.uniform(0, 0.05))


def _end_with_the_play() -> None:
    """Whoever wanted the kills is gone, and would leave this running for ever."""
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    folder, url, seed, *camera_ids = sys.argv[1:]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    order = sys.stdin.readline().strip()
    threading.Thread(target=_end_with_the_play, daemon=True).start()
    if order:
        asyncio.run(work(Path(folder), url, int(seed), camera_ids, drain=order == "drain"))


main()
