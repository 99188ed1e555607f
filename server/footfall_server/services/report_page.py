"""A page of A4 that is filled from the top: lines of text, a legend, a chart, tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

INK: Final = "#1B1B1B"
QUIET: Final = "#5A5A5A"
LINE: Final = "#D0D0D0"

FONT: Final = "DejaVu Sans"
"""It comes with matplotlib, so that every machine draws alike."""
WIDTH: Final = 8.268
HEIGHT: Final = 11.694
"""A4, in inches."""
_MARGIN: Final = 0.6
TICKS: Final = 0.5
"""What labels below the chart take."""
FOOT: Final = 0.7
_ACROSS: Final = 4
"""Tiles in a row."""
_TILE: Final = 0.88
_NOTE_SIZE: Final = 11.5
_NOTE_GAP: Final = 0.06
_LINES_OF_A_NOTE: Final = 3
DPI: Final = 150
_POINTS: Final = 72
_SPACING: Final = 1.3


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the legend; one with a hatch or without a line is a patch."""

    label: str
    colour: str
    hatch: str = ""
    is_line: bool = False


class Page:
    """A page that is filled from the top, in inches."""

    def __init__(self, figure: "Figure", renderer: "RendererAgg") -> None:
        self._figure = figure
        self._renderer = renderer
        self._y = HEIGHT - _MARGIN

    def skip(self, inches: float) -> None:
        self._y -= inches

    def write(
        self,
        text: str,
        *,
        size: float,
        colour: str = INK,
        weight: str = "normal",
        most: int = 1,
        gap: float = 0.03,
    ) -> None:
        """Some lines of text; what does not fit is cut off with an ellipsis."""
        for line in self._broken(text, size, weight, most):
            self._y -= size * _SPACING / _POINTS
            self._text(_MARGIN, self._y, line, size=size, colour=colour, weight=weight)
        self._y -= gap

    def legend(self, entries: Sequence[Entry]) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415
        from matplotlib.patches import Patch  # noqa: PLC0415

        handles = [
            Line2D([], [], color=each.colour, linewidth=2.2, marker="o", markersize=5, label=each.label)
            if each.is_line
            else Patch(
                facecolor="none" if each.hatch else each.colour,
                edgecolor=each.colour,
                hatch=each.hatch or None,
                label=each.label,
            )
            for each in entries
        ]
        # Three of the bars and the line, and what is said of the background below them.
        for row in (handles[:3], handles[3:]):
            if not row:
                continue
            self._figure.legend(
                handles=row,
                loc="upper left",
                bbox_to_anchor=(_MARGIN / WIDTH, self._y / HEIGHT),
                bbox_transform=self._figure.transFigure,
                ncols=3,
                frameon=False,
                borderpad=0.2,
                borderaxespad=0,
                columnspacing=1.6,
                handletextpad=0.6,
                prop={"family": FONT, "size": 12},
                labelcolor=INK,
            )
            self._y -= 0.27

    def chart(self, below: float) -> "Axes":
        """A chart that leaves so much of the page below it."""
        height = self._y - 0.1 - below
        self._y = below
        left, right = _MARGIN + 0.55, _MARGIN
        return self._figure.add_axes(
            (left / WIDTH, self._y / HEIGHT, (WIDTH - left - right) / WIDTH, height / HEIGHT)
        )

    def tiles(self, tiles: Sequence[tuple[str, str]]) -> None:
        """In rows, the value below its name."""
        width = (WIDTH - 2 * _MARGIN) / _ACROSS
        for start in range(0, len(tiles), _ACROSS):
            self._y -= _TILE
            self._rule(self._y + 0.72)
            for column, (name, value) in enumerate(tiles[start : start + _ACROSS]):
                x = _MARGIN + column * width
                self._text(x, self._y + 0.46, name, size=12, colour=QUIET)
                self._text(x, self._y + 0.08, value, size=self._fitting(value, width - 0.12, 22))

    def height_of_tiles(self, tiles: Sequence[tuple[str, str]]) -> float:
        return -(-len(tiles) // _ACROSS) * _TILE

    def notes(self, notes: Sequence[str]) -> None:
        self.skip(_TILE - 0.72)
        for note in notes:
            self.write(note, size=_NOTE_SIZE, colour=QUIET, most=_LINES_OF_A_NOTE, gap=_NOTE_GAP)

    def height_of_notes(self, notes: Sequence[str]) -> float:
        broken = [self._broken(each, _NOTE_SIZE, "normal", _LINES_OF_A_NOTE) for each in notes]
        lines = sum(map(len, broken))
        return _TILE - 0.72 + lines * _NOTE_SIZE * _SPACING / _POINTS + len(notes) * _NOTE_GAP

    def foot(self, left: str, right: str) -> None:
        self._text(_MARGIN, 0.4, left, size=10.5, colour=QUIET)
        self._text(WIDTH - _MARGIN, 0.4, right, size=10.5, colour=QUIET, align="right")

    def _rule(self, y: float) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415

        ends = [_MARGIN / WIDTH, 1 - _MARGIN / WIDTH]
        self._figure.add_artist(Line2D(ends, [y / HEIGHT] * 2, color=LINE, linewidth=1))

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str = INK,
        weight: str = "normal",
        align: str = "left",
    ) -> None:
        self._figure.text(
            x / WIDTH,
            y / HEIGHT,
            text,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=align,
            va="baseline",
            fontfamily=FONT,
            parse_math=False,
        )

    def _fitting(self, text: str, inches: float, size: float) -> float:
        """The size at which a text is no wider; at most `size`."""
        return min(size, size * inches / max(self._inches(text, size, "normal"), 0.01))

    def _inches(self, text: str, size: float, weight: str) -> float:
        font = self._font(size, weight)
        measured = self._renderer.get_text_width_height_descent(text, font, ismath=False)  # type: ignore[no-untyped-call]
        return float(measured[0]) / DPI

    def _font(self, size: float, weight: str) -> "FontProperties":
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415

        return FontProperties(family=FONT, size=size, weight=weight)

    def _broken(self, text: str, size: float, weight: str, most: int) -> Sequence[str]:
        """In lines that fit, between words where there are any."""
        room = WIDTH - 2 * _MARGIN
        lines: list[str] = []
        rest = text
        while rest and len(lines) < most:
            line = rest[: self._fits(rest, size, weight, room)]
            if len(line) < len(rest) and len(lines) + 1 == most:
                line = rest[: self._fits(rest, size, weight, room - size / _POINTS)].rstrip() + "…"
                rest = ""
            elif len(line) < len(rest) and " " in line and rest[len(line)] != " ":
                line = line[: line.rindex(" ")]
            rest = rest[len(line) :].lstrip()
            lines.append(line.rstrip())
        return lines

    def _fits(self, text: str, size: float, weight: str, inches: float) -> int:
        """How many of the first characters are no wider; at least one."""
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self._inches(text[:middle], size, weight) <= inches:
                low = middle
            else:
                high = middle - 1
        return low
