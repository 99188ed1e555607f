"""Reports as files, on the wire."""

from collections.abc import Sequence

from footfall.v1 import report_service_pb2

from footfall_server.domain.report_file import ReportFormat
from footfall_server.domain.report_period import Period

_FORMATS = {
    report_service_pb2.REPORT_FORMAT_PNG: ReportFormat.PNG,
    report_service_pb2.REPORT_FORMAT_PDF: ReportFormat.PDF,
}


def from_format(file_format: report_service_pb2.ReportFormat) -> ReportFormat:
    """CSV unless something else is asked for."""
    return _FORMATS.get(file_format, ReportFormat.CSV)


def file_name(period: Period, file_format: ReportFormat) -> str:
    """What the file is called, in letters that every system takes."""
    return f"footfall-{period.start.isoformat()}-{period.end.isoformat()}.{file_format.value}"


def attachment(name: str) -> Sequence[tuple[str, str]]:
    """Metadata by which a browser that opens the address saves the file under its name."""
    return (("content-disposition", f'attachment; filename="{name}"'),)
