"""footfall-web: serves the built console."""

from pathlib import Path

from footfall_local.component import ComponentError, ProcessSpec
from footfall_local.probes import LOOPBACK, probe_http
from footfall_local.spawning import python_program


class Web:
    """One server for the console's files."""

    name = "web"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(self, *, port: int, dist: Path, folder: Path) -> None:
        self._port = port
        self._dist = dist
        self._folder = folder

    async def prepare(self) -> ProcessSpec:
        if not (self._dist / "index.html").is_file():
            raise ComponentError(
                f"the console is not built ({self._dist} has no index.html): run `make setup`"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        env = {
            "FOOTFALL_WEB_HOST": LOOPBACK,
            "FOOTFALL_WEB_PORT": str(self._port),
            "FOOTFALL_WEB_DIST_DIR": str(self._dist),
        }
        return ProcessSpec(argv=python_program("footfall_web"), env=env, cwd=self._folder)

    async def check(self) -> None:
        await probe_http(self._port, "/healthz")
