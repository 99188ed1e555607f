"""How far a watch is, on a terminal or in a log."""

import statistics
from typing import TextIO

from footfall_edge.diagnosis.fitness.watch import Progress

_LOG_EVERY_S = 30.0
_RECENT = 200


class ProgressLine:
    """One line that is written over on a terminal; elsewhere a line each half minute of the watch."""

    def __init__(self, stream: TextIO, *, is_terminal: bool) -> None:
        self._stream = stream
        self._is_terminal = is_terminal
        self._due_s = 0.0
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Say how far it is."""
        if self._is_terminal:
            line = _line(progress)
            self._stream.write(f"\r{line:<{self._width}}")
            self._width = len(line)
            self._stream.flush()
        elif progress.passed_s >= self._due_s:
            self._due_s = progress.passed_s + _LOG_EVERY_S
            self._stream.write(f"{_line(progress)}\n")
            self._stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._width:
            self._stream.write("\n")


def _line(progress: Progress) -> str:
    seen = progress.seen
    share = min(progress.passed_s / progress.of_s, 1.0)
    clocks = f"{_clock(progress.passed_s)} of {_clock(progress.of_s)}"
    recent = [each.quality.inter_ocular_px for each in seen.sightings[-_RECENT:]]
    eyes = f"{statistics.median(recent):.0f} px between the eyes" if recent else "no face yet"
    return (
        f"{share:4.0%}  {clocks}  {len(seen.visitors)} people  {eyes}  {seen.frames_per_second:.1f} frames/s"
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
