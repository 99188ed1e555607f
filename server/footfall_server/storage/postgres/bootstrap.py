"""Makes the database and its roles on a server where a superuser lets us in. Safe to repeat."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import asyncpg

from footfall_server.storage.postgres.roles import APPLICATION, BACKUP, OWNER, PLATFORM

BOOTSTRAP_LOCK = 4_672_114_903_325_581
"""Key of the advisory lock that keeps two bootstraps apart."""

_ROLE_ATTRIBUTES = {
    OWNER: "login nosuperuser nobypassrls nocreatedb nocreaterole noreplication",
    APPLICATION: "login noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication",
    BACKUP: "login nosuperuser bypassrls nocreatedb nocreaterole noreplication",
    PLATFORM: "nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication",
}


class BootstrapError(Exception):
    """The connection strings do not fit together; the text says how."""


@dataclass(frozen=True, slots=True)
class _Login:
    role: str
    password: str
    database: str


async def bootstrap_database(
    superuser_dsn: str, owner_dsn: str, app_dsn: str, backup_dsn: str | None = None
) -> None:
    """Makes the three roles, with the passwords that the connection strings hold, and the database.

    With `backup_dsn` there is a fourth, which reads every tenant's rows. Whatever exists is kept and
    corrected. Raises BootstrapError when the strings name other roles than footfall_owner, footfall_app and
    footfall_backup, lack a password, or name two databases.
    """
    owner = _login(owner_dsn, OWNER)
    logins = [owner, _login(app_dsn, APPLICATION)]
    if backup_dsn is not None:
        logins.append(_login(backup_dsn, BACKUP))
    for login in logins:
        if login.database != owner.database:
            raise BootstrapError(
                f"the owner's connection string names the database {owner.database!r}, "
                f"that of {login.role} {login.database!r}"
            )
    server = await asyncpg.connect(superuser_dsn)
    try:
        await server.execute("select pg_advisory_lock($1)", BOOTSTRAP_LOCK)
        await _make_roles(server, {each.role: each.password for each in logins})
        await _make_database(server, owner.database)
        await close_database_to_public(server, owner.database)
        if backup_dsn is not None:
            await open_database_to_backups(server, owner.database)
    finally:
        await server.close()
    database = await asyncpg.connect(superuser_dsn, database=owner.database)
    try:
        await _close_schema_to_public(database)
    finally:
        await database.close()


async def close_database_to_public(server: asyncpg.Connection, database: str) -> None:
    """Lets only the owner and the application connect to the database."""
    name = quote_identifier(database)
    await server.execute(f"revoke all on database {name} from public")
    await server.execute(f"grant connect on database {name} to {APPLICATION}")


async def open_database_to_backups(server: asyncpg.Connection, database: str) -> None:
    """Lets the role of backups connect to the database and read all of it."""
    await server.execute(f"grant connect on database {quote_identifier(database)} to {BACKUP}")
    await server.execute(f"grant pg_read_all_data to {BACKUP}")


def quote_identifier(name: str) -> str:
    """The name as SQL takes it, whatever it holds."""
    if "\0" in name:
        raise BootstrapError("a name in PostgreSQL holds no NUL")
    return '"' + name.replace('"', '""') + '"'


def _quote_literal(value: str) -> str:
    if "\0" in value:
        raise BootstrapError("a password in PostgreSQL holds no NUL")
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"E'{escaped}'"


def _login(dsn: str, role: str) -> _Login:
    parts = urlsplit(dsn)
    user = unquote(parts.username or "")
    password = unquote(parts.password or "")
    database = unquote(parts.path.removeprefix("/"))
    if user != role:
        raise BootstrapError(f"the connection string has to name the role {role}, not {user!r}")
    if not password:
        raise BootstrapError(f"the connection string of {role} has no password")
    if not database:
        raise BootstrapError(f"the connection string of {role} names no database")
    return _Login(role=user, password=password, database=database)


async def _make_roles(server: asyncpg.Connection, passwords: dict[str, str]) -> None:
    # A role's password cannot be a parameter of a statement; it is quoted as a literal instead.
    for role in [*passwords, PLATFORM]:
        attributes = _ROLE_ATTRIBUTES[role]
        exists = await server.fetchval("select true from pg_roles where rolname = $1", role)
        password = f" password {_quote_literal(passwords[role])}" if role in passwords else ""
        await server.execute(f"{'alter' if exists else 'create'} role {role} with {attributes}{password}")
    await server.execute(f"grant {PLATFORM} to {APPLICATION}")


async def _make_database(server: asyncpg.Connection, database: str) -> None:
    name = quote_identifier(database)
    if not await server.fetchval("select true from pg_database where datname = $1", database):
        await server.execute(f"create database {name} owner {OWNER} encoding 'UTF8' template template0")
    else:
        await server.execute(f"alter database {name} owner to {OWNER}")


async def _close_schema_to_public(database: asyncpg.Connection) -> None:
    await database.execute(
        f"""
        revoke all on schema public from public;
        grant usage, create on schema public to {OWNER};
        grant usage on schema public to {APPLICATION}, {PLATFORM};
        alter default privileges for role {OWNER} revoke execute on functions from public;
        """
    )
