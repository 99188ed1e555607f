"""The edge worker: looks at the cameras that the core assigns to it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from footfall_local.component import NotReadyError, ProcessSpec
from footfall_local.enrolment import Enrolment
from footfall_local.spawning import python_program

STATUS_FILE = "status.json"
ONLINE = "online"
FRESH = timedelta(seconds=30)
"""A status older than this is of an earlier run, or of a worker that hangs."""


class Edge:
    """One worker process."""

    name = "edge"
    start_timeout = 90.0

    def __init__(
        self,
        *,
        gateway_url: str,
        enrolment: Enrolment,
        folder: Path,
        models_dir: Path,
        http_port: int,
        requires: tuple[str, ...],
    ) -> None:
        """Nothing is made or started here.

        Args:
            gateway_url: http://host:port.
            enrolment: makes the worker's key, when the components in `requires` are ready.
            folder: for its spool and status.
            models_dir: where `footfall models pull` put the models.
            http_port: of its pages for this machine.
            requires: what must be ready first.

        """
        self._gateway_url = gateway_url
        self._enrolment = enrolment
        self._folder = folder
        self._models_dir = models_dir
        self._http_port = http_port
        self.requires = requires

    async def prepare(self) -> ProcessSpec:
        await self._enrolment.ensure()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._folder / STATUS_FILE).unlink(missing_ok=True)  # of the run before
        env = {
            "FOOTFALL_EDGE_GATEWAY_URL": self._gateway_url,
            "FOOTFALL_EDGE_API_KEY": self._enrolment.api_key,
            "FOOTFALL_EDGE_DATA_DIR": str(self._folder),
            "FOOTFALL_EDGE_MODELS_DIR": str(self._models_dir),
            "FOOTFALL_EDGE_NAME": "this machine",
            "FOOTFALL_EDGE_HTTP_PORT": str(self._http_port),
        }
        return ProcessSpec(argv=python_program("footfall_edge", "run"), env=env, cwd=self._folder)

    async def check(self) -> None:
        try:
            status = json.loads((self._folder / STATUS_FILE).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            raise NotReadyError("the worker has not written its status yet") from None
        if datetime.now(UTC) - datetime.fromisoformat(status["time"]) > FRESH:
            raise NotReadyError("the worker's status is old")
        if status["state"] != ONLINE:
            raise NotReadyError(
                f"the worker's link to the core is {status['state']}: {status.get('detail', '')}"
            )
