"""A migrated database with its three roles, fresh for whoever asks."""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest
from footfall_migrations.run import upgrade
from footfall_server.storage.postgres.bootstrap import (
    bootstrap_database,
    close_database_to_public,
    quote_identifier,
)
from footfall_server.storage.postgres.roles import APPLICATION, OWNER
from stack_fixtures import PostgresServer


@dataclass(frozen=True)
class FootfallDatabase:
    """A database that holds the newest schema and no rows."""

    name: str
    owner_dsn: str
    app_dsn: str
    superuser_dsn: str


@dataclass(frozen=True)
class DatabaseFactory:
    """Copies a migrated template, which takes a tenth of the time of migrating."""

    server: PostgresServer
    owner_password: str
    app_password: str

    def described(self, name: str) -> FootfallDatabase:
        return FootfallDatabase(
            name=name,
            owner_dsn=self.server.dsn(user=OWNER, password=self.owner_password, database=name),
            app_dsn=self.server.dsn(user=APPLICATION, password=self.app_password, database=name),
            superuser_dsn=self.server.dsn(
                user=self.server.user, password=self.server.password, database=name
            ),
        )

    async def prepare_template(self) -> None:
        template = self.described("footfall_template")
        await bootstrap_database(self.server.superuser_dsn, template.owner_dsn, template.app_dsn)
        await upgrade(template.owner_dsn)

    async def create(self) -> FootfallDatabase:
        database = self.described(f"footfall_{secrets.token_hex(6)}")
        server = await asyncpg.connect(self.server.superuser_dsn)
        try:
            await server.execute(
                f"create database {quote_identifier(database.name)} template footfall_template owner {OWNER}"
            )
            await close_database_to_public(server, database.name)
        finally:
            await server.close()
        return database

    async def drop(self, database: FootfallDatabase) -> None:
        server = await asyncpg.connect(self.server.superuser_dsn)
        try:
            await server.execute(f"drop database {quote_identifier(database.name)} with (force)")
        finally:
            await server.close()


@pytest.fixture(scope="session")
def database_factory(postgres_server: PostgresServer) -> DatabaseFactory:
    factory = DatabaseFactory(postgres_server, secrets.token_hex(16), secrets.token_hex(16))
    asyncio.run(factory.prepare_template())
    return factory


@pytest.fixture(scope="module")
def footfall_database(database_factory: DatabaseFactory) -> Iterator[FootfallDatabase]:
    """One per test module: tests of a module keep apart by using tenants of their own."""
    database = asyncio.run(database_factory.create())
    yield database
    asyncio.run(database_factory.drop(database))
