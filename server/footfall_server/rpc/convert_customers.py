"""Customers, merges and suggestions, between the wire and the domain."""

from collections.abc import Sequence
from uuid import UUID

from footfall.v1 import customer_service_pb2

from footfall_server.domain.customer import CustomerFilter, CustomerView
from footfall_server.domain.merge import ConflictKind, Merge, MergeConflict
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.suggestion import SuggestionKind
from footfall_server.rpc.convert_camera_settings import to_crossing
from footfall_server.rpc.convert_values import from_optional_id, plain_text, to_optional_id, to_timestamp
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.customers import CustomerValues
from footfall_server.services.distinctness import DistinctView
from footfall_server.services.merging import MergeOrder, MergePreview
from footfall_server.services.splitting import SplitOrder
from footfall_server.services.suggestions import SuggestionView

_FIELDS = ("display_name", "kind")
_KINDS = {
    CustomerKind.VISITOR: customer_service_pb2.CUSTOMER_KIND_VISITOR,
    CustomerKind.STAFF: customer_service_pb2.CUSTOMER_KIND_STAFF,
}
_FROM_KINDS = {number: kind for kind, number in _KINDS.items()}
_CONFLICTS = {
    ConflictKind.SEEN_TOGETHER: customer_service_pb2.MERGE_CONFLICT_KIND_SEEN_TOGETHER,
    ConflictKind.MARKED_DISTINCT: customer_service_pb2.MERGE_CONFLICT_KIND_MARKED_DISTINCT,
}
_SUGGESTIONS = {
    SuggestionKind.MERGE: customer_service_pb2.MERGE_SUGGESTION_KIND_MERGE,
    SuggestionKind.RESOLVE: customer_service_pb2.MERGE_SUGGESTION_KIND_RESOLVE,
    SuggestionKind.CONFIRM: customer_service_pb2.MERGE_SUGGESTION_KIND_CONFIRM,
}


def to_customer(view: CustomerView) -> customer_service_pb2.Customer:
    customer = view.customer
    return customer_service_pb2.Customer(
        customer_id=str(customer.customer_id),
        number=customer.number or 0,
        display_name=customer.display_name,
        kind=_KINDS[customer.kind],
        create_time=to_timestamp(customer.created_at),
        update_time=to_timestamp(customer.updated_at),
        first_seen_time=None if view.first_seen_at is None else to_timestamp(view.first_seen_at),
        last_seen_time=None if view.last_seen_at is None else to_timestamp(view.last_seen_at),
        visit_count=view.visit_count,
        face_count=view.face_count,
        image_id=to_optional_id(view.image_id),
        merged_customer_ids=map(str, view.merged_ids),
    )


def from_new_customer(customer: customer_service_pb2.Customer) -> CustomerValues:
    """What a new customer is to be."""
    return _values(customer, frozenset(_FIELDS))


def from_customer_update(
    request: customer_service_pb2.UpdateCustomerRequest,
) -> tuple[UUID, CustomerValues]:
    """Which customer, and what is to change. A kind that the mask names and that is unset is a visitor's."""
    customer = request.customer
    fields = changed_fields(customer, request.update_mask, changeable=_FIELDS)
    return UUID(required(customer.customer_id, "customer.customer_id")), _values(customer, fields)


def from_customer_filter(request: customer_service_pb2.ListCustomersRequest) -> CustomerFilter:
    return CustomerFilter(
        seen_at=from_optional_id(request.site_id),
        name=plain_text(request.name, "name"),
        kind=_FROM_KINDS.get(request.kind),
        number=request.number or None,
    )


def to_sighting(sighting: Sighting) -> customer_service_pb2.Sighting:
    return customer_service_pb2.Sighting(
        track_id=str(sighting.track_id),
        site_id=str(sighting.site_id),
        camera_id=str(sighting.camera_id),
        customer_id=to_optional_id(sighting.owner_id),
        visit_id=to_optional_id(sighting.visit_id),
        first_seen_time=to_timestamp(sighting.first_seen_at),
        last_seen_time=to_timestamp(sighting.last_seen_at),
        quality_score=sighting.quality_score,
        score=sighting.score,
        image_id=to_optional_id(sighting.image_id),
        crossing=to_crossing(sighting.crossing),
    )


