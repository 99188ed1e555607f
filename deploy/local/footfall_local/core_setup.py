"""What has to be in order before the core serves: signing keys, database, roles, schema."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from footfall_local.server_command import ServerCommand


class CoreSetup:
    """Done once per life of the supervisor; every step may be repeated without harm."""

    def __init__(self, *, command: ServerCommand, keys: Path, database_env: Mapping[str, str]) -> None:
        """Nothing runs here.

        Args:
            command: runs footfall-server with the core's settings.
            keys: the folder of the signing keys.
            database_env: DSNs of the superuser and the owner, for the two commands that need them.

        """
        self._command = command
        self._keys = keys
        self._database_env = database_env
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
            await self._command.run("bootstrap-database", extra_env=self._database_env)
            await self._command.run("migrate", extra_env=self._database_env)
            self._done = True
