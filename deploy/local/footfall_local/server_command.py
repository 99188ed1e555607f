"""Runs `footfall-server` subcommands with the settings of the local stack."""

from collections.abc import Mapping
from pathlib import Path

from footfall_local.component import ProcessSpec
from footfall_local.spawning import python_program, run_to_end

TIMEOUT = 120.0


class ServerCommand:
    """`footfall-server SUBCOMMAND`, with a log of its own."""

    def __init__(self, *, env: Mapping[str, str], folder: Path, log: Path) -> None:
        self._env = env
        self._folder = folder
        self._log = log

    async def run(self, *arguments: str, extra_env: Mapping[str, str] | None = None) -> str:
        """Run it to its end; returns what it printed, which may be a secret.

        Raises:
            ComponentError: it failed.

        """
        self._folder.mkdir(parents=True, exist_ok=True)
        spec = ProcessSpec(
            argv=python_program("footfall_server", *arguments),
            env={**self._env, **(extra_env or {})},
            cwd=self._folder,
        )
        return await run_to_end(spec, log=self._log, timeout=TIMEOUT)
