"""Dwell and occupancy equal what can be measured by hand, whatever was merged, undone or forgotten before."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import astuple
from datetime import timedelta
from math import ceil, floor
from uuid import UUID

import pytest
from fakes.erasures import a_tombstone_maker
from fakes.memory_images import MemoryImages
from footfall_server.domain.occupancy import HOUR
from footfall_server.domain.report_period import Cut, Granularity, Period, Weekday
from footfall_server.domain.visit import Visit
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.merging import MergeOrder, Merging
from footfall_server.services.reports import VisitorsQuery
from footfall_server.services.stays import StayService
from hypothesis import given
from hypothesis import strategies as st
from report_chain import PEOPLE, SITES, Chain, bucket_of
from visit_worlds import World, worlds


class Stays:
    """A chain and what is told of the stays there."""

    def __init__(self, chain: Chain, query: VisitorsQuery, site_id: UUID) -> None:
        self.chain = chain
        self.query = query
        self.site_id = site_id
        start = query.period.start
        self.few_days = Period(start, min(query.period.end, start + timedelta(days=2)))
        self.service = StayService(transactions=chain.transactions, clock=chain.clock)

    def by_hand(self) -> list[tuple[Visit, int]]:
        """Each visit of the tenant, and how many tracks it has."""
        tracks = Counter(each.visit_id for each in self.chain.tables.sightings.values())
        return [(visit, tracks[visit.visit_id]) for visit in self.chain.visits_by_hand()]

    async def told(self) -> tuple[object, object]:
        dwell = await self.service.dwell(self.chain.admin, self.query)
        return dwell, await self.service.occupancy(self.chain.admin, self.site_id, self.few_days, HOUR)

    async def check(self) -> None:
        await self._check_dwell()
        await self._check_presence()

    async def _check_dwell(self) -> None:
        query, days = self.query, set(self.query.period.days())
        seconds: defaultdict[object, list[float]] = defaultdict(list)
        counts: Counter[object] = Counter()
        for visit, tracks in self.by_hand():
            if visit.business_day not in days or visit.site_id not in (query.site_ids or SITES):
                continue
            for name in (bucket_of(visit, self.chain.rules, query.cut, query.period), None):
                counts[name] += 1
                if tracks > 1:
                    seconds[name].append((visit.last_seen_at - visit.first_seen_at).total_seconds())
        report = (await self.service.dwell(self.chain.admin, query)).report
        told = {each.bucket.name: each.counts.dwell for each in report.buckets if each.counts.dwell.visits}
        expected = {name: number for name, number in counts.items() if name is not None}
        assert {name: tally.visits for name, tally in told.items()} == expected
        for name, tally in [*told.items(), (None, report.total.dwell)]:
            measured = sorted(seconds[name])
            assert (tally.visits, tally.measured) == (counts[name], len(measured))
            if tally.quantiles is None:
                assert not measured
                continue
            for share, value in zip((0.25, 0.5, 0.75, 0.9), astuple(tally.quantiles), strict=True):
                place = share * (len(measured) - 1)
                low, high = measured[floor(place)], measured[ceil(place)]
                assert value == pytest.approx(low + (high - low) * (place - floor(place)))

    async def _check_presence(self) -> None:
        days = set(self.few_days.days())
        here = [each for each in self.by_hand() if each[0].site_id == self.site_id]
        told = await self.service.occupancy(self.chain.admin, self.site_id, self.few_days, HOUR)
        begun = [each for each in here if each[0].business_day in days]
        assert sum(day.visits for day in told.occupancy.days) == len(begun)
        once = sum(tracks < 2 for _, tracks in begun)
        assert sum(day.seen_once for day in told.occupancy.days) == once
        for point in told.occupancy.points:
            step = point.step
            assert self.chain.rules[self.site_id].day(step.start) == step.day
            moments = [step.start, *(visit.first_seen_at for visit, _ in here)]
            there = [
                sum(visit.first_seen_at <= moment <= visit.last_seen_at for visit, _ in here)
                for moment in moments
                if step.start <= moment < step.end
            ]
            assert point.peak == max(there)
            overlaps = (
                min(visit.last_seen_at, step.end) - max(visit.first_seen_at, step.start) for visit, _ in here
            )
            stayed = sum((each for each in overlaps if each > timedelta(0)), timedelta(0))
            assert point.present == pytest.approx(stayed / (step.end - step.start))


@st.composite
def queries(draw: st.DrawFn, world: World) -> VisitorsQuery:
    start = world.start.date() + timedelta(days=draw(st.integers(-2, 2)))
    return VisitorsQuery(
        site_ids=draw(st.sampled_from([(), (SITES[0],), SITES])),
        period=Period(start, start + timedelta(days=draw(st.integers(0, 9)))),
        cut=Cut(draw(st.sampled_from(Granularity)), draw(st.sampled_from(Weekday))),
    )


@given(st.data())
def test_stays_equal_what_is_measured_by_hand(data: st.DataObject) -> None:
    world = data.draw(worlds())
    chain = Chain(world, data.draw(st.lists(st.integers(0, 8), max_size=2)))
    # Of what is to come nothing is said: these nights are over.
    chain.clock.advance(timedelta(days=365))
    stays = Stays(chain, data.draw(queries(world)), data.draw(st.sampled_from(SITES)))
    merging = Merging(transactions=chain.transactions, clock=chain.clock)
    removal = CustomerRemoval(
        transactions=chain.transactions,
        images=MemoryImages(),
        tombstones=a_tombstone_maker(),
        clock=chain.clock,
    )

    async def run() -> None:
        await chain.open()
        await stays.check()
        before = await stays.told()
        order = MergeOrder(PEOPLE[0], [PEOPLE[1]], reason="for sure", force=True)
        merge = (await merging.merge(chain.admin, order)).merge
        await stays.check()
        await merging.unmerge(chain.admin, merge.merge_id)
        assert await stays.told() == before
        await chain.hire(PEOPLE[0])
        await stays.check()
        await removal.delete(chain.admin, PEOPLE[1])
        await stays.check()

    asyncio.run(run())
