"""The core: `footfall-server serve`, one process per replica."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from footfall_local.component import ProcessSpec
from footfall_local.probes import LOOPBACK, probe_health
from footfall_local.spawning import python_program

_GIVES_BACK: Mapping[str, str] = {"MALLOC_TRIM_THRESHOLD_": "131072"}
"""What a large picture or file took is given back; by default it is kept for the next one (glibc only)."""


class Core:
    """One replica."""

    start_timeout = 120.0

    def __init__(
        self,
        *,
        number: int,
        port: int,
        env: Mapping[str, str],
        folder: Path,
        set_up: Callable[[], Awaitable[None]],
        requires: tuple[str, ...],
    ) -> None:
        """Nothing is made or started here.

        Args:
            number: of the replica, from 1.
            port: for gRPC, loopback only.
            env: the settings that all replicas share.
            folder: to run in.
            set_up: brings database, keys and accounts into order; shared by the replicas, so it has to be
                safe to await twice at once.
            requires: what must be ready first.

        """
        self.name = f"core-{number}"
        self._port = port
        self._env = env
        self._folder = folder
        self._set_up = set_up
        self.requires = requires

    async def prepare(self) -> ProcessSpec:
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._set_up()
        env = {**self._env, **_GIVES_BACK, "FOOTFALL_SERVER_LISTEN": f"{LOOPBACK}:{self._port}"}
        return ProcessSpec(argv=python_program("footfall_server", "serve"), env=env, cwd=self._folder)

    async def check(self) -> None:
        await probe_health(self._port)
