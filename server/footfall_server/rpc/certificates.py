"""CertificateService."""

# ruff: noqa: N802 - the methods are named by the proto

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from footfall.v1 import certificate_service_pb2, certificate_service_pb2_grpc

from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.rpc import convert_certificates
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id, name
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.certificates import Certificates
from footfall_server.services.join_tokens import JoinTokens
from footfall_server.services.worker_enrolment import WorkerEnrolment
from footfall_server.services.worker_sign_in import WorkerSignIn


@dataclass(frozen=True, slots=True)
class WorkerDesk:
    """What an installation with a certificate authority does for its edge workers."""

    join_tokens: JoinTokens
    enrolment: WorkerEnrolment
    certificates: Certificates
    sign_in: WorkerSignIn


def staffed(desk: WorkerDesk | None) -> WorkerDesk:
    """Raises FAILED_PRECONDITION / NO_CERTIFICATE_AUTHORITY where there is none."""
    if desk is None:
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "NO_CERTIFICATE_AUTHORITY",
            "this installation has no certificate authority; its operator makes one with"
            " footfall-server generate-authority",
        )
    return desk


class CertificateServicer(certificate_service_pb2_grpc.CertificateServiceServicer):
    """Lets edge workers join, renew, and be sent away."""

    def __init__(self, *, desk: WorkerDesk | None, page_tokens: PageTokens) -> None:
        self._desk = desk
        self._page_tokens = page_tokens

    async def CreateJoinToken(
        self, request: certificate_service_pb2.CreateJoinTokenRequest, _context: Any
    ) -> certificate_service_pb2.CreateJoinTokenResponse:
        made = await staffed(self._desk).join_tokens.create(
            current_principal(),
            UUID(request.site_id),
            display_name=name(request.display_name, "display_name"),
        )
        return certificate_service_pb2.CreateJoinTokenResponse(
            join_token=convert_certificates.to_join_token(made.token), secret=made.text
        )

    async def ListJoinTokens(
        self, request: certificate_service_pb2.ListJoinTokensRequest, _context: Any
    ) -> certificate_service_pb2.ListJoinTokensResponse:
        principal = current_principal()
        page = await staffed(self._desk).join_tokens.list(
            principal,
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return certificate_service_pb2.ListJoinTokensResponse(
            join_tokens=map(convert_certificates.to_join_token, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def RevokeJoinToken(
        self, request: certificate_service_pb2.RevokeJoinTokenRequest, _context: Any
    ) -> certificate_service_pb2.JoinToken:
        revoked = await staffed(self._desk).join_tokens.revoke(
            current_principal(), UUID(request.join_token_id)
        )
        return convert_certificates.to_join_token(revoked)

    async def EnrolWorker(
        self, request: certificate_service_pb2.EnrolWorkerRequest, _context: Any
    ) -> certificate_service_pb2.WorkerCertificate:
        issued = await staffed(self._desk).enrolment.enrol(request.join_token, request.signing_request)
        return convert_certificates.to_issued_certificate(issued)

    async def RenewCertificate(
        self, request: certificate_service_pb2.RenewCertificateRequest, _context: Any
    ) -> certificate_service_pb2.WorkerCertificate:
        issued = await staffed(self._desk).enrolment.renew(current_principal(), request.signing_request)
        return convert_certificates.to_issued_certificate(issued)

    async def ListCertificates(
        self, request: certificate_service_pb2.ListCertificatesRequest, _context: Any
    ) -> certificate_service_pb2.ListCertificatesResponse:
        principal = current_principal()
        page = await staffed(self._desk).certificates.list(
            principal,
            site_id=from_optional_id(request.site_id),
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return certificate_service_pb2.ListCertificatesResponse(
            certificates=map(convert_certificates.to_certificate, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def RevokeCertificate(
        self, request: certificate_service_pb2.RevokeCertificateRequest, _context: Any
    ) -> certificate_service_pb2.WorkerCertificate:
        revoked = await staffed(self._desk).certificates.revoke(
            current_principal(), UUID(request.certificate_id)
        )
        return convert_certificates.to_certificate(revoked)
