"""The ledger of days that changed after they were over: on the fake, and where triggers leave the marks."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from changing_shop import Shop, Sightings, Visits
from customer_samples import a_customer, a_merge
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.report_days import KeptDay
from footfall_server.domain.restatement import ChangeCause, DayNumbers, Restatement, numbers_of
from footfall_server.ports import TimeCursor, Transactions
from footfall_server.ports.restatements import RestatementFilter
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import (
    DIFFERENT,
    ReportVerification,
    VerificationScope,
)
from storage_samples import NOON, a_sighting, a_site, a_visit

DAY = timedelta(days=1)
"""Days around NOON are long over, whichever clock says when something was changed."""


class Ledger:
    """Two shops, the people who come, and what is told of them."""

    def __init__(self, transactions: Transactions, tenant_id: UUID, sites: list[UUID]) -> None:
        self.transactions = transactions
        self.tenant_id = tenant_id
        self.sites = sites
        self.people = [a_customer() for _ in range(4)]
        self.days = ReportDays(transactions=transactions)
        self.verification = ReportVerification(transactions=transactions, days=self.days)

    async def open(self) -> None:
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            for each in self.people:
                await tx.customers.add(each, None)

    async def see(
        self,
        *people: int,
        at: datetime = NOON,
        site: int = 0,
        cause: ChangeCause | None = None,
        merge_id: UUID | None = None,
    ) -> list[UUID]:
        """A visit of each; what it was changed for, if anything is said of that."""
        made = [a_visit(self.sites[site], self.people[each].customer_id, at=at) for each in people]
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            if cause is not None:
                await tx.report_days.because(cause, merge_id)
            await tx.batches.write(BatchRecords(at=NOON, visits=made))
        return [each.visit_id for each in made]

    async def forget(self, visit_ids: list[UUID], cause: ChangeCause) -> None:
        async with self.transactions.begin_exclusive(self.tenant_id) as tx:
            await tx.report_days.because(cause)
            await tx.visits.remove(visit_ids)

    async def refresh(self) -> None:
        await self.days.refresh(self.tenant_id)

    async def told(self, **matching: object) -> list[Restatement]:
        async with self.transactions.begin(self.tenant_id) as tx:
            asked = RestatementFilter(**{"site_ids": self.sites, **matching})  # type: ignore[arg-type]
            return list(await tx.restatements.list(asked, before=None, limit=1000))


@pytest.fixture
async def ledger(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> Ledger:
    harbour = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(harbour, None)
    made = Ledger(transactions, tenant_id, [site_id, harbour.site_id])
    await made.open()
    return made


async def test_each_change_of_a_day_that_is_over_is_told_with_its_cause(ledger: Ledger) -> None:
    visits = await ledger.see(0, 1)
    await ledger.refresh()
    merge_id = new_id()
    await ledger.see(1, cause=ChangeCause.MERGE, merge_id=merge_id)
    await ledger.refresh()
    await ledger.forget(visits[:1], ChangeCause.ERASURE)
    await ledger.refresh()
    erased, merged, first = await ledger.told()
    assert [each.causes for each in (first, merged, erased)] == [
        (ChangeCause.LATE_EVENT,),
        (ChangeCause.MERGE,),
        (ChangeCause.ERASURE,),
    ]
    assert [each.merge_ids for each in (first, merged, erased)] == [(), (merge_id,), ()]
    assert [each.delta.visits for each in (first, merged, erased)] == [2, 1, -1]
    assert (first.before, first.after) == (DayNumbers(), DayNumbers(2, 2, 2, 2))
    assert (merged.before, erased.before) == (first.after, merged.after)
    assert {(each.site_id, each.day) for each in (first, merged, erased)} == {(ledger.sites[0], NOON.date())}
    assert abs(datetime.now(UTC) - erased.restated_at) < timedelta(minutes=5)


async def test_a_cause_ends_with_its_transaction(ledger: Ledger) -> None:
    await ledger.see(0, cause=ChangeCause.SPLIT, merge_id=new_id())
    await ledger.refresh()
    await ledger.see(1)
    await ledger.refresh()
    newest, _ = await ledger.told()
    assert (newest.causes, newest.merge_ids) == ((ChangeCause.LATE_EVENT,), ())


async def test_what_one_refresh_finds_is_one_restatement_with_all_causes(ledger: Ledger) -> None:
    one, other = new_id(), new_id()
    await ledger.see(0, cause=ChangeCause.MERGE, merge_id=one)
    await ledger.see(1, cause=ChangeCause.UNMERGE, merge_id=other)
    await ledger.see(2, cause=ChangeCause.STAFF_CHANGE)
    await ledger.refresh()
    [told] = await ledger.told()
    assert told.causes == (ChangeCause.MERGE, ChangeCause.STAFF_CHANGE, ChangeCause.UNMERGE)
    assert told.merge_ids == tuple(sorted((one, other)))
    assert told.delta.visits == 3


async def test_marks_that_wait_for_their_turn_say_why_as_well(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day is counted as it is, when only some of its marks were taken."""
    monkeypatch.setattr("footfall_server.services.report_days._AT_ONCE", 1)
    await ledger.see(0)
    await ledger.see(1, cause=ChangeCause.SPLIT)
    await ledger.refresh()
    [told] = await ledger.told()
    assert told.causes == (ChangeCause.LATE_EVENT, ChangeCause.SPLIT)
    assert told.delta.visits == 2


