"""The protobuf descriptors that Envoy needs in order to turn JSON into gRPC and back."""

from collections.abc import Iterable

from footfall.v1 import (
    api_key_service_pb2,
    audit_service_pb2,
    auth_service_pb2,
    camera_control_service_pb2,
    camera_service_pb2,
    certificate_service_pb2,
    customer_service_pb2,
    erasure_service_pb2,
    image_service_pb2,
    ingest_service_pb2,
    job_service_pb2,
    live_service_pb2,
    opt_out_service_pb2,
    recognition_service_pb2,
    report_service_pb2,
    retention_service_pb2,
    site_service_pb2,
    staff_import_service_pb2,
    staff_service_pb2,
    tenant_service_pb2,
    user_service_pb2,
    visit_service_pb2,
    webhook_service_pb2,
)
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from google.rpc import error_details_pb2, status_pb2

SERVICE_FILES: tuple[FileDescriptor, ...] = (
    api_key_service_pb2.DESCRIPTOR,
    audit_service_pb2.DESCRIPTOR,
    auth_service_pb2.DESCRIPTOR,
    camera_control_service_pb2.DESCRIPTOR,
    camera_service_pb2.DESCRIPTOR,
    certificate_service_pb2.DESCRIPTOR,
    customer_service_pb2.DESCRIPTOR,
    erasure_service_pb2.DESCRIPTOR,
    image_service_pb2.DESCRIPTOR,
    ingest_service_pb2.DESCRIPTOR,
    job_service_pb2.DESCRIPTOR,
    live_service_pb2.DESCRIPTOR,
    opt_out_service_pb2.DESCRIPTOR,
    recognition_service_pb2.DESCRIPTOR,
    report_service_pb2.DESCRIPTOR,
    retention_service_pb2.DESCRIPTOR,
    site_service_pb2.DESCRIPTOR,
    staff_import_service_pb2.DESCRIPTOR,
    staff_service_pb2.DESCRIPTOR,
    tenant_service_pb2.DESCRIPTOR,
    user_service_pb2.DESCRIPTOR,
    visit_service_pb2.DESCRIPTOR,
    webhook_service_pb2.DESCRIPTOR,
)
# An error's details are Any messages: Envoy answers with an empty body when it cannot look their types up.
ERROR_FILES: tuple[FileDescriptor, ...] = (error_details_pb2.DESCRIPTOR, status_pb2.DESCRIPTOR)


def service_names() -> tuple[str, ...]:
    """Full names of the services that have a JSON form, sorted."""
    return tuple(sorted(_services()))


def method_names(service_name: str) -> tuple[str, ...]:
    """Names of a service's methods, sorted."""
    return tuple(sorted(_services()[service_name].methods_by_name))


def descriptor_set() -> bytes:
    """A serialised google.protobuf.FileDescriptorSet with every service and all that it imports."""
    found = descriptor_pb2.FileDescriptorSet()
    for file in _with_imports([*SERVICE_FILES, *ERROR_FILES]):
        file.CopyToProto(found.file.add())
    return found.SerializeToString(deterministic=True)


def _services() -> dict[str, ServiceDescriptor]:
    return {
        service.full_name: service for file in SERVICE_FILES for service in file.services_by_name.values()
    }


def _with_imports(files: Iterable[FileDescriptor]) -> list[FileDescriptor]:
    """The files and what they import, each once and after its imports."""
    ordered: dict[str, FileDescriptor] = {}

    def visit(file: FileDescriptor) -> None:
        if file.name not in ordered:
            for dependency in file.dependencies:
                visit(dependency)
            ordered[file.name] = file

    for file in files:
        visit(file)
    return list(ordered.values())
