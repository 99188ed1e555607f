"""What has to be in order before the core serves: signing keys, database, roles, schema."""

import asyncio
import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from footfall_local.private_files import write_private
from footfall_local.server_command import ServerCommand

OWNER_DSN = "FOOTFALL_SERVER_POSTGRES__OWNER_DSN"


class CoreSetup:
    """Done once per life of the supervisor; every step may be repeated without harm."""

    def __init__(
        self, *, command: ServerCommand, keys: Path, database_env: Mapping[str, str], marker: Path
    ) -> None:
        """Nothing runs here.

        Args:
            command: runs footfall-server with the core's settings.
            keys: the folder of the signing keys.
            database_env: DSNs of the superuser and the owner, for the two commands that need them.
            marker: file that says which migrations this stack's database has had. It saves two program
                starts at every start of the stack, and is believed only when the database is really there.

        """
        self._command = command
        self._keys = keys
        self._database_env = database_env
        self._marker = marker
        self._one_at_a_time = asyncio.Lock()
        self._done = False

    async def ensure(self) -> None:
        """Bring everything into order; the second caller waits for the first.

        Raises:
            ComponentError: a step failed.

        """
        async with self._one_at_a_time:
            if self._done:
                return
            if not any(self._keys.glob("*.pem")):
                await self._command.run("generate-keys", "--dir", str(self._keys))
            await self._command.run("generate-erasure-key", "--dir", str(self._keys))
            migrations = await asyncio.to_thread(_digest_of_migrations)
            if not await self._has(migrations):
                await self._command.run("bootstrap-database", extra_env=self._database_env)
                await self._command.run("migrate", extra_env=self._database_env)
                write_private(self._marker, migrations)
            self._done = True

    async def _has(self, migrations: str) -> bool:
        if not self._marker.exists() or self._marker.read_text(encoding="utf-8") != migrations:
            return False
        try:
            connection = await asyncpg.connect(self._database_env[OWNER_DSN], timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        try:
            return await connection.fetchval("select to_regclass('alembic_version')") is not None
        finally:
            await connection.close()


def _digest_of_migrations() -> str:
    """Changes whenever a migration, or what they share, changes."""
    digest = hashlib.sha256()
    spec = importlib.util.find_spec("footfall_migrations")
    for folder in () if spec is None else spec.submodule_search_locations or ():
        for file in sorted(Path(folder).rglob("*.py")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