async def test_a_day_that_goes_on_is_never_told(ledger: Ledger) -> None:
    now = datetime.now(UTC)
    await ledger.see(0, at=now)
    await ledger.refresh()
    await ledger.see(1, 2, at=now)
    await ledger.refresh()
    assert await ledger.told() == []
    async with ledger.transactions.begin(ledger.tenant_id) as tx:
        [kept] = await tx.report_days.each(ledger.sites[0], now.date() - 2 * DAY, now.date() + 2 * DAY)
    assert numbers_of(kept).visits == 3


async def test_merges_of_people_who_are_erased_are_no_longer_named(ledger: Ledger) -> None:
    one, other, third, stranger = (each.customer_id for each in ledger.people)
    undone, stays, waits = a_merge(one, other), a_merge(third, stranger), a_merge(other, one)
    async with ledger.transactions.begin_exclusive(ledger.tenant_id) as tx:
        for each in (undone, stays, waits):
            await tx.merges.add(each, None)
    await ledger.see(0, cause=ChangeCause.MERGE, merge_id=undone.merge_id)
    await ledger.see(2, cause=ChangeCause.MERGE, merge_id=stays.merge_id)
    await ledger.refresh()
    await ledger.see(2, 3, cause=ChangeCause.UNMERGE, merge_id=waits.merge_id)
    async with ledger.transactions.begin_exclusive(ledger.tenant_id) as tx:
        await tx.report_days.because(ChangeCause.ERASURE)
        await tx.erasure.erase([one], NOON)
    [told] = await ledger.told()
    assert told.merge_ids == (stays.merge_id,), "a merge of somebody who was erased is named still"
    assert told.delta.visits == 2, "numbers that were told are what they were"
    await ledger.refresh()
    newest, _ = await ledger.told()
    assert newest.merge_ids == (), "a mark that waited named the merge"
    assert newest.causes == (ChangeCause.ERASURE, ChangeCause.UNMERGE)


async def test_a_merge_that_makes_a_visit_elsewhere_no_first_one_is_told_of_that_day(ledger: Ledger) -> None:
    await ledger.see(0, at=NOON)
    await ledger.refresh()
    await ledger.see(0, at=NOON - 3 * DAY, site=1, cause=ChangeCause.MERGE, merge_id=new_id())
    await ledger.refresh()
    [there, here] = sorted((await ledger.told())[:2], key=lambda each: each.day)
    assert (there.site_id, there.delta) == (ledger.sites[1], DayNumbers(1, 1, 1, 1))
    assert (here.site_id, here.delta) == (ledger.sites[0], DayNumbers(new_visits=-1))
    assert here.causes == there.causes == (ChangeCause.MERGE,)


async def test_pages_filters_and_the_walls_of_tenant_and_site(ledger: Ledger, other_tenant_id: UUID) -> None:
    for number in range(4):
        await ledger.see(number % 2, at=NOON - number * DAY, site=number % 2)
        await ledger.refresh()
    everything = await ledger.told()
    # Of a person who was seen earlier than known, the visit that was first before is told as well.
    assert len(everything) == 6
    times = [(each.restated_at, each.restatement_id) for each in everything]
    assert times == sorted(times, reverse=True)
    by_site = [await ledger.told(site_ids=[each]) for each in ledger.sites]
    assert sorted([*by_site[0], *by_site[1]], key=lambda each: each.restatement_id) == sorted(
        everything, key=lambda each: each.restatement_id
    )
    days = await ledger.told(first=NOON.date() - 2 * DAY, last=NOON.date() - DAY)
    assert {each.day for each in days} == {NOON.date() - 2 * DAY, NOON.date() - DAY}
    every_site = RestatementFilter(ledger.sites)
    async with ledger.transactions.begin(ledger.tenant_id) as tx:
        page = await tx.restatements.list(every_site, before=None, limit=2)
        cursor = TimeCursor(page[-1].restated_at, page[-1].restatement_id)
        rest = await tx.restatements.list(every_site, before=cursor, limit=99)
    assert [*page, *rest] == everything
    async with ledger.transactions.begin(ledger.tenant_id, sites=[ledger.sites[1]]) as tx:
        behind_wall = await tx.restatements.list(every_site, before=None, limit=99)
    assert list(behind_wall) == by_site[1]
    async with ledger.transactions.begin(other_tenant_id) as tx:
        assert list(await tx.restatements.list(every_site, before=None, limit=99)) == []


