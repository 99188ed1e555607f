"""Shows a pull: a live table on a terminal, plain lines elsewhere."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from footfall_vision.model_cards import ModelCard
from footfall_vision.model_pull import PullProgress, PullStep


class PlainProgress:
    """One line per step that says something."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, card: ModelCard, step: PullStep, detail: str) -> None:
        if step is PullStep.WAITING:
            return
        line = f"{card.model_id}: {step.value}" + (f" ({detail})" if detail else "")
        with self._lock:
            print(line, file=self._stream, flush=True)


def _silent(_card: ModelCard, _step: PullStep, _detail: str) -> None:
    """Say nothing."""


@contextmanager
def pull_progress(stream: TextIO | None = None, *, quiet: bool = False) -> Iterator[PullProgress]:
    """Progress for the stream (stderr when not given): spinners when it is a terminal and rich is there."""
    out = stream or sys.stderr
    if quiet:
        yield _silent
        return
    if out.isatty():
        try:
            from rich.console import Console  # noqa: PLC0415 (only the local stack installs rich)
            from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        except ImportError:
            yield PlainProgress(out)
            return
        columns = (
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description:<22}"),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(file=out)) as bars:
            tasks: dict[str, TaskID] = {}

            def show(card: ModelCard, step: PullStep, detail: str) -> None:
                if card.model_id not in tasks:
                    tasks[card.model_id] = bars.add_task(card.model_id, total=1, state=step.value)
                done = step in {PullStep.READY, PullStep.FAILED}
                state = step.value + (f" ({detail})" if detail and step is not PullStep.FAILED else "")
                bars.update(tasks[card.model_id], state=state, completed=int(done))

            yield show
        return
    yield PlainProgress(out)
