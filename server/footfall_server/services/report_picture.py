"""Reports as pages to be sent on: the visits as a chart, the total below, upright as A4 and phones are."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Protocol

from footfall_server.domain.report import CountedBucket, Counts
from footfall_server.domain.report_file import NamedSite, ReportFormat, ReportHead, ReportPart
from footfall_server.domain.report_period import Period
from footfall_server.services.legible_text import legible, legible_name
from footfall_server.services.report_labels import chart_title, period_label, ticks, zones_label
from footfall_server.services.report_page import (
    DPI,
    FONT,
    FOOT,
    HEIGHT,
    INK,
    LINE,
    QUIET,
    TICKS,
    WIDTH,
    Entry,
    Page,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Told apart by people who see red and green alike, and in grey, too (Okabe and Ito).
_NEW: Final = "#0072B2"
_REPEAT: Final = "#7CC4EE"
_UNIQUE: Final = "#D55E00"
_GAP: Final = "#E4DFD3"
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
        page = _drawn(self._head, part, self._number, self._at)
        self._pages.savefig(page)  # type: ignore[no-untyped-call]

    def close(self) -> bytes:
        """See ReportBook.close."""
        self._pages.close()  # type: ignore[no-untyped-call]
        return self._written.getvalue()


def _drawn(head: ReportHead, part: ReportPart, number: int, at: datetime) -> "Figure":
    # Takes half a second to import, and most processes never draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI)
    canvas = FigureCanvasAgg(figure)
    page = Page(figure, canvas.get_renderer())  # type: ignore[no-untyped-call]
    page.write(legible(head.tenant) or " ", size=14, colour=QUIET)
    page.write(_title(part.sites), size=24, most=2, gap=0.05)
    page.write(period_label(part.report.period), size=16, gap=0.05)
    page.write(zones_label(part.time_zones), size=12, colour=QUIET, most=2)
    page.skip(0.22)
    page.write(chart_title(head.cut), size=15, weight="bold", gap=0.1)
    buckets = part.report.buckets
    page.legend(_legend(buckets))
    tiles, notes = _tiles(part.report.total), list(_notes(part.report.total, buckets))
    # The chart has whatever the rest leaves.
    below = TICKS + page.height_of_tiles(tiles) + page.height_of_notes(notes) + FOOT
    axes = page.chart(below)
    _draw_chart(axes, buckets, part.report.total)
    _label_places(axes, head, buckets)
    page.skip(TICKS)
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


def _legend(buckets: Sequence[CountedBucket]) -> Sequence[Entry]:
    entries = [Entry("New visits", _NEW), Entry("Repeat visits", _REPEAT)]
    entries.append(Entry("Unique visitors", _UNIQUE, is_line=True))
    states = {_state(each.counts) for each in buckets}
    if "low" in states:
        entries.append(Entry("Cameras not read all the time", _GAP))
    if "unknown" in states:
        entries.append(Entry("Not known whether cameras were read", _GAP, hatch="////"))
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
        plain: dict[str, Any] = {"color": _GAP, "linewidth": 0}
        shade = hatched if state == "unknown" else plain
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
            color=QUIET,
            fontfamily=FONT,
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
    axes.tick_params(labelsize=12, colors=INK, length=4, color=LINE, labelfontfamily=FONT)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=LINE, linewidth=0.8, zorder=1)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)


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
