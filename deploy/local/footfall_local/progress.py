"""Shows what is starting: a live table in a terminal, plain lines anywhere else."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from footfall_local.state import ComponentState, Condition, StackState

WORDS = {
    Condition.WAITING: ("·", "dim", "waits"),
    Condition.PREPARING: ("◔", "cyan", "is being prepared"),
    Condition.STARTING: ("◑", "cyan", "starts"),
    Condition.READY: ("●", "green", "ready"),
    Condition.RESTARTING: ("↻", "yellow", "restarts"),
    Condition.FAILED: ("✗", "red", "failed"),
    Condition.STOPPED: ("○", "dim", "stopped"),
}


class StartDisplay:
    """Is told the stack's state again and again."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream or sys.stderr, highlight=False)
        self._live = Live(console=self._console, transient=False) if self._console.is_terminal else None
        self._told: dict[str, Condition] = {}
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, state: StackState) -> None:
        if self._live is not None:
            self._live.update(_table(state, seconds=time.monotonic() - self._begun))
            return
        for name, item in state.components.items():
            if self._told.get(name) is not item.condition:
                self._told[name] = item.condition
                if item.condition is not Condition.WAITING:
                    self._console.print(f"{name:<10} {_words(item)}", markup=False)


def _table(state: StackState, *, seconds: float) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, item in state.components.items():
        mark, style, _ = WORDS[item.condition]
        table.add_row(f"[{style}]{mark}[/]", name, f"[{style}]{_words(item)}[/]")
    table.add_row("", "", f"[dim]{seconds:.0f} s[/]")
    return table


def _words(item: ComponentState) -> str:
    words = WORDS[item.condition][2]
    if item.condition is Condition.READY and item.seconds_to_ready is not None:
        return f"{words} in {item.seconds_to_ready:.1f} s"
    if item.detail and item.condition is Condition.RESTARTING:
        return f"{words}: {item.detail}"
    return words
