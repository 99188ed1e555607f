"""A worker process with the real models and a short film, against a core on loopback."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes.fake_core import API_KEY, FakeCore
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_local.demo_shop.script import WIDTH, Script, Stay
from footfall_local.demo_shop.video import render_demo
from footfall_vision import model_cli
from footfall_vision.model_cards import DEFAULT_DETECTOR, DEFAULT_EMBEDDER, DEFAULT_GENDER
from footfall_vision.model_store import ModelState, ModelStore, default_models_dir

SHORT_PLAY = Script(
    stays=(
        Stay(
            person="navy-suit",
            portrait="navy-suit",
            begin_s=0.3,
            end_s=9.0,
            come_x=-170.0,
            stand_x=315.0,
            go_x=-170.0,
        ),
        Stay(
            person="astronaut",
            portrait="astronaut",
            begin_s=1.3,
            end_s=10.0,
            come_x=WIDTH + 170.0,
            stand_x=645.0,
            go_x=WIDTH + 170.0,
        ),
    ),
    groups=(),
    duration_s=11.0,
)


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """The default models, pulled by hash when they are not there yet."""
    store = ModelStore(default_models_dir())
    model_ids = (DEFAULT_DETECTOR, DEFAULT_EMBEDDER, DEFAULT_GENDER)
    if any(store.state(model_id) is not ModelState.READY for model_id in model_ids):
        assert model_cli.main(["pull"]) == 0, "the default models cannot be pulled"
    return store


@pytest.fixture(scope="session")
def short_play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people who come from both sides, stand, and leave: 11 s of video."""
    pictures = pull_pictures(default_models_dir().parent / "packages")
    return render_demo(SHORT_PLAY, pictures, tmp_path_factory.mktemp("play")).play


@pytest.fixture
async def core() -> AsyncIterator[FakeCore]:
    core = FakeCore()
    await core.start()
    await core.start_store()
    yield core
    await core.close()


@dataclass
class EdgeProcess:
    """One worker process after another over the same data folder."""

    environment: dict[str, str]
    data_dir: Path
    process: asyncio.subprocess.Process | None = None
    logs: list[str] = field(default_factory=list)

    async def start(self) -> None:
        log = (self.data_dir / "edge.log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "footfall_edge", "run", env=self.environment, stderr=log, stdout=log
        )
        log.close()

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def terminate(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            return await self.process.wait()

    def log(self) -> str:
        return (self.data_dir / "edge.log").read_text()

    def status(self) -> dict[str, object]:
        path = self.data_dir / "status.json"
        loaded: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
        return loaded


@pytest.fixture
def edge(core: FakeCore, models: ModelStore, tmp_path: Path) -> Iterator[EdgeProcess]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_EDGE_")},
        "FOOTFALL_EDGE_GATEWAY_URL": core.url,
        "FOOTFALL_EDGE_API_KEY": API_KEY,
        "FOOTFALL_EDGE_DATA_DIR": str(tmp_path),
        "FOOTFALL_EDGE_MODELS_DIR": str(models.directory),
        "FOOTFALL_EDGE_NAME": "Till 1",
        "FOOTFALL_EDGE_THREADS": "1",
    }
    worker = EdgeProcess(environment=environment, data_dir=tmp_path)
    yield worker
    if worker.process is not None and worker.process.returncode is None:
        worker.process.kill()