async def test_a_day_that_is_kept_wrong_is_found_and_mended(ledger: Ledger) -> None:
    await ledger.see(0, 1)
    await ledger.see(1, at=NOON - 40 * DAY, site=1)
    async with ledger.transactions.begin_exclusive(ledger.tenant_id) as tx:
        passed = replace(a_sighting(a_visit(ledger.sites[0], ledger.people[0].customer_id)), visit_id=None)
        await tx.sightings.save([passed])
    waits = await ledger.verification.verify(ledger.tenant_id)
    assert (waits.days, waits.differences) == (0, []), "what waits to be counted is not wrong"
    await ledger.refresh()
    assert (await ledger.verification.verify(ledger.tenant_id)).differences == []
    site_id, today = ledger.sites[0], NOON.date()
    async with ledger.transactions.begin_exclusive(ledger.tenant_id) as tx:
        [right] = await tx.report_days.each(site_id, today, today)
        wrong = KeptDay(site_id, today, right.visits[:4], right.uncounted)
        await tx.report_days.keep([wrong], [(ledger.sites[1], today - 40 * DAY)])
    before = await ledger.told()
    found = await ledger.verification.verify(ledger.tenant_id)
    assert {(each.site_id, each.day) for each in found.differences} == {
        (site_id, today),
        (ledger.sites[1], today - 40 * DAY),
    }
    [visits] = [each for each in found.differences if (each.day, each.field) == (today, "visits")]
    assert (visits.kept, visits.computed) == (1, 2)
    assert (found.differing, found.repaired) == (2, 0)
    assert (await ledger.verification.check(ledger.tenant_id)).failure == DIFFERENT
    one_site = VerificationScope(ledger.sites[1])
    assert (await ledger.verification.verify(ledger.tenant_id, one_site)).differing == 1
    recently = VerificationScope(first=today - DAY, last=today)
    assert (await ledger.verification.verify(ledger.tenant_id, recently)).differing == 1
    assert (await ledger.verification.verify(ledger.tenant_id, repair=True)).repaired == 2
    assert (await ledger.verification.verify(ledger.tenant_id)).differences == []
    fresh = (await ledger.told())[: -len(before)]
    assert {each.causes for each in fresh} == {(ChangeCause.RECOMPUTED,)}
    assert {(each.day, each.delta.visits) for each in fresh} == {(today, 1), (today - 40 * DAY, 1)}


@pytest.mark.parametrize("seed", range(4))
async def test_the_ledger_adds_up_and_days_are_what_is_counted_anew(ledger: Ledger, seed: int) -> None:
    """All days are over here, and nothing was kept before: so all that they say is told."""
    dice = Random(seed)
    visits, sightings = Visits(), Sightings()
    people = [each.customer_id for each in ledger.people]
    causes = list(ChangeCause)
    for step in range(25):
        async with ledger.transactions.begin_exclusive(ledger.tenant_id) as tx:
            await tx.report_days.because(dice.choice(causes))
            shop = Shop(tx, dice, ledger.sites, people)
            await (shop.hire() if step % 9 == 8 else shop.change(visits, sightings))
        if dice.random() < 0.5:
            await ledger.refresh()
    await ledger.refresh()
    found = await ledger.verification.verify(ledger.tenant_id)
    assert (found.differences, found.days > 0) == ([], True)
    told: defaultdict[tuple[UUID, object], DayNumbers] = defaultdict(DayNumbers)
    for each in await ledger.told():
        told[each.site_id, each.day] += each.delta
    async with ledger.transactions.begin(ledger.tenant_id) as tx:
        kept = {
            (site_id, each.day): numbers_of(each)
            for site_id in ledger.sites
            for each in await tx.report_days.each(site_id, NOON.date() - 20 * DAY, NOON.date() + DAY)
        }
    assert {key: numbers for key, numbers in told.items() if numbers != DayNumbers()} == kept
