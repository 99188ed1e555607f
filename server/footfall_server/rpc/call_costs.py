"""What calls cost, as data. A method that is not here costs one call.

Beside the plain ones there are calls that keep the core busy for longer, and those that bring events.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from footfall.v1 import (
    api_key_service_pb2,
    audit_service_pb2,
    camera_control_service_pb2,
    camera_service_pb2,
    certificate_service_pb2,
    customer_service_pb2,
    erasure_service_pb2,
    ingest_service_pb2,
    job_service_pb2,
    opt_out_service_pb2,
    recognition_service_pb2,
    report_service_pb2,
    site_service_pb2,
    staff_service_pb2,
    tenant_service_pb2,
    user_service_pb2,
    visit_service_pb2,
    webhook_service_pb2,
)
from google.protobuf import empty_pb2
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from footfall_server.domain.limits import HIGHEST_COST
from footfall_server.services.shares import Currency


class Line(Enum):
    """Where a tenant's unary calls wait for their turn. Who waits in one keeps nobody waiting in another."""

    CALLS = "calls"
    """Short work on the database and in this process."""
    EVENTS = "events"
    """Events, so that cameras keep no person waiting."""
    IMAGES = "images"
    """Bytes of the object store, which may be slow or away."""
    PICTURES = "pictures"
    """Face pictures that are examined, one after the other: tenths of seconds each, and many at once."""
    LONG = "long"
    """Seconds of work."""


PAGE_PER_CALL = 50
"""Rows of a page that are worth one call: reading and writing out a large page is most of its cost."""
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """`weight`, times the values of a repeated field, or with the size of the page added."""

    weight: float = 1
    currency: Currency = Currency.CALLS
    line: Line | None = Line.CALLS
    """None for what has turns of its own further in."""
    per_value_of: int | None = None
    """The number of a repeated field of messages."""
    page_size_in: int | None = None
    """The number of the field that says how many rows a page has."""
    chosen_by: int | None = None
    """The number of a field whose value makes the call dearer than `weight`."""
    weights: Mapping[int, float] = field(default_factory=dict)
    """By the values of that field."""

    def of(self, request: object) -> float:
        """What this request costs, at most the cost of the dearest. Requests that are not bytes cost once."""
        if not isinstance(request, bytes):
            return self.weight
        if self.per_value_of is not None:
            return min(self.weight * max(1, _count(request, self.per_value_of)), HIGHEST_COST)
        if self.chosen_by is not None:
            return self.weights.get(_number(request, self.chosen_by), self.weight)
        if self.page_size_in is not None:
            rows = _number(request, self.page_size_in) or PAGE_PER_CALL
            return self.weight + min(rows, LARGEST_PAGE) / PAGE_PER_CALL
        return self.weight


def _paged() -> Mapping[str, Cost]:
    """Every method that answers with pages."""
    files = (
        api_key_service_pb2,
        audit_service_pb2,
        camera_control_service_pb2,
        camera_service_pb2,
        certificate_service_pb2,
        customer_service_pb2,
        erasure_service_pb2,
        job_service_pb2,
        opt_out_service_pb2,
        recognition_service_pb2,
        report_service_pb2,
        site_service_pb2,
        staff_service_pb2,
        tenant_service_pb2,
        user_service_pb2,
        visit_service_pb2,
        webhook_service_pb2,
    )
    return {
        f"/{service.full_name}/{method.name}": Cost(
            page_size_in=method.input_type.fields_by_name["page_size"].number
        )
        for file in files
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
        if "page_size" in method.input_type.fields_by_name
    }


_EVENTS_OF_A_BATCH = ingest_service_pb2.BatchRecordFacesRequest.DESCRIPTOR.fields_by_name["events"].number
_FORMAT_OF_AN_EXPORT = report_service_pb2.ExportVisitorsRequest.DESCRIPTOR.fields_by_name["format"].number

