"""Visits in PostgreSQL are a function of the sightings, too."""

import asyncio
from uuid import UUID

import pytest
from database_fixtures import FootfallDatabase
from footfall_server.domain.identifiers import new_id
from footfall_server.services.visit_rebuild import VisitRebuild
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from played_worlds import Filmed, Played
from storage_samples import a_tenant
from visit_worlds import Glimpse, World, deliveries, worlds

# The database is the module's: each example has a tenant of its own.
MODERATE = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def play(
    database: FootfallDatabase, kind: type[Played], world: World, told: list[list[Glimpse]]
) -> None:
    engine = make_engine(database.app_dsn)
    try:
        transactions = PostgresTransactions(engine)
        tenant = a_tenant(str(new_id()))
        async with transactions.begin_platform() as platform:
            await platform.add_tenant(tenant, None)
        game = kind(world, transactions, tenant.tenant_id)
        await game.open()
        for batch in told:
            await game.tell(batch)
        truth = await game.check()
        assert await rebuilt(game, {visit.customer_id for visit in truth.visits.values()}) == 0
    finally:
        await engine.dispose()


async def rebuilt(game: Played, customers: set[UUID]) -> int:
    async with game.transactions.begin_exclusive(game.tenant_id) as tx:
        return len(await VisitRebuild(tx).of(customers))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [Played, Filmed])
@MODERATE
@given(data=st.data())
def test_any_delivery_ends_in_what_brute_force_and_the_rebuild_say(
    footfall_database: FootfallDatabase, kind: type[Played], data: st.DataObject
) -> None:
    world = data.draw(worlds())
    asyncio.run(play(footfall_database, kind, world, data.draw(deliveries(world))))
