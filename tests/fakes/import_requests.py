"""An import of staff that can be run, and one good request for every RPC about imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fakes.face_examiner import picture_of
from fakes.import_files import zip_of
from fakes.shop import Metadata, Replica
from footfall.v1 import staff_import_service_pb2 as pb
from google.protobuf.message import Message

PERSON = 311
FILE = zip_of({"Herr Sommer/1.jpg": picture_of(PERSON)})


@dataclass(frozen=True, slots=True)
class SeededImport:
    """An import for the staff of one site, all of whose parts have come."""

    import_id: str


async def seed_import(core: Replica, metadata: Metadata, site_id: str) -> SeededImport:
    request = pb.BeginStaffImportRequest(size_bytes=len(FILE), site_ids=[site_id])
    begun = await core.staff_imports.BeginStaffImport(request, metadata=metadata)
    part = pb.UploadStaffImportPartRequest(import_id=begun.import_id, data=FILE)
    await core.staff_imports.UploadStaffImportPart(part, metadata=metadata)
    return SeededImport(begun.import_id)


def import_requests(site_id: str, seeded: SeededImport) -> Mapping[str, Sequence[Message]]:
    """By the method's name on the wire."""
    good: Mapping[str, Message] = {
        "BeginStaffImport": pb.BeginStaffImportRequest(size_bytes=1000, site_ids=[site_id]),
        "UploadStaffImportPart": pb.UploadStaffImportPartRequest(import_id=seeded.import_id, data=FILE),
        "RunStaffImport": pb.RunStaffImportRequest(import_id=seeded.import_id),
        "GetStaffImport": pb.GetStaffImportRequest(import_id=seeded.import_id),
        "ListStaffImports": pb.ListStaffImportsRequest(),
        "DeleteStaffImport": pb.DeleteStaffImportRequest(import_id=seeded.import_id),
    }
    return {f"/footfall.v1.StaffImportService/{method}": [request] for method, request in good.items()}
