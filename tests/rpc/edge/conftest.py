"""A worker's link, without cameras, against a core on loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from fakes.edge_samples import MODEL_ID, StillCameras
from fakes.fake_core import API_KEY, FakeCore
from footfall_edge.backoff import Backoff
from footfall_edge.leases import LeaseBook
from footfall_edge.link.access_token import TokenSource
from footfall_edge.link.channel import open_channel
from footfall_edge.link.core_clock import CoreClock
from footfall_edge.link.core_link import CoreLink
from footfall_edge.link.duty import LinkDuty
from footfall_edge.link.heartbeats import Heartbeats
from footfall_edge.link.lease_duty import LeaseDuty
from footfall_edge.link.session import WorkerCard
from footfall_edge.spool import Spool
from footfall_edge.uploads import ImageUploader, PresignedStore
from footfall_edge.worker_condition import ConditionReader
from pydantic import SecretStr


@pytest.fixture
async def core() -> AsyncIterator[FakeCore]:
    core = FakeCore()
    await core.start()
    await core.start_store()
    yield core
    await core.close()


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = await Spool.open(tmp_path / "spool.sqlite", max_bytes=64 * 1024 * 1024)
    yield spool
    await spool.close()


@dataclass
class LinkUnderTest:
    link: CoreLink
    cameras: StillCameras
    heartbeats: Heartbeats
    core_clock: CoreClock
    leases: LeaseBook
    lease_duty: LeaseDuty
    task: "asyncio.Task[None]"


@pytest.fixture
async def linked(core: FakeCore, spool: Spool) -> AsyncIterator[LinkUnderTest]:
    """A link that has begun to dial. Set the core's knobs in a fixture or test before using it."""
    async with run_link(core, spool) as running:
        yield running


@contextlib.asynccontextmanager
async def run_link(
    core: FakeCore, spool: Spool, *, api_key: str = API_KEY, duties: Sequence[LinkDuty] = ()
) -> AsyncIterator[LinkUnderTest]:
    leases, core_clock = LeaseBook(), CoreClock()
    cameras = StillCameras(leases)
    condition = ConditionReader(depth=spool.depth, cameras=cameras.health, execution_provider="cpu")
    heartbeats = Heartbeats(condition=condition.read, core_clock=core_clock, leases=leases)
    lease_duty = LeaseDuty(book=leases, beat_soon=heartbeats.beat_soon)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        link = CoreLink(
            dial=lambda: open_channel(core.url),
            tokens=TokenSource(api_key=SecretStr(api_key)),
            spool=spool,
            cameras=cameras,
            uploader=ImageUploader(spool=spool, store=PresignedStore(http), draw=lambda _low, _high: 0.05),
            card=WorkerCard(display_name="Till 1", software_version="0.1.0", model_id=MODEL_ID),
            duties=(lease_duty, heartbeats, *duties),
            backoff=Backoff(first=0.02, limit=0.2),
        )
        task = asyncio.create_task(link.run())
        try:
            yield LinkUnderTest(
                link=link,
                cameras=cameras,
                heartbeats=heartbeats,
                core_clock=core_clock,
                leases=leases,
                lease_duty=lease_duty,
                task=task,
            )
        finally:
            assert not task.done(), f"the link must never end by itself: {task}"
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def link_to():  # type: ignore[no-untyped-def] # noqa: ANN201
    """run_link, for tests that set knobs first."""
    return run_link
