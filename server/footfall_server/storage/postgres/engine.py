"""The pool of connections to PostgreSQL."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@dataclass(frozen=True, slots=True)
class PostgresLimits:
    """How many connections a process holds, and how long it waits."""

    pool_size: int = 8
    pool_timeout: timedelta = timedelta(seconds=5)
    connect_timeout: timedelta = timedelta(seconds=5)
    statement_timeout: timedelta = timedelta(seconds=15)


def make_engine(
    dsn: str, *, limits: PostgresLimits | None = None, application_name: str = "footfall-server"
) -> AsyncEngine:
    """An engine for a DSN as libpq writes it: postgresql://user:password@host:port/database.

    Connects lazily. There is no ping before use: the first statement of every transaction is one, and
    PostgresTransactions repeats it on a new connection where the pooled one turns out to be dead.
    """
    chosen = limits or PostgresLimits()
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(
            asyncpg.connect,
            dsn,
            timeout=chosen.connect_timeout.total_seconds(),
            # asyncpg's own limit, for a server that does not even answer; the server's comes first.
            command_timeout=chosen.statement_timeout.total_seconds() + 5,
            server_settings={
                "application_name": application_name,
                "statement_timeout": str(_milliseconds(chosen.statement_timeout)),
                "idle_in_transaction_session_timeout": str(_milliseconds(chosen.statement_timeout * 2)),
                "timezone": "UTC",
                "jit": "off",
            },
        ),
        pool_size=chosen.pool_size,
        max_overflow=0,
        pool_timeout=chosen.pool_timeout.total_seconds(),
        pool_recycle=1800,
        hide_parameters=True,  # an error's text would hold names, addresses and embeddings
    )


def _milliseconds(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)
