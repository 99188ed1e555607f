"""Imports of staff, between the wire and the domain."""

from footfall.v1 import staff_import_service_pb2

from footfall_server.domain.staff_import import (
    PART_BYTES,
    ImportItem,
    ImportStep,
    ImportSummary,
    StaffImport,
    summary_of,
)
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.staff_imports import ImportState


def to_staff_import(state: ImportState) -> staff_import_service_pb2.StaffImport:
    told = to_listed_import(state)
    told.items.extend(map(_item, state.record.items))
    return told


def to_listed_import(state: ImportState) -> staff_import_service_pb2.StaffImport:
    """Without its items: there may be thousands."""
    record = state.record
    return staff_import_service_pb2.StaffImport(
        import_id=str(record.import_id),
        state=_state(record, is_complete=not state.missing),
        size_bytes=record.size_bytes,
        part_size_bytes=PART_BYTES,
        missing_offsets=[part * PART_BYTES for part in state.missing],
        summary=_summary(summary_of(record.items)),
        create_time=to_timestamp(record.created_at),
        expire_time=to_timestamp(record.expires_at),
        total=record.total,
    )


def to_step(step: ImportStep) -> staff_import_service_pb2.RunStaffImportResponse:
    return staff_import_service_pb2.RunStaffImportResponse(
        total=step.total,
        done=step.done,
        item=None if step.item is None else _item(step.item),
        summary=None if step.summary is None else _summary(step.summary),
    )


def _state(record: StaffImport, *, is_complete: bool) -> staff_import_service_pb2.StaffImportState:
    if record.is_finished:
        return staff_import_service_pb2.STAFF_IMPORT_STATE_FINISHED
    if is_complete:
        return staff_import_service_pb2.STAFF_IMPORT_STATE_READY
    return staff_import_service_pb2.STAFF_IMPORT_STATE_UPLOADING


def _item(item: ImportItem) -> staff_import_service_pb2.StaffImportItem:
    verdict = "UNSPECIFIED" if item.verdict is None else item.verdict.name
    fault = "UNSPECIFIED" if item.fault is None else item.fault.name
    return staff_import_service_pb2.StaffImportItem(
        file_name=item.file,
        row=item.row,
        staff_id=to_optional_id(item.staff_id),
        person_created=item.person_created,
        verdict=f"FACE_VERDICT_{verdict}",
        fault=f"STAFF_IMPORT_FAULT_{fault}",
        measured=item.measured,
        needed=item.needed,
        column=item.column,
    )


def _summary(summary: ImportSummary) -> staff_import_service_pb2.StaffImportSummary:
    return staff_import_service_pb2.StaffImportSummary(
        enrolled=summary.enrolled,
        refused=summary.refused,
        failed=summary.failed,
        people_created=summary.people_created,
    )
