"""Whatever happens to a chain: kept days are right, the ledger adds up, and what is kept wrong is found."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from fakes.erasures import a_tombstone_maker
from fakes.memory_images import MemoryImages
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.report import NewVisitScope, UncountedTally
from footfall_server.domain.report_days import KeptDay
from footfall_server.domain.report_period import Cut, Granularity, Period, spans
from footfall_server.domain.restatement import ChangeCause, DayNumbers, numbers_of
from footfall_server.domain.sighting import Sighting
from footfall_server.errors import FootfallError
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.customers import CustomerService, CustomerValues
from footfall_server.services.merging import MergeOrder, Merging
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import DIFFERENT, ReportVerification
from footfall_server.services.splitting import SplitOrder, Splitting
from footfall_server.services.visit_rebuild import VisitRebuild
from hypothesis import given
from hypothesis import strategies as st
from report_chain import SITES, TENANT, Chain, by_hand
from visit_worlds import World, worlds

SiteDay = tuple[UUID, date]
DAY = timedelta(days=1)
MERGING = {ChangeCause.MERGE, ChangeCause.UNMERGE, ChangeCause.STAFF_CHANGE}
"""Causes that may come of a merge: into somebody who works there, it is a change of staff."""


class History:
    """A chain to which things happen, and what its days said when they were over."""

    def __init__(self, world: World, data: st.DataObject) -> None:
        self.data = data
        self.chain = Chain(world, data.draw(st.lists(st.integers(0, 8), max_size=2)))
        self.chain.clock.at = world.start
        # Two cameras look at the same place: their tracks of one person overlap.
        self.unseen = [
            replace(each, camera_id=UUID(int=each.camera_id.int + 10 * (index % 2)))
            for index, each in enumerate(self.chain.sightings)
        ]
        self.chain.sightings = []
        self.candidates = [
            (site_id, world.start.date() + number * DAY) for site_id in SITES for number in range(-3, 7)
        ]
        self.when_over: dict[SiteDay, DayNumbers] = {}
        self.erased = False
        owned = {"transactions": self.chain.transactions, "clock": self.chain.clock}
        self.customers = CustomerService(**owned)
        self.merging = Merging(**owned)
        self.splitting = Splitting(**owned)
        self.removal = CustomerRemoval(images=MemoryImages(), tombstones=a_tombstone_maker(), **owned)
        self.days = ReportDays(transactions=self.chain.transactions)
        self.verification = ReportVerification(transactions=self.chain.transactions, days=self.days)

    async def open(self) -> None:
        await self.chain.open()
        self._note_days_that_are_over()

    async def happen(self) -> None:
        """One thing."""
        events = [self.arrive, self.arrive, self.wait, self.merge, self.unmerge, self.split, self.change_kind]
        event = self.data.draw(st.sampled_from([*events, self.erase, self.refresh]))
        # What cannot be done now is refused.
        with suppress(FootfallError):
            await event()

    async def refresh(self) -> None:
        await self.days.refresh(TENANT)

    async def wait(self) -> None:
        """Time goes on. Days are kept before that, so that what one said when it was over is known."""
        await self.refresh()
        self.chain.clock.advance(timedelta(hours=self.data.draw(st.integers(1, 20))))
        self._note_days_that_are_over()

    async def arrive(self) -> None:
        """Tracks that were seen at any time, in or after it."""
        count = self.data.draw(st.integers(1, 3))
        fresh = [self._as_seen_now(each) for each in self.unseen[:count]]
        self.unseen = self.unseen[count:]
        owners = [each.customer_id for each in fresh if each.customer_id is not None]
        async with self.chain.transactions.begin_exclusive(TENANT) as tx:
            await tx.sightings.save(fresh)
            await tx.changes.append(await VisitRebuild(tx).of(owners))

    def _as_seen_now(self, track: Sighting) -> Sighting:
        known = track.owner_id and self.chain.tables.customers.get(track.owner_id)
        if not known:
            return replace(track, customer_id=None, owner_id=None, outcome=FaceOutcome.UNRECOGNISABLE)
        return replace(track, customer_id=known.root_id)

    async def merge(self) -> None:
        people = [each.customer_id for each in self._roots()]
        if len(people) < 2:
            return
        target, source = self.data.draw(st.permutations(people))[:2]
        await self.merging.merge(self.chain.admin, MergeOrder(target, [source], reason="sure", force=True))

    async def unmerge(self) -> None:
        if merges := sorted(self.chain.tables.merges):
            await self.merging.unmerge(self.chain.admin, self.data.draw(st.sampled_from(merges)))

    async def split(self) -> None:
        somebody = self._somebody()
        seen = sorted(
            each.track_id
            for each in self.chain.tables.sightings.values()
            if each.customer_id == somebody.customer_id
        )
        if seen:
            tracks = self.data.draw(st.lists(st.sampled_from(seen), min_size=1, unique=True))
            await self.splitting.split(self.chain.admin, SplitOrder(somebody.customer_id, [], tracks))

    async def change_kind(self) -> None:
        somebody = self._somebody()
        others = {
            CustomerKind.VISITOR: CustomerKind.STAFF,
            CustomerKind.STAFF: CustomerKind.VISITOR,
        }
        values = CustomerValues(kind=others[somebody.kind])
        await self.customers.update(self.chain.admin, somebody.customer_id, values)

    async def erase(self) -> None:
        people = self._roots()
        if len(people) > 1:
            await self.removal.delete(self.chain.admin, self._somebody().customer_id)
            self.erased = True

    def _roots(self) -> list[Customer]:
        people = self.chain.tables.customers.values()
        found = [each for each in people if each.is_root and each.state is IdentityState.CONFIRMED]
        return sorted(found, key=lambda each: each.customer_id)

    def _somebody(self) -> Customer:
        return self.data.draw(st.sampled_from(self._roots()))

    def _note_days_that_are_over(self) -> None:
        for key in self.candidates:
            end = self.end_of(key)
            if end is not None and end <= self.chain.clock.now():
                self.when_over.setdefault(key, self.kept().get(key, DayNumbers()))

    def end_of(self, key: SiteDay) -> datetime | None:
        site_id, day = key
        of_day = spans(Period(day, day), Cut(Granularity.DAY), self.chain.rules[site_id])
        return max((each.end for each in of_day), default=None)

    def kept(self) -> Mapping[SiteDay, DayNumbers]:
        return {key: numbers_of(each) for key, each in self.chain.tables.report_days.items()}

    def by_hand(self) -> Mapping[SiteDay, DayNumbers]:
        """What every day says, counted track by track."""
        found: defaultdict[SiteDay, DayNumbers] = defaultdict(DayNumbers)
        everything = self.chain.visits_by_hand()
        for site_id in SITES:
            by_scope = [
                by_hand(everything, [site_id], scope, lambda visit: visit.business_day)
                for scope in (NewVisitScope.TENANT, NewVisitScope.SITE)
            ]
            for day, (visits, visitors, fresh) in by_scope[0].items():
                assert isinstance(day, date)
                found[site_id, day] += DayNumbers(visits, visitors, fresh, by_scope[1][day][2])
        for each in self.chain.tables.sightings.values():
            if each.visit_id is None:
                known = each.customer_id and self.chain.tables.customers[each.customer_id]
                of_staff = bool(known and known.kind is CustomerKind.STAFF)
                day = self.chain.rules[each.site_id].day(each.first_seen_at)
                found[each.site_id, day] += DayNumbers(staff=of_staff, unidentifiable=not of_staff)
        return found

    def told(self) -> Mapping[SiteDay, DayNumbers]:
        """By how much the ledger says that each day changed, all in all."""
        found: defaultdict[SiteDay, DayNumbers] = defaultdict(DayNumbers)
        for each in self.chain.tables.report_restatements.values():
            found[each.site_id, each.day] += each.delta
        return found


async def lived(world: World, data: st.DataObject) -> History:
    """A history with its end: everything arrived, every day is over and kept."""
    history = History(world, data)
    await history.open()
    for _ in range(data.draw(st.integers(1, 12))):
        await history.happen()
    while history.unseen and data.draw(st.booleans()):
        await history.arrive()
    await history.refresh()
    history.chain.clock.advance(10 * DAY)
    history._note_days_that_are_over()
    return history


@given(worlds(), st.data())
def test_kept_days_are_right_and_the_ledger_adds_up(world: World, data: st.DataObject) -> None:
    async def run() -> None:
        history = await lived(world, data)
        for _ in range(data.draw(st.integers(0, 4))):
            await history.happen()
        await history.refresh()
        kept, told = history.kept(), history.told()
        assert kept == history.by_hand()
        for key, numbers in history.when_over.items():
            assert told.get(key, DayNumbers()) == kept.get(key, DayNumbers()) - numbers, key
        assert told.keys() <= history.when_over.keys()
        for each in history.chain.tables.report_restatements.values():
            assert each.delta != DayNumbers()
            assert ChangeCause.RECOMPUTED not in each.causes
            causes = set(each.causes)
            # Of a merge of somebody who was erased since, only the cause is left.
            assert each.merge_ids or history.erased or not causes & {ChangeCause.MERGE, ChangeCause.UNMERGE}
            assert causes & MERGING or not each.merge_ids
            assert set(each.merge_ids) <= history.chain.tables.merges.keys()
        found = await history.verification.verify(TENANT)
        assert (found.days, found.differences) == (len(kept), [])
        assert not (await history.verification.check(TENANT)).failure

    asyncio.run(run())


@st.composite
def wrong_days(draw: st.DrawFn, right: KeptDay) -> KeptDay:
    """A day that says something else than this one."""
    words = [right.visits[place : place + 4] for place in range(0, len(right.visits), 4)]
    uncounted = right.uncounted
    match draw(st.integers(0, 5)):
        case 5 if words:
            words[-1] = words[-1][:3]
            return replace(right, visits=b"".join(words))
        case 0 if words:
            words.pop(draw(st.integers(0, len(words) - 1)))
        case 1 if words:
            word = int.from_bytes(words.pop(), "little") ^ (1 << draw(st.integers(0, 1)))
            words.append(word.to_bytes(4, "little"))
        case 2 if words:
            person = (int.from_bytes(words.pop(), "little")) + (97 << 2)
            words.append(person.to_bytes(4, "little"))
        case 3:
            uncounted += UncountedTally(staff=draw(st.integers(1, 5)))
        case _:
            words.append((99 << 2).to_bytes(4, "little"))
    return replace(right, visits=b"".join(sorted(words)), uncounted=uncounted)


@given(worlds(), st.data())
def test_a_day_that_is_kept_wrong_is_found_and_mended(world: World, data: st.DataObject) -> None:
    async def run() -> None:
        history = await lived(world, data)
        tables = history.chain.tables
        key = data.draw(st.sampled_from(history.candidates))
        right = tables.report_days.get(key, KeptDay(*key))
        wrong = data.draw(wrong_days(right))
        tables.report_days[key] = wrong
        was = history.told().get(key, DayNumbers())
        found = await history.verification.verify(TENANT)
        assert {(each.site_id, each.day) for each in found.differences} == {key}
        assert (found.differing, found.repaired) == (1, 0)
        assert (await history.verification.check(TENANT)).failure == DIFFERENT
        assert tables.report_days[key] == wrong, "looking changes nothing"
        mended = await history.verification.verify(TENANT, repair=True)
        assert (mended.differences, mended.repaired) == (found.differences, 1)
        assert tables.report_days.get(key, KeptDay(*key)) == right
        assert not (await history.verification.verify(TENANT)).differences
        delta = numbers_of(right) - numbers_of(wrong)
        assert history.told().get(key, DayNumbers()) - was == delta
        if delta != DayNumbers():
            *_, last = tables.report_restatements.values()
            assert (last.causes, last.merge_ids) == ((ChangeCause.RECOMPUTED,), ())

    asyncio.run(run())
