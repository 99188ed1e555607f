"""What the supervisor and the test fixtures need to know of a part of the stack."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from footfall_local.accounts import Account


class NotReadyError(Exception):
    """The component does not serve yet; the text says what it still lacks."""


class ComponentError(Exception):
    """The component cannot be started; the text says why and is meant for people."""


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """How to start one process."""

    argv: tuple[str, ...]
    """The program's absolute path and its arguments."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the bare environment that every child gets; nothing else is inherited."""
    cwd: Path
    account: Account | None = None
    """Whom to drop to when started as root."""
    stop_signal: signal.Signals = signal.SIGTERM


class Component(Protocol):
    """One process of the stack."""

    @property
    def name(self) -> str:
        """How the component is called on the command line and in its log's file name."""

    @property
    def requires(self) -> tuple[str, ...]:
        """Names of the components that must be ready before this one is prepared."""

    @property
    def start_timeout(self) -> float:
        """Seconds from start to ready, on a slow machine."""

    async def prepare(self) -> ProcessSpec:
        """Bring files and settings into order, before every start.

        Raises:
            ComponentError: it cannot be started.

        """

    async def check(self) -> None:
        """Ask the running component whether it serves.

        Raises:
            NotReadyError: it does not.

        """
