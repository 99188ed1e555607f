"""What the demo remembers between two commands: when it played last, and whether to the end."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from footfall_local.private_files import read_json, write_private_json


@dataclass(frozen=True)
class DemoRecord:
    """The last play. `started_at` is the wall time of its first frame, aware."""

    started_at: datetime
    truth: str
    """Path of the play's truth file."""
    known_before: bool
    """Whether everybody had been seen in an earlier play."""
    complete: bool = False
    """Whether its visits were found to be as they should."""

    def save(self, path: Path) -> None:
        write_private_json(path, {**asdict(self), "started_at": self.started_at.isoformat()})

    @classmethod
    def load(cls, path: Path) -> "DemoRecord | None":
        """The last play, or None before any."""
        known: dict[str, Any] | None = read_json(path)
        if known is None:
            return None
        return cls(**{**known, "started_at": datetime.fromisoformat(known["started_at"])})
