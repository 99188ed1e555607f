"""What an operator does beside serving: the schema, and the first accounts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from footfall_migrations import run as migrations
from sqlalchemy.exc import SQLAlchemyError

from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.database import open_transactions
from footfall_server.services.provisioning import ProvisioningService
from footfall_server.settings import (
    BootstrapSettings,
    DatabaseSettings,
    LogSettings,
    MigrateSettings,
    read_settings,
)
from footfall_server.storage.postgres.bootstrap import BootstrapError, bootstrap_database
from footfall_server.system_clock import SystemClock
from footfall_server.telemetry import configure_logging

DATABASE_ERRORS = (BootstrapError, asyncpg.PostgresError, SQLAlchemyError, OSError, TimeoutError)
"""What is wrong with the database or the way to it, rather than with us."""


def migrate() -> None:
    """Brings the schema up to date, as the database's owner."""
    settings = read_settings(MigrateSettings)
    _log_as(settings)
    asyncio.run(migrations.upgrade(settings.postgres.owner_dsn.get_secret_value()))


def bootstrap() -> None:
    """Makes the database and its roles, as the server's superuser."""
    settings = read_settings(BootstrapSettings)
    _log_as(settings)
    postgres = settings.postgres
    asyncio.run(
        bootstrap_database(
            postgres.superuser_dsn.get_secret_value(),
            postgres.owner_dsn.get_secret_value(),
            postgres.dsn.get_secret_value(),
            None if postgres.backup_dsn is None else postgres.backup_dsn.get_secret_value(),
        )
    )


@asynccontextmanager
async def open_provisioning() -> AsyncIterator[ProvisioningService]:
    """Makes accounts, as the application's role."""
    settings = read_settings(DatabaseSettings)
    _log_as(settings)
    async with open_transactions(settings.postgres) as transactions:
        yield ProvisioningService(
            transactions=transactions, passwords=Passwords(), policy=PasswordPolicy(), clock=SystemClock()
        )


def _log_as(settings: LogSettings) -> None:
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
