"""How the attacked process does: its memory, whether it lives, and what it logged."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from core_stack import CoreProcess

_ERRORS = frozenset({"error", "critical", "exception"})
_SAMPLES = 10
_SAMPLE_SECONDS = 0.5
_OF_DAMAGED_PICTURES = re.compile(
    r"Corrupt JPEG data: |Premature end of JPEG file|Warning: unknown JFIF revision number |"
    r"Inconsistent progression sequence for |Invalid SOS parameters for |Unknown Adobe color transform code |"
    r"libpng (error|warning): "
)
"""How libjpeg and libpng begin when they say, on standard error, what is wrong with a picture of ours."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A line of the log that should not be there."""

    line: str
    is_error: bool


class CoreHealth:
    """Looks at one replica."""

    def __init__(self, core: CoreProcess) -> None:
        self._core = core
        self._process = psutil.Process(core.process.pid)

    async def settled_rss_mb(self) -> float:
        """Resident memory of the process and its children when it has nothing to do, in MiB.

        The least of some seconds: a large picture that is looked at just now is no growth.
        """
        least = self._rss_mb()
        for _ in range(_SAMPLES):
            await asyncio.sleep(_SAMPLE_SECONDS)
            least = min(least, self._rss_mb())
        return least

    def _rss_mb(self) -> float:
        processes = [self._process, *self._process.children(recursive=True)]
        return round(sum(each.memory_info().rss for each in processes) / 2**20, 1)

    def lives(self) -> bool:
        return self._core.process.poll() is None

    def complaints(self) -> Iterator[Complaint]:
        """Errors, and whatever is no line of ours: a traceback, or what native code prints when it fails."""
        yield from complaints_in(self._core.log)


def complaints_in(log: Path) -> Iterator[Complaint]:
    """As CoreHealth.complaints, of any log."""
    for line in log.read_text(errors="replace").splitlines():
        try:
            level = json.loads(line).get("level", "")
        except (ValueError, AttributeError):
            if line.strip():
                yield Complaint(line[:500], is_error=not _OF_DAMAGED_PICTURES.match(line))
            continue
        if level in _ERRORS:
            yield Complaint(line[:2000], is_error=True)
        elif level == "warning":
            yield Complaint(line[:500], is_error=False)
