"""The database alone, for commands that need nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from footfall_server.ports import Transactions
from footfall_server.settings import PostgresSettings
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions


@asynccontextmanager
async def open_transactions(settings: PostgresSettings) -> AsyncIterator[Transactions]:
    """The database, as the application's role. Connects when it is first used."""
    engine = make_engine(settings.dsn.get_secret_value(), limits=PostgresLimits(pool_size=settings.pool_size))
    try:
        yield PostgresTransactions(engine)
    finally:
        await engine.dispose()
