"""Kills a worker again and again, and counts what that cost."""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from replay_cores import ReplayCore

PROGRAM = Path(__file__).parent / "bench" / "kill_edge_worker.py"
LIFE_S = 1.0
"""A life ends by chance before that."""
STILLBORN = 0.25
"""So many of them while they open the spool and the link; the others are counted from their first word on."""
LAST_LIFE_S = 120.0
PATIENCE_S = 60.0


class KillPlay:
    """One data folder, many lives, one core."""

    def __init__(self, core: ReplayCore, folder: Path, *, seed: int = 1) -> None:
        self._core = core
        self._folder = folder
        self._dice = random.Random(seed)
        self._seed = seed

    async def play(self, kills: int) -> dict[str, object]:
        """kill -9 so many times, then let a last life bring the rest home; what was lost by it."""
        began = time.monotonic()
        coming = await self._born(0)
        fruitless = 0
        for number in range(1, kills + 1):
            worker, told = coming, self._told_bytes()
            await self._send(worker, "go")
            # To load its modules takes longer than a life, so the next one does it meanwhile.
            unborn = asyncio.create_task(self._born(number))
            if self._dice.random() >= STILLBORN:
                await _hear(worker, "telling", self._folder)
            await asyncio.sleep(self._dice.uniform(0, LIFE_S))
            assert worker.returncode is None, "a worker must not end by itself"
            worker.kill()
            await worker.wait()
            coming = await unborn
            fruitless += self._told_bytes() == told
        await self._send(coming, "drain")
        async with asyncio.timeout(LAST_LIFE_S):
            assert await coming.wait() == 0, "the last life must bring everything home"
        return {"kills": kills, "lives_that_told_nothing": fruitless} | await self._settle(began)

    async def _settle(self, began: float) -> dict[str, object]:
        lines = [line.split() for line in (self._folder / "ledger").read_text().splitlines()]
        told = [event_id for event_id, _ in lines]
        found = await self._core.found(lambda track_id: track_id)
        here = Counter(found.event_ids)
        return {
            "told": len(told),
            "lost": len(set(told) - set(here)),
            "doubled": here.total() - len(here) + found.told_again,
            # Everybody comes once, for one track.
            "double_visits": max(found.visits - found.sightings, 0),
            # The spool had them, and the kill came before the ledger: one a life at most.
            "untold": len(set(here) - set(told)),
            "tracks": len({track_id for _, track_id in lines}),
            "visits": found.visits,
            "images": found.images,
            "set_aside": len(list(self._folder.glob("spool.sqlite.*-*Z"))),
            "seconds": round(time.monotonic() - began, 1),
        }

    async def _born(self, number: int) -> asyncio.subprocess.Process:
        """A process that has loaded everything and waits for its order."""
        url = f"http://{self._core.host}:{self._core.port}"
        arguments = (str(self._folder), url, str(self._seed * 100_000 + number), *self._core.camera_ids)
        # Before what is installed, so that what runs here is what is tried.
        paths = os.pathsep.join((str(PROGRAM.parents[1]), os.environ.get("PYTHONPATH", "")))
        with (self._folder / "worker.log").open("ab") as log:
            worker = await asyncio.create_subprocess_exec(
                *(sys.executable, str(PROGRAM), *arguments),
                env={**os.environ, "PYTHONPATH": paths, "FOOTFALL_KILL_API_KEY": self._core.api_key},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        await _hear(worker, "ready", self._folder)
        return worker

    async def _send(self, worker: asyncio.subprocess.Process, order: str) -> None:
        assert worker.stdin is not None
        worker.stdin.write(f"{order}\n".encode())
        await worker.stdin.drain()

    def _told_bytes(self) -> int:
        ledger = self._folder / "ledger"
        return ledger.stat().st_size if ledger.exists() else 0


async def _hear(worker: asyncio.subprocess.Process, word: str, folder: Path) -> None:
    assert worker.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        heard = await worker.stdout.readline()
    assert heard.decode().strip() == word, (folder / "worker.log").read_text()[-2000:]
