"""The one folder that holds everything of a local stack."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from footfall_local.private_files import make_private_folder

VARIABLE = "FOOTFALL_HOME"


@dataclass(frozen=True)
class StackHome:
    """Paths below `.footfall/`."""

    root: Path

    @classmethod
    def from_environment(cls) -> Self:
        """FOOTFALL_HOME; else `.footfall` in the project, or in the current folder without one."""
        given = os.environ.get(VARIABLE)
        return cls(Path(given).expanduser().resolve() if given else _default_root())

    @property
    def is_default(self) -> bool:
        """Whether this is the folder that is used when none is asked for."""
        return self.root == _default_root()

    def make(self) -> None:
        """Make the folders."""
        for folder in (self.root, self.secrets, self.logs, self.data):
            make_private_folder(folder)

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def state_file(self) -> Path:
        """What runs, written by the supervisor."""
        return self.root / "state.json"

    @property
    def plan_file(self) -> Path:
        """What should run, written by the command line."""
        return self.root / "plan.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor for its life."""
        return self.root / "supervisor.lock"

    @property
    def demo_env(self) -> Path:
        """How to sign in: GATEWAY_URL, DEMO_EMAIL, DEMO_PASSWORD, WORKER_API_KEY."""
        return self.root / "demo.env"

    @property
    def demo_file(self) -> Path:
        """What the demo made and when it played."""
        return self.root / "demo.json"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def _default_root() -> Path:
    project = Path(__file__).resolve().parents[3]
    base = project if (project / "pyproject.toml").is_file() else Path.cwd()
    return base / ".footfall"
