"""Contract of what working visits out again reads and writes, and of the rules of sites."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
from database_fixtures import FootfallDatabase
from fakes.memory_transactions import MemoryTransactions
from footfall_server.domain.batch import BatchQuestions, BatchRecords, TrackSpan
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.site_rules import FORGOTTEN_SITE, SiteRule, SiteRules
from footfall_server.domain.visit import Visit
from footfall_server.ports import Transactions
from storage_samples import MODEL, NOON, a_camera, a_sighting, a_site, a_visit, minutes, people


async def _write(transactions: Transactions, tenant_id: UUID, records: BatchRecords) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(records)


async def test_what_belongs_to_customers_comes_with_what_their_visits_and_sightings_lead_to(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    site_id, anna, ben, cleo = (new_id() for _ in range(4))
    visits = [a_visit(site_id, anna), a_visit(site_id, ben), a_visit(site_id, cleo)]
    hers, his, unrelated = (a_sighting(visit) for visit in visits)
    # After a merge, before its visits were worked out: a sighting of Anna's in a visit of Ben's.
    merged = replace(a_sighting(visits[1]), customer_id=anna)
    visitless = replace(a_sighting(visits[0]), visit_id=None)
    sightings = [hers, his, unrelated, merged, visitless]
    newcomers = [anna, ben, cleo]
    await _write(
        transactions,
        tenant_id,
        BatchRecords(at=NOON, people=people(newcomers), visits=visits, sightings=sightings),
    )
    cases = [
        ([anna], visits[:2], [hers, merged, visitless]),
        ([ben], visits[1:2], [his, merged]),
        ([cleo, anna], visits, [hers, merged, visitless, unrelated]),
        ([], [], []),
        ([new_id()], [], []),
    ]
    for asked, near_visits, near_sightings in cases:
        async with transactions.begin_exclusive(tenant_id) as tx:
            assert _by_id(await tx.visits.of_customers(asked)) == _by_id(near_visits)
            found = await tx.sightings.of_customers(asked)
        assert {each.track_id: each for each in found} == {each.track_id: each for each in near_sightings}
        assert len(found) == len(near_sightings), "each once"
    async with transactions.begin_exclusive(other_tenant_id) as tx:
        assert list(await tx.visits.of_customers(newcomers)) == []
        assert list(await tx.sightings.of_customers(newcomers)) == []


def _by_id(visits: object) -> dict[UUID, Visit]:
    assert isinstance(visits, list)
    found = {visit.visit_id: visit for visit in visits}
    assert len(found) == len(visits), "each once"
    return found


async def test_visits_are_inserted_and_replaced_and_sightings_given_to_them(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    anna = new_id()
    visit, other = a_visit(site_id, anna), a_visit(site_id, anna, at=NOON + minutes(90))
    first, second, third = a_sighting(visit), a_sighting(visit), a_sighting(visit)
    await _write(
        transactions,
        tenant_id,
        BatchRecords(at=NOON, people=people([anna]), visits=[visit], sightings=[first, second, third]),
    )
    longer = replace(
        visit, last_seen_at=NOON + minutes(7), rule_version=3, business_day=NOON.date() - timedelta(days=1)
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.visits.save([])
        await tx.visits.save([longer, other])
        await tx.sightings.assign({})
        await tx.sightings.assign({second.track_id: other.visit_id, third.track_id: None, new_id(): None})
    async with transactions.begin(tenant_id) as tx:
        assert _by_id(await tx.visits.of_customers([anna])) == _by_id([longer, other])
        assert await tx.sightings.by_track([each.track_id for each in (first, second, third)]) == {
            first.track_id: first,
            second.track_id: replace(second, visit_id=other.visit_id),
            third.track_id: replace(third, visit_id=None),
        }


async def test_confirmed_visitors_have_visits(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    anna, ben = new_id(), new_id()
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([anna, ben])))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.visits.countable([anna, new_id()]) == {anna}
        assert await tx.visits.countable([]) == frozenset()
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.visits.countable([anna, ben]) == frozenset()


async def test_who_waits_works_here_or_was_merged_has_none(
    transactions: Transactions, tenant_id: UUID, database: FootfallDatabase | None
) -> None:
    anna, waiting, staff, merged = (new_id() for _ in range(4))
    everybody = [anna, waiting, staff, merged]
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people(everybody)))
    if database is None:
        assert isinstance(transactions, MemoryTransactions)
        rows = transactions.tables(tenant_id).customers
        rows[waiting] = replace(rows[waiting], state=IdentityState.WAITING, number=None)
        rows[staff] = replace(rows[staff], kind=CustomerKind.STAFF)
        rows[merged] = replace(rows[merged], root_id=anna, merged_into=anna)
    else:
        connection = await asyncpg.connect(database.superuser_dsn)
        # Days of reports are marked in the tenant's name, whoever changes its customers.
        await connection.execute("select set_config('app.tenant_id', $1, false)", str(tenant_id))
        for change, customer_id in (
            ("state = 'waiting', number = null", waiting),
            ("kind = 'staff'", staff),
            (f"root_id = '{anna}', merged_into = '{anna}'", merged),
        ):
            statement = f"update customers set {change} where customer_id = $1"  # noqa: S608
            assert await connection.execute(statement, customer_id) == "UPDATE 1"
        await connection.close()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.visits.countable(everybody) == {anna}


async def test_the_latest_visit_of_a_site(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    async with transactions.begin(tenant_id) as tx:
        assert await tx.visits.latest_at(site_id) is None
    anna, ben = new_id(), new_id()
    visits = [
        a_visit(site_id, anna, lasting=minutes(600)),
        a_visit(site_id, ben, at=NOON + minutes(5)),
        a_visit(new_id(), anna, at=NOON + minutes(9)),
    ]
    await _write(transactions, tenant_id, BatchRecords(at=NOON, people=people([anna, ben]), visits=visits))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.visits.latest_at(site_id) == NOON + minutes(5)


async def test_a_site_has_a_rule_from_the_beginning_and_keeps_its_rules_when_it_goes(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    site, request_id = a_site("Harbour"), new_id()
    first = SiteRule(1, None, site.time_zone, site.visit_gap, site.business_day_start)
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(site, request_id)
        await tx.sites.add(a_site("Harbour"), request_id)
        unknown = new_id()
        assert await tx.sites.rules([site.site_id, unknown]) == {
            site.site_id: SiteRules((first,)),
            unknown: FORGOTTEN_SITE,
        }
        assert await tx.sites.rules([]) == {}
    later = SiteRule(2, NOON + minutes(1), "Asia/Kathmandu", minutes(5), timedelta())
    rules = SiteRules((replace(first, visit_gap=minutes(3)), later))
    too_many = replace(rules, versions=(first, later, replace(later, rule_version=3)))
    for each in (too_many, rules):
        async with transactions.begin(tenant_id) as tx:
            await tx.sites.save_rules(site.site_id, each)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.rules([site.site_id]) == {site.site_id: rules}
        assert await tx.sites.remove(site.site_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.rules([site.site_id]) == {site.site_id: rules}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.sites.rules([site.site_id]) == {site.site_id: FORGOTTEN_SITE}


async def test_a_batch_is_told_the_rules_of_its_sites(transactions: Transactions, tenant_id: UUID) -> None:
    here, elsewhere = a_site("Harbour"), a_site("Station")
    camera, unasked = a_camera(here.site_id), a_camera(elsewhere.site_id)
    rules = SiteRules(
        (
            SiteRule(1, None, "Europe/Berlin", minutes(60), timedelta(hours=4)),
            SiteRule(2, NOON, "Asia/Tokyo", minutes(30), timedelta(hours=5)),
            SiteRule(3, NOON + minutes(1), "Asia/Tokyo", minutes(20), timedelta(hours=5)),
        )
    )
    async with transactions.begin(tenant_id) as tx:
        for site, each in ((here, camera), (elsewhere, unasked)):
            await tx.sites.add(site, None)
            await tx.cameras.add(each, None)
        await tx.sites.save_rules(here.site_id, rules)
    span = TrackSpan(new_id(), camera.camera_id, NOON, NOON)
    async with transactions.begin_exclusive(tenant_id) as tx:
        answers = await tx.batches.look_up(BatchQuestions((), [span, span], (), MODEL, NOON, ()))
    assert answers.rules == {here.site_id: rules}
