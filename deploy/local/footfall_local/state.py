"""What runs now: written by the supervisor at every change, read by the command line."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from footfall_local.private_files import read_json, write_private_json
from footfall_local.processes import ProcessIdentity


class Phase(StrEnum):
    """The stack as a whole."""

    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"


class Condition(StrEnum):
    """One component."""

    WAITING = "waiting"
    PREPARING = "preparing"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass
class ComponentState:
    """One line of `footfall status`."""

    condition: Condition = Condition.WAITING
    pid: int | None = None
    create_time: float | None = None
    stop_signal: int = 15
    restarts: int = 0
    seconds_to_ready: float | None = None
    log: str = ""
    detail: str = ""

    @property
    def process(self) -> ProcessIdentity | None:
        if self.pid is None or self.create_time is None:
            return None
        return ProcessIdentity(pid=self.pid, create_time=self.create_time)


@dataclass
class StackState:
    """Everything that is known of a running stack."""

    supervisor: ProcessIdentity
    phase: Phase = Phase.STARTING
    failure: str = ""
    components: dict[str, ComponentState] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        write_private_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path) -> "StackState | None":
        """The last state that was written, or None."""
        known = read_json(path)
        if known is None:
            return None
        components = {
            name: ComponentState(**{**values, "condition": Condition(values["condition"])})
            for name, values in known["components"].items()
        }
        return cls(
            supervisor=ProcessIdentity(**known["supervisor"]),
            phase=Phase(known["phase"]),
            failure=known["failure"],
            components=components,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the supervisor that wrote this still runs."""
        return self.supervisor.is_running()
