"""The results of the last commands: one that comes again is answered as the first time."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.commands.command import CommandResult, CommandState

_RESULTS = 256
_PICTURES = 4
"""Snapshots that are kept, in memory only: a picture of the shop has no business on the disk."""
_log = structlog.get_logger(__name__)


class CommandMemory:
    """One JSON file of ids, states and details, and the newest snapshots in memory."""

    def __init__(self, path: Path) -> None:
        """What was kept is read at once; a file that cannot be read is none."""
        self._path = path
        self._results: OrderedDict[str, CommandResult] = OrderedDict()
        try:
            saved = [_from_plain(plain) for plain in json.loads(path.read_text())]
            self._results.update((result.command_id, result) for result in saved)
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("command_results_unreadable", error=type(error).__name__)

    def find(self, command_id: str) -> CommandResult | None:
        """The result of a command that was done; None, too, for a snapshot whose picture is not kept."""
        result = self._results.get(command_id)
        if result is not None and result.captured is not None and not result.jpeg:
            return None
        return result

    def keep(self, result: CommandResult) -> None:
        """Remember, and forget the oldest. A full disk costs the memory of a restart and nothing else."""
        self._results[result.command_id] = result
        self._results.move_to_end(result.command_id)
        while len(self._results) > _RESULTS:
            self._results.popitem(last=False)
        pictured = [one for one in self._results.values() if one.jpeg]
        for old in pictured[:-_PICTURES]:
            self._results[old.command_id] = _without_picture(old)
        text = json.dumps([_to_plain(one) for one in self._results.values()])
        try:
            write_atomically(self._path, text, mode=0o600, durable=True)
        except OSError as error:
            _log.warning("command_results_unwritable", error=error.strerror)


def _without_picture(result: CommandResult) -> CommandResult:
    return CommandResult(
        command_id=result.command_id,
        state=result.state,
        finished=result.finished,
        detail=result.detail,
        captured=result.captured,
    )


def _to_plain(result: CommandResult) -> dict[str, Any]:
    return {
        "command_id": result.command_id,
        "state": result.state.value,
        "detail": result.detail,
        "finished": result.finished.isoformat(),
        "captured": result.captured.isoformat() if result.captured else None,
    }


def _from_plain(plain: Mapping[str, Any]) -> CommandResult:
    captured = plain["captured"]
    return CommandResult(
        command_id=str(plain["command_id"]),
        state=CommandState(plain["state"]),
        detail=str(plain["detail"]),
        finished=datetime.fromisoformat(plain["finished"]),
        captured=None if captured is None else datetime.fromisoformat(captured),
    )
