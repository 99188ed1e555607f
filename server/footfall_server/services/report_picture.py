"""Reports as pages to be sent on: the visits as a chart, the total below, upright as A4 and phones are."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Protocol

from footfall_server.domain.report import CountedBucket, Counts
from footfall_server.domain.report_file import NamedSite, ReportFormat, ReportHead, ReportPart
from footfall_server.domain.report_period import Period
from footfall_server.services.legible_text import legible, legible_name
from footfall_server.services.report_labels import chart_title, period_label, ticks, zones_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

# Told apart by people who see red and green alike, and in grey, too (Okabe and Ito).
_NEW: Final = "#0072B2"
_REPEAT: Final = "#7CC4EE"
_UNIQUE: Final = "#D55E00"
_GAP: Final = "#E4DFD3"
_INK: Final = "#1B1B1B"
_QUIET: Final = "#5A5A5A"
_LINE: Final = "#D0D0D0"

_FONT: Final = "DejaVu Sans"
"""It comes with matplotlib, so that every machine draws alike."""
_WIDTH: Final = 8.268
_HEIGHT: Final = 11.694
"""A4, in inches."""
_MARGIN: Final = 0.6
_TICKS: Final = 0.5
"""What labels below the chart take."""
_FOOT: Final = 0.7
_ACROSS: Final = 4
"""Tiles in a row."""
_TILE: Final = 0.88
_NOTE_SIZE: Final = 11.5
_NOTE_GAP: Final = 0.06
_LINES_OF_A_NOTE: Final = 3
_DPI: Final = 150
_POINTS: Final = 72
_SPACING: Final = 1.3

GAP_BELOW: Final = 0.95
"""Less than this share of the time is shown as a gap, as in the console."""
_FEW_BARS: Final = 100
"""Up to so many have space in between; more would be hairs."""
_FEW_DOTS: Final = 40
_SITES_NAMED: Final = 3
_LEAST_TOP: Final = 4
"""What the axis reaches to at least: one visit is no full height."""


class ReportBook(Protocol):
    """A file that is drawn page by page. Not for the event loop: a page takes tenths of a second."""

    def add(self, part: ReportPart) -> None:
        """Draws a page."""
        ...

    def close(self) -> bytes:
        """The file."""
        ...


def report_book(head: ReportHead, file_format: ReportFormat, at: datetime) -> ReportBook:
    """A book of PNG or PDF. `at` is when it is made, and the only date in it that is not the report's."""
    return PictureBook(head, at) if file_format is ReportFormat.PNG else PdfBook(head, at)


class PictureBook:
    """One page of 1,240 by 1,754 pixels."""

    def __init__(self, head: ReportHead, at: datetime) -> None:
        self._head = head
        self._at = at
        self._picture = io.BytesIO()

    def add(self, part: ReportPart) -> None:
        """See ReportBook.add. Only once."""
        page = _drawn(self._head, part, 1, self._at)
        page.savefig(self._picture, format="png", metadata={"Software": None})

    def close(self) -> bytes:
        """See ReportBook.close."""
        return self._picture.getvalue()


class PdfBook:
    """Pages of A4."""

    def __init__(self, head: ReportHead, at: datetime) -> None:
        from matplotlib.backends.backend_pdf import PdfPages  # noqa: PLC0415

        self._head = head
        self._at = at
        self._written = io.BytesIO()
        metadata = {"Title": "Footfall report", "Creator": "Footfall", "CreationDate": at}
        self._pages = PdfPages(self._written, metadata=metadata)
        self._number = 0

    def add(self, part: ReportPart) -> None:
        """See ReportBook.add."""
        self._number += 1
        self._pages.savefig(_drawn(self._head, part, self._number, self._at))

    def close(self) -> bytes:
        """See ReportBook.close."""
        self._pages.close()
        return self._written.getvalue()


def _drawn(head: ReportHead, part: ReportPart, number: int, at: datetime) -> "Figure":
    # Takes half a second to import, and most processes never draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI)
    canvas = FigureCanvasAgg(figure)
    page = _Page(figure, canvas.get_renderer())
    page.write(legible(head.tenant) or " ", size=14, colour=_QUIET)
    page.write(_title(part.sites), size=24, most=2, gap=0.05)
    page.write(period_label(part.report.period), size=16, gap=0.05)
    page.write(zones_label(part.time_zones), size=12, colour=_QUIET, most=2)
    page.skip(0.22)
    page.write(chart_title(head.cut), size=15, weight="bold", gap=0.1)
    buckets = part.report.buckets
    page.legend(_legend(buckets))
    tiles, notes = _tiles(part.report.total), list(_notes(part.report.total, buckets))
    # The chart has whatever the rest leaves.
    below = _TICKS + page.height_of_tiles(tiles) + page.height_of_notes(notes) + _FOOT
    axes = page.chart(below)
    _draw_chart(axes, buckets, part.report.total)
    _label_places(axes, head, buckets)
    page.skip(_TICKS)
    page.tiles(tiles)
    page.notes(notes)
    made = at.astimezone(UTC)
    page.foot(
        f"Footfall, made on {period_label(Period(made.date(), made.date()))}, {made:%H:%M} UTC",
        f"{number} of {head.parts}" if head.parts > 1 else "",
    )
    return figure