def from_merge(request: customer_service_pb2.MergeCustomersRequest) -> MergeOrder:
    return MergeOrder(
        target_id=UUID(request.customer_id),
        source_ids=[UUID(each) for each in request.source_customer_ids],
        reason=plain_text(request.reason, "reason"),
        force=request.force,
        request_id=from_optional_id(request.request_id),
    )


def to_merge(merge: Merge, conflicts: Sequence[MergeConflict] = ()) -> customer_service_pb2.Merge:
    return customer_service_pb2.Merge(
        merge_id=str(merge.merge_id),
        customer_id=str(merge.target_id),
        source_customer_ids=map(str, merge.source_ids),
        reason=merge.reason,
        forced=merge.forced,
        create_time=to_timestamp(merge.created_at),
        create_user_id=str(merge.created_by),
        undo_time=None if merge.undone_at is None else to_timestamp(merge.undone_at),
        undo_user_id=to_optional_id(merge.undone_by),
        display_name=merge.name_after,
        visits_before=merge.visits_before,
        visits_after=merge.visits_after,
        conflicts=map(_to_conflict, conflicts),
    )


def to_preview(preview: MergePreview) -> customer_service_pb2.Merge:
    return customer_service_pb2.Merge(
        customer_id=str(preview.target_id),
        source_customer_ids=map(str, preview.source_ids),
        display_name=preview.name,
        visits_before=preview.visits_before,
        visits_after=preview.visits_after,
        conflicts=map(_to_conflict, preview.conflicts),
    )


def from_split(request: customer_service_pb2.SplitCustomerRequest) -> SplitOrder:
    return SplitOrder(
        customer_id=UUID(request.customer_id),
        visit_ids=[UUID(each) for each in request.visit_ids],
        track_ids=[UUID(each) for each in request.track_ids],
        reason=plain_text(request.reason, "reason"),
        request_id=from_optional_id(request.request_id),
    )


def to_distinct_customer(view: DistinctView) -> customer_service_pb2.DistinctCustomer:
    return customer_service_pb2.DistinctCustomer(
        customer=to_customer(view.customer),
        reason=view.mark.reason,
        mark_time=to_timestamp(view.mark.created_at),
        mark_user_id=str(view.mark.created_by),
    )


def to_suggestion(view: SuggestionView) -> customer_service_pb2.MergeSuggestion:
    suggestion = view.suggestion
    return customer_service_pb2.MergeSuggestion(
        suggestion_id=str(suggestion.suggestion_id),
        kind=_SUGGESTIONS[suggestion.kind],
        customer_id=to_optional_id(suggestion.customer_id),
        other_ids=map(str, suggestion.other_ids),
        score=suggestion.score,
        threshold=suggestion.threshold,
        evidence=suggestion.evidence,
        image_ids=map(str, view.image_ids),
        create_time=to_timestamp(suggestion.created_at),
    )


def _to_conflict(conflict: MergeConflict) -> customer_service_pb2.MergeConflict:
    return customer_service_pb2.MergeConflict(
        customer_id=str(conflict.customer_id),
        other_customer_id=str(conflict.other_id),
        kind=_CONFLICTS[conflict.kind],
        camera_id=to_optional_id(conflict.camera_id),
        seen_time=None if conflict.seen_at is None else to_timestamp(conflict.seen_at),
    )


def _values(customer: customer_service_pb2.Customer, fields: frozenset[str]) -> CustomerValues:
    """A name is plain text without space around it; an empty one takes a name away."""
    said = plain_text(customer.display_name, "customer.display_name").strip()
    return CustomerValues(
        display_name=said if "display_name" in fields else None,
        kind=_FROM_KINDS.get(customer.kind, CustomerKind.VISITOR) if "kind" in fields else None,
    )
