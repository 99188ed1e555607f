"""A worker's spool and link, a core that is away and comes back, and a way there that keeps breaking."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from cutting_proxy import CuttingProxy
from fakes.worker_link import a_link
from footfall_edge.spool import Spool

ROOM = 1 << 30
"""The default of FOOTFALL_EDGE_SPOOL_MAX_BYTES."""
LOOK_S = 0.02
MUTE_S = (0.0, 0.15)


@dataclass
class Replayed:
    """How long it took from the core's return on, in seconds: until it had all events, and all images."""

    events_s: float = 0.0
    images_s: float = 0.0
    cuts: int = 0


class ReplayRig:
    """The worker's half. Nothing leads to the core until replay()."""

    def __init__(self, spool: Spool, proxy: CuttingProxy) -> None:
        self.spool = spool
        self.proxy = proxy

    async def replay(self, host: str, port: int, *, cuts: int, patience_s: float, seed: int = 1) -> Replayed:
        """Let the worker reach the core until it is empty; break the way off so many times meanwhile.

        Before each cut the worker hears nothing for a moment: what the core commits then, it acknowledges
        to nobody. Raises TimeoutError after patience_s.
        """
        dice = random.Random(seed)
        done = Replayed()
        waiting = (await self.spool.depth()).events
        began = time.monotonic()
        self.proxy.lead_to(host, port)
        async with asyncio.timeout(patience_s):
            while (depth := await self.spool.depth()).events:
                if done.cuts < cuts and waiting - depth.events > waiting * (done.cuts + 1) / (cuts + 1):
                    self.proxy.mute()
                    await asyncio.sleep(dice.uniform(*MUTE_S))
                    self.proxy.cut()
                    done.cuts += 1
                await asyncio.sleep(LOOK_S)
            done.events_s = time.monotonic() - began
            while (await self.spool.depth()).images:  # noqa: ASYNC110 (the same)
                await asyncio.sleep(LOOK_S)
            done.images_s = time.monotonic() - began
        return done


@asynccontextmanager
async def replay_rig(folder: Path, *, api_key: str) -> AsyncIterator[ReplayRig]:
    """A worker whose core is away."""
    proxy = CuttingProxy()
    await proxy.open()
    spool = await Spool.open(folder / "spool.sqlite", max_bytes=ROOM)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        link = a_link(spool=spool, url=f"http://127.0.0.1:{proxy.port}", api_key=api_key, http=http)
        running = asyncio.create_task(link.run())
        try:
            yield ReplayRig(spool, proxy)
        finally:
            assert not running.done(), "the link must never end by itself"
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await proxy.close()
            await spool.close()
