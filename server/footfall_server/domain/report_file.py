"""Reports as files. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.report import VisitorsReport
from footfall_server.domain.report_period import Cut

MOST_PAGES: Final = 200
"""Of a file. As many as there may be sites in a request."""


class ReportFormat(StrEnum):
    """What kind of file."""

    CSV = "csv"
    PNG = "png"
    PDF = "pdf"

    @property
    def content_type(self) -> str:
        """As HTTP has it."""
        return _CONTENT_TYPES[self]


@dataclass(frozen=True, slots=True)
class NamedSite:
    """A site by its name; `name` is empty for one that was removed."""

    site_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The numbers of some sites together, with the zones whose days they are."""

    sites: Sequence[NamedSite]
    report: VisitorsReport
    time_zones: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What all parts of a file have in common: whose they are, how they are cut, how many parts follow."""

    tenant: str
    cut: Cut
    parts: int


_CONTENT_TYPES: Final = {
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.PNG: "image/png",
    ReportFormat.PDF: "application/pdf",
}


def page_fault(count: int, file_format: ReportFormat) -> str | None:
    """What is wrong with a file of so many pages by site, in a sentence; None when nothing is."""
    if file_format is ReportFormat.PNG:
        return "must not be set for a PNG, which has one page: ask for a PDF, or for all sites together"
    if file_format is ReportFormat.PDF and count > MOST_PAGES:
        return f"makes {count} pages, and a PDF has at most {MOST_PAGES}: name fewer sites"
    return None
