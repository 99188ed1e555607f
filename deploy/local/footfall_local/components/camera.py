"""The demo camera: an RTSP camera on loopback that shows a play when told to."""

from pathlib import Path

from footfall_local.component import ProcessSpec
from footfall_local.probes import probe_http
from footfall_local.spawning import python_program


class DemoCamera:
    """One camera with a remote control."""

    name = "camera"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(self, *, port: int, control_port: int, play: Path, empty: Path, folder: Path) -> None:
        self._port = port
        self._control_port = control_port
        self._play = play
        self._empty = empty
        self._folder = folder

    async def prepare(self) -> ProcessSpec:
        self._folder.mkdir(parents=True, exist_ok=True)
        flags = ("--port", str(self._port), "--control-port", str(self._control_port))
        files = ("--video", str(self._play), "--empty", str(self._empty))
        state = ("--state", str(self._folder / "state.json"))
        argv = python_program("footfall_local.demo_shop.camera", *flags, *files, *state)
        return ProcessSpec(argv=argv, cwd=self._folder)

    async def check(self) -> None:
        await probe_http(self._control_port, "/state")
