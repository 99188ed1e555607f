"""The services that are served: the one page that says what the core offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from footfall.v1 import (
    api_key_service_pb2,
    api_key_service_pb2_grpc,
    audit_service_pb2,
    audit_service_pb2_grpc,
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_control_service_pb2,
    camera_control_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
    certificate_service_pb2,
    certificate_service_pb2_grpc,
    customer_service_pb2,
    customer_service_pb2_grpc,
    erasure_service_pb2,
    erasure_service_pb2_grpc,
    image_service_pb2,
    image_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    job_service_pb2,
    job_service_pb2_grpc,
    live_service_pb2,
    live_service_pb2_grpc,
    opt_out_service_pb2,
    opt_out_service_pb2_grpc,
    recognition_service_pb2,
    recognition_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    retention_service_pb2,
    retention_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
    staff_import_service_pb2,
    staff_import_service_pb2_grpc,
    staff_service_pb2,
    staff_service_pb2_grpc,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    user_service_pb2,
    user_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
    webhook_service_pb2,
    webhook_service_pb2_grpc,
)

from footfall_server.rpc.api_keys import ApiKeyServicer
from footfall_server.rpc.audit import AuditServicer
from footfall_server.rpc.auth import AuthServicer
from footfall_server.rpc.camera_control import CameraControlServicer
from footfall_server.rpc.cameras import CameraServicer
from footfall_server.rpc.certificates import CertificateServicer
from footfall_server.rpc.customers import CustomerServicer
from footfall_server.rpc.erasures import ErasureServicer
from footfall_server.rpc.grpc_server import Service
from footfall_server.rpc.images import ImageServicer
from footfall_server.rpc.ingest import IngestServicer
from footfall_server.rpc.jobs import JobServicer
from footfall_server.rpc.live import LiveServicer
from footfall_server.rpc.opt_outs import OptOutServicer
from footfall_server.rpc.recognition import RecognitionServicer
from footfall_server.rpc.reports import ReportServicer
from footfall_server.rpc.retention import RetentionServicer
from footfall_server.rpc.sites import SiteServicer
from footfall_server.rpc.staff import StaffServicer
from footfall_server.rpc.staff_imports import StaffImportServicer
from footfall_server.rpc.tenants import TenantServicer
from footfall_server.rpc.users import UserServicer
from footfall_server.rpc.visits import VisitServicer
from footfall_server.rpc.webhooks import WebhookServicer


@dataclass(frozen=True, slots=True)
class Servicers:
    """One servicer per service."""

    auth: AuthServicer
    api_keys: ApiKeyServicer
    certificates: CertificateServicer
    users: UserServicer
    tenants: TenantServicer
    sites: SiteServicer
    cameras: CameraServicer
    camera_control: CameraControlServicer
    ingest: IngestServicer
    visits: VisitServicer
    reports: ReportServicer
    live: LiveServicer
    images: ImageServicer
    recognition: RecognitionServicer
    customers: CustomerServicer
    staff: StaffServicer
    staff_imports: StaffImportServicer
    audit: AuditServicer
    jobs: JobServicer
    erasures: ErasureServicer
    opt_outs: OptOutServicer
    webhooks: WebhookServicer
    retention: RetentionServicer


def services(servicer: Servicers) -> Sequence[Service]:
    """What is served."""
    return [
        Service(
            auth_service_pb2.DESCRIPTOR.services_by_name["AuthService"],
            lambda server: auth_service_pb2_grpc.add_AuthServiceServicer_to_server(servicer.auth, server),
        ),
        Service(
            api_key_service_pb2.DESCRIPTOR.services_by_name["ApiKeyService"],
            lambda server: api_key_service_pb2_grpc.add_ApiKeyServiceServicer_to_server(
                servicer.api_keys, server
            ),
        ),
        Service(
            certificate_service_pb2.DESCRIPTOR.services_by_name["CertificateService"],
            lambda server: certificate_service_pb2_grpc.add_CertificateServiceServicer_to_server(
                servicer.certificates, server
            ),
        ),
        Service(
            user_service_pb2.DESCRIPTOR.services_by_name["UserService"],
            lambda server: user_service_pb2_grpc.add_UserServiceServicer_to_server(servicer.users, server),
        ),
        Service(
            tenant_service_pb2.DESCRIPTOR.services_by_name["TenantService"],
            lambda server: tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
                servicer.tenants, server
            ),
        ),
        Service(
            site_service_pb2.DESCRIPTOR.services_by_name["SiteService"],
            lambda server: site_service_pb2_grpc.add_SiteServiceServicer_to_server(servicer.sites, server),
        ),
        Service(
            camera_service_pb2.DESCRIPTOR.services_by_name["CameraService"],
            lambda server: camera_service_pb2_grpc.add_CameraServiceServicer_to_server(
                servicer.cameras, server
            ),
        ),
        Service(
            camera_control_service_pb2.DESCRIPTOR.services_by_name["CameraControlService"],
            lambda server: camera_control_service_pb2_grpc.add_CameraControlServiceServicer_to_server(
                servicer.camera_control, server
            ),
        ),
        Service(
            ingest_service_pb2.DESCRIPTOR.services_by_name["IngestService"],
            lambda server: ingest_service_pb2_grpc.add_IngestServiceServicer_to_server(
                servicer.ingest, server
            ),
        ),
        Service(
            visit_service_pb2.DESCRIPTOR.services_by_name["VisitService"],
            lambda server: visit_service_pb2_grpc.add_VisitServiceServicer_to_server(servicer.visits, server),
        ),
        Service(
            report_service_pb2.DESCRIPTOR.services_by_name["ReportService"],
            lambda server: report_service_pb2_grpc.add_ReportServiceServicer_to_server(
                servicer.reports, server
            ),
        ),
        Service(
            live_service_pb2.DESCRIPTOR.services_by_name["LiveService"],
            lambda server: live_service_pb2_grpc.add_LiveServiceServicer_to_server(servicer.live, server),
        ),
        Service(
            image_service_pb2.DESCRIPTOR.services_by_name["ImageService"],
            lambda server: image_service_pb2_grpc.add_ImageServiceServicer_to_server(servicer.images, server),
        ),
        Service(
            recognition_service_pb2.DESCRIPTOR.services_by_name["RecognitionService"],
            lambda server: recognition_service_pb2_grpc.add_RecognitionServiceServicer_to_server(
                servicer.recognition, server
            ),
        ),
        Service(
            customer_service_pb2.DESCRIPTOR.services_by_name["CustomerService"],
            lambda server: customer_service_pb2_grpc.add_CustomerServiceServicer_to_server(
                servicer.customers, server
            ),
        ),
        Service(
            staff_service_pb2.DESCRIPTOR.services_by_name["StaffService"],
            lambda server: staff_service_pb2_grpc.add_StaffServiceServicer_to_server(servicer.staff, server),
        ),
        Service(
            staff_import_service_pb2.DESCRIPTOR.services_by_name["StaffImportService"],
            lambda server: staff_import_service_pb2_grpc.add_StaffImportServiceServicer_to_server(
                servicer.staff_imports, server
            ),
        ),
        Service(
            audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"],
            lambda server: audit_service_pb2_grpc.add_AuditServiceServicer_to_server(servicer.audit, server),
        ),
        Service(
            job_service_pb2.DESCRIPTOR.services_by_name["JobService"],
            lambda server: job_service_pb2_grpc.add_JobServiceServicer_to_server(servicer.jobs, server),
        ),
        Service(
            erasure_service_pb2.DESCRIPTOR.services_by_name["ErasureService"],
            lambda server: erasure_service_pb2_grpc.add_ErasureServiceServicer_to_server(
                servicer.erasures, server
            ),
        ),
        Service(
            opt_out_service_pb2.DESCRIPTOR.services_by_name["OptOutService"],
            lambda server: opt_out_service_pb2_grpc.add_OptOutServiceServicer_to_server(
                servicer.opt_outs, server
            ),
        ),
        Service(
            webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
            lambda server: webhook_service_pb2_grpc.add_WebhookServiceServicer_to_server(
                servicer.webhooks, server
            ),
        ),
        Service(
            retention_service_pb2.DESCRIPTOR.services_by_name["RetentionService"],
            lambda server: retention_service_pb2_grpc.add_RetentionServiceServicer_to_server(
                servicer.retention, server
            ),
        ),
    ]
