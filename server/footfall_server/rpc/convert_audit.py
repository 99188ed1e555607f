"""Audit entries, between the wire and the domain."""

from footfall.v1 import audit_service_pb2

from footfall_server.domain.audit import AuditFilter, ChainedEntry
from footfall_server.domain.identity import Role
from footfall_server.rpc.convert_values import (
    from_optional_id,
    from_timestamp,
    to_optional_id,
    to_timestamp,
)

_ROLES = {role.value: f"ROLE_{role.name}" for role in Role}


def from_audit_filter(
    request: audit_service_pb2.ListAuditEntriesRequest | audit_service_pb2.ExportAuditEntriesRequest,
) -> AuditFilter:
    """Raises INVALID_FIELD for times that are none."""
    return AuditFilter(
        actor_id=from_optional_id(request.actor_id),
        action=request.action,
        resource_id=from_optional_id(request.resource_id),
        start=from_timestamp(request.start_time, "start_time") if request.HasField("start_time") else None,
        end=from_timestamp(request.end_time, "end_time") if request.HasField("end_time") else None,
    )


def to_audit_entry(found: ChainedEntry) -> audit_service_pb2.AuditEntry:
    entry = found.entry
    return audit_service_pb2.AuditEntry(
        audit_id=str(entry.audit_id),
        sequence=found.sequence,
        time=to_timestamp(entry.at),
        actor_id=to_optional_id(entry.actor_id),
        actor_role=_ROLES.get(entry.actor_role),
        action=entry.action,
        resource=entry.resource,
        resource_id=to_optional_id(entry.resource_id),
        detail=entry.detail,
        hash=found.hash.hex(),
    )