COSTS: Mapping[str, Cost] = {
    **_paged(),
    # Probes of the gateway and of orchestrators. To refuse one would take the replica out of service.
    "/grpc.health.v1.Health/Check": Cost(weight=0),
    "/footfall.v1.AuthService/GetJwks": Cost(weight=0),
    # Batched with whatever else the tenant sends; of more at a time more go together.
    "/footfall.v1.IngestService/RecordFace": Cost(currency=Currency.EVENTS, line=None),
    "/footfall.v1.IngestService/BatchRecordFaces": Cost(
        currency=Currency.EVENTS, line=Line.EVENTS, per_value_of=_EVENTS_OF_A_BATCH
    ),
    "/footfall.v1.ImageService/GetImage": Cost(line=Line.IMAGES),
    # They wait for a worker in a shop, and keep nobody waiting meanwhile.
    "/footfall.v1.CameraControlService/SendCommand": Cost(weight=5, line=None),
    "/footfall.v1.CameraControlService/GetSnapshot": Cost(weight=5, line=None),
    # Transactions that keep others of the tenant waiting.
    "/footfall.v1.CustomerService/DeleteCustomer": Cost(weight=5),
    "/footfall.v1.ErasureService/CreateErasure": Cost(weight=5),
    "/footfall.v1.CustomerService/MergeCustomers": Cost(weight=5),
    "/footfall.v1.CustomerService/UnmergeCustomers": Cost(weight=5),
    "/footfall.v1.CustomerService/SplitCustomer": Cost(weight=5),
    "/footfall.v1.CustomerService/AcceptMergeSuggestion": Cost(weight=5),
    # Up to seconds of the database's time, over all visits of a long period.
    "/footfall.v1.ReportService/GetVisitors": Cost(weight=5, line=Line.LONG),
    "/footfall.v1.ReportService/GetDistribution": Cost(weight=5, line=Line.LONG),
    "/footfall.v1.ReportService/GetDwell": Cost(weight=5, line=Line.LONG),
    "/footfall.v1.ReportService/GetOccupancy": Cost(weight=5, line=Line.LONG),
    # A page is drawn in tenths of a second of processor time, and a PDF may have many.
    "/footfall.v1.ReportService/ExportVisitors": Cost(
        weight=20,
        line=None,
        chosen_by=_FORMAT_OF_AN_EXPORT,
        weights={report_service_pb2.REPORT_FORMAT_PNG: 25, report_service_pb2.REPORT_FORMAT_PDF: 50},
    ),
    "/footfall.v1.AuditService/ExportAuditEntries": Cost(weight=20, line=None),
    "/footfall.v1.StaffService/DeleteStaff": Cost(weight=5),
    "/footfall.v1.StaffService/ConvertCustomers": Cost(weight=5),
    "/footfall.v1.StaffService/GetFaceImage": Cost(line=Line.IMAGES),
    # A face is found, measured and embedded.
    "/footfall.v1.StaffService/AddFace": Cost(weight=5, line=Line.PICTURES),
    "/footfall.v1.StaffService/TestRecognition": Cost(weight=5, line=Line.PICTURES),
    "/footfall.v1.ErasureService/FindErasureSubjects": Cost(weight=5, line=Line.PICTURES),
    "/footfall.v1.OptOutService/CreateOptOut": Cost(weight=5, line=Line.PICTURES),
    "/footfall.v1.StaffService/ListPastCustomers": Cost(weight=5, line=Line.LONG),
    "/footfall.v1.StaffImportService/BeginStaffImport": Cost(line=Line.IMAGES),
    "/footfall.v1.StaffImportService/UploadStaffImportPart": Cost(line=Line.IMAGES),
    "/footfall.v1.StaffImportService/GetStaffImport": Cost(line=Line.IMAGES),
    "/footfall.v1.StaffImportService/ListStaffImports": Cost(weight=5, line=Line.IMAGES),
    "/footfall.v1.StaffImportService/DeleteStaffImport": Cost(line=Line.IMAGES),
    "/footfall.v1.StaffImportService/RunStaffImport": Cost(weight=20),
    # Seconds of processor time, over the whole gallery.
    "/footfall.v1.JobService/RunJob": Cost(weight=50),
    "/footfall.v1.WebhookService/ReplayWebhookDeliveries": Cost(weight=20),
    "/footfall.v1.CustomerService/RefreshMergeSuggestions": Cost(weight=50, line=Line.LONG),
    "/footfall.v1.RecognitionService/Calibrate": Cost(weight=50, line=Line.LONG),
    "/footfall.v1.RecognitionService/StartModelChange": Cost(weight=20, line=Line.LONG),
    "/footfall.v1.RecognitionService/FinishModelChange": Cost(weight=20, line=Line.LONG),
}
ORDINARY = Cost()


def _count(request: bytes, field_number: int) -> int:
    """How many values a repeated field has; nothing of them is read."""
    return sum(1 for number, _ in _fields(request) if number == field_number)


def _number(request: bytes, field_number: int) -> int:
    """The last value of a field of whole numbers; 0 without one, and for what no page can have."""
    found = [data for number, data in _fields(request) if number == field_number and isinstance(data, int)]
    return found[-1] if found and 0 < found[-1] < 1 << 31 else 0


def _fields(request: bytes) -> Iterator[tuple[int, object]]:
    """The fields on the outermost level; none of what is no message.

    Every field is unknown to the empty message, and unknown fields are kept as they came.
    """
    try:
        fields = UnknownFieldSet(empty_pb2.Empty.FromString(request))
    except DecodeError:
        return
    for index in range(len(fields)):
        yield fields[index].field_number, fields[index].data
