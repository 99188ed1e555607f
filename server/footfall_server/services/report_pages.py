"""How many pages a report may have."""

from footfall_server.domain.report_file import MOST_PAGES, ReportFormat
from footfall_server.errors import FieldViolation, invalid_fields


def refuse_pages(count: int, *, by_site: bool, file_format: ReportFormat) -> None:
    """Raises INVALID_FIELD for a picture that would have pages, and for more pages than a file may have."""
    if not by_site or file_format is ReportFormat.CSV:
        return
    if file_format is ReportFormat.PNG:
        fault = "must not be set for a PNG, which has one page: ask for a PDF, or for all sites together"
    elif count > MOST_PAGES:
        fault = f"makes {count} pages, and a PDF has at most {MOST_PAGES}: name fewer sites"
    else:
        return
    raise invalid_fields([FieldViolation("by_site", fault, "report_format.pages")])
