"""Requests that name what belongs to another chain, in every place where a request names something."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fakes.face_examiner import picture_of
from fakes.shop import Replica
from fakes.wire_events import face_event
from footfall.v1 import (
    camera_command_pb2,
    camera_control_service_pb2,
    camera_service_pb2,
    customer_service_pb2,
    image_service_pb2,
    ingest_service_pb2,
    live_service_pb2,
    report_service_pb2,
    site_service_pb2,
    staff_service_pb2,
    visit_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from two_tenants import Side

Made = tuple[Callable[..., Any], Message]
Maker = Callable[[Replica, Side, str], Made]
"""Of the core, who asks, and an id of the other chain."""

_MASK = FieldMask(paths=["display_name"])


def _customer(side: Side) -> str:
    return next(iter(side.roots), str(new_id()))


def _visit(side: Side) -> str:
    return side.pools.get("visit", [str(new_id())])[-1]


def _event(side: Side, camera_id: str) -> ingest_service_pb2.RecordFaceRequest:
    """An event of a person whom nobody has."""
    event = face_event(UUID(camera_id), person=99, at=side.clock.now() - timedelta(minutes=1))
    return ingest_service_pb2.RecordFaceRequest(event=event)


_SITE, _CAMERA, _CUSTOMER = site_service_pb2, camera_service_pb2, customer_service_pb2
_VISIT, _CONTROL, _REPORT = visit_service_pb2, camera_control_service_pb2, report_service_pb2
_STAFF = staff_service_pb2
_FIRST, _LAST = "2026-03-01", "2026-03-31"


BY_KIND: Mapping[str, Mapping[str, Maker]] = {
    "site": {
        "get": lambda core, _, it: (core.sites.GetSite, _SITE.GetSiteRequest(site_id=it)),
        "rename": lambda core, side, it: (
            core.sites.UpdateSite,
            _SITE.UpdateSiteRequest(site=_SITE.Site(site_id=it, display_name=side.mark), update_mask=_MASK),
        ),
        "remove": lambda core, _, it: (core.sites.DeleteSite, _SITE.DeleteSiteRequest(site_id=it)),
        "hang a camera": lambda core, side, it: (
            core.cameras.CreateCamera,
            _CAMERA.CreateCameraRequest(
                camera=_CAMERA.Camera(site_id=it, display_name=side.mark, source_url="usb:0")
            ),
        ),
        "its cameras": lambda core, _, it: (
            core.cameras.ListCameras,
            _CAMERA.ListCamerasRequest(site_id=it),
        ),
        "its customers": lambda core, _, it: (
            core.customers.ListCustomers,
            _CUSTOMER.ListCustomersRequest(site_id=it),
        ),
        "who it is not": lambda core, _, it: (
            core.customers.ListDistinctCustomers,
            _CUSTOMER.ListDistinctCustomersRequest(customer_id=it),
        ),
        "its visits": lambda core, _, it: (
            core.visits.ListVisits,
            _VISIT.ListVisitsRequest(site_id=it),
        ),
        "its report": lambda core, _, it: (
            core.reports.GetVisitors,
            _REPORT.GetVisitorsRequest(site_ids=[it], start_date=_FIRST, end_date=_LAST),
        ),
        "its changes": lambda core, _, it: (
            core.reports.ListRestatements,
            _REPORT.ListRestatementsRequest(site_ids=[it]),
        ),
        "its days": lambda core, _, it: (
            core.reports.GetDistribution,
            _REPORT.GetDistributionRequest(
                site_ids=[it],
                start_date=_FIRST,
                end_date=_LAST,
                distribution=_REPORT.DISTRIBUTION_DAY_OF_WEEK,
            ),
        ),
        "its stays": lambda core, _, it: (
            core.reports.GetDwell,
            _REPORT.GetDwellRequest(site_ids=[it], start_date=_FIRST, end_date=_LAST),
        ),
        "who is in it": lambda core, _, it: (
            core.reports.GetOccupancy,
            _REPORT.GetOccupancyRequest(site_id=it, start_date=_FIRST, end_date=_FIRST),
        ),
        "its workers": lambda core, _, it: (
            core.camera_control.ListWorkers,
            _CONTROL.ListWorkersRequest(site_id=it),
        ),
    },
    "camera": {
        "get": lambda core, _, it: (core.cameras.GetCamera, _CAMERA.GetCameraRequest(camera_id=it)),
        "rename": lambda core, side, it: (
            core.cameras.UpdateCamera,
            _CAMERA.UpdateCameraRequest(
                camera=_CAMERA.Camera(camera_id=it, display_name=side.mark), update_mask=_MASK
            ),
        ),
        "remove": lambda core, _, it: (
            core.cameras.DeleteCamera,
            _CAMERA.DeleteCameraRequest(camera_id=it),
        ),
        "command it": lambda core, _, it: (
            core.camera_control.SendCommand,
            _CONTROL.SendCommandRequest(camera_id=it, kind=camera_command_pb2.COMMAND_KIND_STOP),
        ),
        "its picture": lambda core, _, it: (
            core.camera_control.GetSnapshot,
            _CONTROL.GetSnapshotRequest(camera_id=it),
        ),
        "see with it": lambda core, side, it: (core.ingest.RecordFace, _event(side, it)),
    },
    "customer": {
        "get": lambda core, _, it: (
            core.customers.GetCustomer,
            _CUSTOMER.GetCustomerRequest(customer_id=it),
        ),
        "rename": lambda core, side, it: (
            core.customers.UpdateCustomer,
            _CUSTOMER.UpdateCustomerRequest(
                customer=_CUSTOMER.Customer(customer_id=it, display_name=side.mark), update_mask=_MASK
            ),
        ),
        "forget": lambda core, _, it: (
            core.customers.DeleteCustomer,
            _CUSTOMER.DeleteCustomerRequest(customer_id=it),
        ),
        "its tracks": lambda core, _, it: (
            core.customers.ListSightings,
            _CUSTOMER.ListSightingsRequest(customer_id=it),
        ),
        "its merges": lambda core, _, it: (
            core.customers.ListMerges,
            _CUSTOMER.ListMergesRequest(customer_id=it),
        ),
        "merge into it": lambda core, side, it: (
            core.customers.MergeCustomers,
            _CUSTOMER.MergeCustomersRequest(
                customer_id=it, source_customer_ids=[_customer(side)], force=True, reason=side.mark
            ),
        ),
        "merge it": lambda core, side, it: (
            core.customers.MergeCustomers,
            _CUSTOMER.MergeCustomersRequest(
                customer_id=_customer(side), source_customer_ids=[it], force=True, reason=side.mark
            ),
        ),
        "see what a merge would do": lambda core, side, it: (
            core.customers.MergeCustomers,
            _CUSTOMER.MergeCustomersRequest(
                customer_id=_customer(side), source_customer_ids=[it], validate_only=True
            ),
        ),
        "mark distinct": lambda core, side, it: (
            core.customers.MarkDistinct,
            _CUSTOMER.MarkDistinctRequest(customer_id=_customer(side), other_customer_id=it),
        ),
        "split": lambda core, side, it: (
            core.customers.SplitCustomer,
            _CUSTOMER.SplitCustomerRequest(customer_id=it, visit_ids=[_visit(side)]),
        ),
        "take for staff": lambda core, _, it: (core.staff.GetStaff, _STAFF.GetStaffRequest(staff_id=it)),
        "enrol": lambda core, _, it: (
            core.staff.AddFace,
            _STAFF.AddFaceRequest(staff_id=it, image=picture_of(99)),
        ),
        "its enrolled faces": lambda core, _, it: (
            core.staff.ListFaces,
            _STAFF.ListFacesRequest(staff_id=it),
        ),
        "compare with it": lambda core, _, it: (
            core.staff.TestRecognition,
            _STAFF.TestRecognitionRequest(staff_id=it, image=picture_of(99)),
        ),
        "convert into it": lambda core, side, it: (
            core.staff.ConvertCustomers,
            _STAFF.ConvertCustomersRequest(staff_id=it, customer_ids=[_customer(side)]),
        ),
        "its visits": lambda core, _, it: (
            core.visits.ListVisits,
            _VISIT.ListVisitsRequest(customer_id=it),
        ),
    },
    "merge": {
        "undo": lambda core, _, it: (
            core.customers.UnmergeCustomers,
            _CUSTOMER.UnmergeCustomersRequest(merge_id=it),
        ),
    },
    "visit": {
        "get": lambda core, _, it: (core.visits.GetVisit, _VISIT.GetVisitRequest(visit_id=it)),
        "explain": lambda core, _, it: (
            core.visits.ExplainVisit,
            _VISIT.ExplainVisitRequest(visit_id=it),
        ),
        "split": lambda core, side, it: (
            core.customers.SplitCustomer,
            _CUSTOMER.SplitCustomerRequest(customer_id=_customer(side), visit_ids=[it]),
        ),
    },
    "track": {
        "split": lambda core, side, it: (
            core.customers.SplitCustomer,
            _CUSTOMER.SplitCustomerRequest(customer_id=_customer(side), track_ids=[it]),
        ),
    },
    "event": {
        "explain": lambda core, _, it: (
            core.visits.ExplainEvent,
            _VISIT.ExplainEventRequest(event_id=it),
        ),
    },
    "image": {
        "get": lambda core, _, it: (
            core.images.GetImage,
            image_service_pb2.GetImageRequest(image_id=it),
        ),
    },
}
"""What is answered as if nobody had it, by the kind of what is named."""

NOT_OF_IT = frozenset({("track", "split")})
"""What has to be a part of something of one's own: INVALID_ARGUMENT for whatever is not."""

LISTS = frozenset({("customer", "its visits")})
"""What filters by an id that nobody looks up: answered with nothing."""

ROLE_OF: Mapping[tuple[str, str], Role] = {("camera", "see with it"): Role.WORKER}
"""Who may ask, when that is not an administrator."""


def watch(core: Replica, site_id: str) -> Made:
    """Watches a site."""
    topics = [live_service_pb2.TOPIC_VISITS]
    return core.live.Watch, live_service_pb2.WatchRequest(topics=topics, site_id=site_id, after_revision=0)
