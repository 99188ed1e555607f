"""What a local stack should consist of, as the command line asked for."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from footfall_local.private_files import read_json, write_private_json


@dataclass(frozen=True)
class CameraPlan:
    """The demo camera's two films."""

    play: str
    empty: str


@dataclass(frozen=True)
class StackPlan:
    """Written before the supervisor starts, and again when something is added."""

    ports: dict[str, int]
    models_dir: str
    web_dist: str
    camera: CameraPlan | None = None

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def with_camera(self, camera: CameraPlan) -> Self:
        return replace(self, camera=camera)

    def save(self, path: Path) -> None:
        write_private_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path) -> "StackPlan | None":
        """The plan, or None when none was made."""
        known = read_json(path)
        if known is None:
            return None
        camera = CameraPlan(**known.pop("camera")) if known.get("camera") else None
        return cls(**{**known, "camera": camera})
