"""Reports equal what can be counted by hand, whatever was merged, undone, hired or forgotten before."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from fakes.erasures import a_tombstone_maker
from fakes.memory_images import MemoryImages
from footfall_server.domain.report import NewVisitScope
from footfall_server.domain.report_period import Cut, Granularity, Period, Weekday
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.merging import MergeOrder, Merging
from footfall_server.services.reports import VisitorsQuery
from hypothesis import given
from hypothesis import strategies as st
from report_chain import PEOPLE, SITES, Chain
from visit_worlds import World, worlds


@st.composite
def queries(draw: st.DrawFn, world: World) -> VisitorsQuery:
    start = world.start.date() + timedelta(days=draw(st.integers(-2, 2)))
    return VisitorsQuery(
        site_ids=draw(st.sampled_from([(), (SITES[0],), SITES])),
        period=Period(start, start + timedelta(days=draw(st.integers(0, 9)))),
        cut=Cut(draw(st.sampled_from(Granularity)), draw(st.sampled_from(Weekday))),
        scope=draw(st.sampled_from(NewVisitScope)),
    )


@given(st.data())
def test_reports_equal_what_is_counted_by_hand(data: st.DataObject) -> None:
    world = data.draw(worlds())
    chain = Chain(world, data.draw(st.lists(st.integers(0, 8), max_size=2)))
    query = data.draw(queries(world))
    merging = Merging(transactions=chain.transactions, clock=chain.clock)
    removal = CustomerRemoval(
        transactions=chain.transactions,
        images=MemoryImages(),
        tombstones=a_tombstone_maker(),
        clock=chain.clock,
    )

    async def run() -> None:
        await chain.open()
        await chain.check(query)
        before = await chain.reports.visitors(chain.admin, query)
        order = MergeOrder(PEOPLE[0], [PEOPLE[1]], reason="for sure", force=True)
        merge = (await merging.merge(chain.admin, order)).merge
        await chain.check(query)
        await merging.unmerge(chain.admin, merge.merge_id)
        assert await chain.reports.visitors(chain.admin, query) == before
        await chain.hire(PEOPLE[0])
        await chain.check(query)
        await removal.delete(chain.admin, PEOPLE[1])
        await chain.check(query)

    asyncio.run(run())


@given(st.data())
def test_distributions_are_parts_of_the_same_visits(data: st.DataObject) -> None:
    world = data.draw(worlds())
    chain = Chain(world, [])
    query = replace(data.draw(queries(world)), cut=Cut(Granularity.DAY))

    async def run() -> None:
        await chain.open()
        report = (await chain.reports.visitors(chain.admin, query)).report
        asked = (chain.admin, query.site_ids, query.period)
        kinds = await chain.reports.by_kind(*asked, query.scope)
        genders = await chain.reports.by_gender(*asked)
        weekdays = await chain.reports.by_weekday(*asked, query.scope)
        for split in (kinds, genders, weekdays):
            assert sum(each.part.visits for each in split.slices) == report.total.visits.visits
        assert kinds.slices[0].part.visits == report.total.visits.new_visits
        for each, weekday in zip(weekdays.slices, Weekday, strict=True):
            days = [day for day in report.buckets if day.bucket.name.start.weekday() == weekday.number]
            assert each.part.visits == sum(day.counts.visits.visits for day in days)
            assert each.part.unique_visitors <= sum(day.counts.visits.unique_visitors for day in days)

    asyncio.run(run())
