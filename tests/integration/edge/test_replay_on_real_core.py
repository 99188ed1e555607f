"""A small day after an outage, replayed to a core on PostgreSQL whose acknowledgements get lost."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.ingest_stack import Target, own_stack
from replay_cores import real_core
from replay_day import Day, last_day_end, spool_day
from replay_rig import replay_rig

EVENTS = 240
CUTS = 8


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with own_stack(replicas=1) as target:
        yield target


@pytest.mark.timeout(580)
async def test_no_event_is_lost_and_no_visit_is_doubled(target: Target, tmp_path: Path) -> None:
    core = await real_core(target)
    async with replay_rig(tmp_path, api_key=core.api_key) as rig:
        day = Day(events=EVENTS, end=last_day_end(datetime.now(UTC)), camera_ids=core.camera_ids)
        told = await spool_day(day, rig.spool)
        replayed = await rig.replay(core.host, core.port, cuts=CUTS, patience_s=300)
        # A core acknowledges in lots, so not every cut finds its moment.
        assert replayed.cuts, "no acknowledgement was cut off, so nothing came twice"
        async with asyncio.timeout(60):
            while (found := await core.found(day.person_of)).images < EVENTS:  # noqa: ASYNC110 (the store tells nobody)
                await asyncio.sleep(0.2)
        assert not any(found.against(day, told).values())
        assert found.visits == day.visits
        depth = await rig.spool.depth()
        assert (depth.events, depth.images, depth.dropped, depth.rejected) == (0, 0, 0, 0)