def _title(sites: Sequence[NamedSite]) -> str:
    names = [legible_name(each.name, each.site_id.hex[-8:]) for each in sites]
    if len(names) <= _SITES_NAMED:
        return ", ".join(names) or "No site"
    more = len(names) - _SITES_NAMED + 1
    return f"{', '.join(names[: _SITES_NAMED - 1])} and {more} more sites"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the legend; one with a hatch or without a line is a patch."""

    label: str
    colour: str
    hatch: str = ""
    is_line: bool = False


def _legend(buckets: Sequence[CountedBucket]) -> Sequence[_Entry]:
    entries = [_Entry("New visits", _NEW), _Entry("Repeat visits", _REPEAT)]
    entries.append(_Entry("Unique visitors", _UNIQUE, is_line=True))
    states = {_state(each.counts) for each in buckets}
    if "low" in states:
        entries.append(_Entry("Cameras not read all the time", _GAP))
    if "unknown" in states:
        entries.append(_Entry("Not known whether cameras were read", _GAP, hatch="////"))
    return entries


def _state(counts: Counts) -> str:
    """How much of the time was seen, in a word."""
    if counts.coverage is None:
        return "unknown"
    return "low" if counts.coverage < GAP_BELOW else ""


def _draw_chart(axes: "Axes", buckets: Sequence[CountedBucket], total: Counts) -> None:
    import numpy as np  # noqa: PLC0415 - with matplotlib

    visits = np.array([each.counts.visits.visits for each in buckets], float)
    fresh = np.array([each.counts.visits.new_visits for each in buckets], float)
    unique = np.array([each.counts.visits.unique_visitors for each in buckets], float)
    places = np.arange(len(buckets))
    for first, last, state in _runs(buckets):
        hatched: dict[str, Any] = {"facecolor": "none", "edgecolor": _GAP, "hatch": "////", "linewidth": 0}
        shade = hatched if state == "unknown" else {"color": _GAP, "linewidth": 0}
        axes.axvspan(first - 0.5, last + 0.5, zorder=0, **shade)
    if len(buckets) <= _FEW_BARS:
        axes.bar(places, fresh, width=0.78, color=_NEW, zorder=2)
        axes.bar(places, visits - fresh, bottom=fresh, width=0.78, color=_REPEAT, zorder=2)
    else:
        edges = np.arange(len(buckets) + 1) - 0.5
        axes.stairs(visits, edges, fill=True, color=_REPEAT, zorder=2)
        axes.stairs(fresh, edges, fill=True, color=_NEW, zorder=2)
    dots = "o" if len(buckets) <= _FEW_DOTS else ""
    width = 2.2 if len(buckets) <= _FEW_BARS else 0.9
    # A white rim, since the line crosses bars of two colours.
    axes.set_xlim(-0.6, max(len(buckets), 1) - 0.4)
    axes.set_ylim(0, max(float(visits.max(initial=0)) * 1.08, _LEAST_TOP))
    if visits.any():
        axes.plot(places, unique, color="white", linewidth=width * 1.7, zorder=3)
        axes.plot(places, unique, color=_UNIQUE, linewidth=width, marker=dots, markersize=5, zorder=4)
    else:
        told = "The cameras were not read" if total.coverage == 0 else "No visits in this time"
        axes.text(
            0.5,
            0.5,
            told,
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=16,
            color=_QUIET,
            fontfamily=_FONT,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 8},
            zorder=5,
        )


def _runs(buckets: Sequence[CountedBucket]) -> Iterator[tuple[int, int, str]]:
    """Buckets side by side of which too little was seen, by their first and last place."""
    numbered = enumerate(_state(each.counts) for each in buckets)
    for state, run in groupby(numbered, key=lambda each: each[1]):
        places = [place for place, _ in run]
        if state:
            yield places[0], places[-1], state


def _label_places(axes: "Axes", head: ReportHead, buckets: Sequence[CountedBucket]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    labelled = ticks(buckets, head.cut)
    axes.set_xticks([each.place for each in labelled], [each.label for each in labelled])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(labelsize=12, colors=_INK, length=4, color=_LINE, labelfontfamily=_FONT)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=_LINE, linewidth=0.8, zorder=1)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_QUIET)


def _tiles(total: Counts) -> Sequence[tuple[str, str]]:
    visits, passed = total.visits, total.uncounted
    return [
        ("Visits", f"{visits.visits:,}"),
        ("Unique visitors", f"{visits.unique_visitors:,}"),
        ("New", f"{visits.new_visits:,}"),
        ("Repeat", f"{visits.visits - visits.new_visits:,}"),
        ("Staff passages", f"{passed.staff:,}"),
        ("Unidentifiable", f"{passed.unidentifiable:,}"),
        ("Cameras read", "not known" if total.coverage is None else f"{total.coverage * 100:.0f} %"),
    ]


def _notes(total: Counts, buckets: Sequence[CountedBucket]) -> Iterator[str]:
    yield (
        "Unique visitors do not add up: somebody who came on two days, or to two sites, is one visitor. "
        "None of these numbers is the number of people who came in."
    )
    yield (
        "Passages of staff are in no other number. Of faces that could not be told apart the visits are "
        "missing."
    )
    if any(_state(each.counts) == "low" for each in buckets):
        yield f"Shaded times have gaps: cameras were read for less than {GAP_BELOW * 100:.0f} % of them."
    elif total.coverage is None:
        yield "It is not known for how much of the time cameras were read."


class _Page:
    """A page that is filled from the top, in inches."""

    def __init__(self, figure: "Figure", renderer: "RendererAgg") -> None:
        self._figure = figure
        self._renderer = renderer
        self._y = _HEIGHT - _MARGIN

    def skip(self, inches: float) -> None:
        self._y -= inches

    def write(
        self,
        text: str,
        *,
        size: float,
        colour: str = _INK,
        weight: str = "normal",
        most: int = 1,
        gap: float = 0.03,
    ) -> None:
        """Some lines of text; what does not fit is cut off with an ellipsis."""
        for line in self._broken(text, size, weight, most):
            self._y -= size * _SPACING / _POINTS
            self._text(_MARGIN, self._y, line, size=size, colour=colour, weight=weight)
        self._y -= gap

    def legend(self, entries: Sequence[_Entry]) -> None:
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
                bbox_to_anchor=(_MARGIN / _WIDTH, self._y / _HEIGHT),
                bbox_transform=self._figure.transFigure,
                ncols=3,
                frameon=False,
                borderpad=0.2,
                borderaxespad=0,
                columnspacing=1.6,
                handletextpad=0.6,
                prop={"family": _FONT, "size": 12},
                labelcolor=_INK,
            )
            self._y -= 0.27

    def chart(self, below: float) -> "Axes":
        """A chart that leaves so much of the page below it."""
        height = self._y - 0.1 - below
        self._y = below
        left, right = _MARGIN + 0.55, _MARGIN
        return self._figure.add_axes(
            (left / _WIDTH, self._y / _HEIGHT, (_WIDTH - left - right) / _WIDTH, height / _HEIGHT)
        )

    def tiles(self, tiles: Sequence[tuple[str, str]]) -> None:
        """In rows, the value below its name."""
        width = (_WIDTH - 2 * _MARGIN) / _ACROSS
        for start in range(0, len(tiles), _ACROSS):
            self._y -= _TILE
            self._rule(self._y + 0.72)
            for column, (name, value) in enumerate(tiles[start : start + _ACROSS]):
                x = _MARGIN + column * width
                self._text(x, self._y + 0.46, name, size=12, colour=_QUIET)
                self._text(x, self._y + 0.08, value, size=self._fitting(value, width - 0.12, 22))

    def height_of_tiles(self, tiles: Sequence[tuple[str, str]]) -> float:
        return -(-len(tiles) // _ACROSS) * _TILE

    def notes(self, notes: Sequence[str]) -> None:
        self.skip(_TILE - 0.72)
        for note in notes:
            self.write(note, size=_NOTE_SIZE, colour=_QUIET, most=_LINES_OF_A_NOTE, gap=_NOTE_GAP)

    def height_of_notes(self, notes: Sequence[str]) -> float:
        broken = [self._broken(each, _NOTE_SIZE, "normal", _LINES_OF_A_NOTE) for each in notes]
        lines = sum(map(len, broken))
        return _TILE - 0.72 + lines * _NOTE_SIZE * _SPACING / _POINTS + len(notes) * _NOTE_GAP

    def foot(self, left: str, right: str) -> None:
        self._text(_MARGIN, 0.4, left, size=10.5, colour=_QUIET)
        self._text(_WIDTH - _MARGIN, 0.4, right, size=10.5, colour=_QUIET, align="right")

    def _rule(self, y: float) -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415

        ends = [_MARGIN / _WIDTH, 1 - _MARGIN / _WIDTH]
        self._figure.add_artist(Line2D(ends, [y / _HEIGHT] * 2, color=_LINE, linewidth=1))

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        colour: str = _INK,
        weight: str = "normal",
        align: str = "left",
    ) -> None:
        self._figure.text(
            x / _WIDTH,
            y / _HEIGHT,
            text,
            fontsize=size,
            color=colour,
            fontweight=weight,
            ha=align,
            va="baseline",
            fontfamily=_FONT,
            parse_math=False,
        )

    def _fitting(self, text: str, inches: float, size: float) -> float:
        """The size at which a text is no wider; at most `size`."""
        return min(size, size * inches / max(self._inches(text, size, "normal"), 0.01))

    def _inches(self, text: str, size: float, weight: str) -> float:
        width, _, _ = self._renderer.get_text_width_height_descent(
            text, self._font(size, weight), ismath=False
        )
        return float(width) / _DPI

    def _font(self, size: float, weight: str) -> "FontProperties":
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415

        return FontProperties(family=_FONT, size=size, weight=weight)

    def _broken(self, text: str, size: float, weight: str, most: int) -> Sequence[str]:
        """In lines that fit, between words where there are any."""
        room = _WIDTH - 2 * _MARGIN
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
