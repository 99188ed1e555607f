"""Join tokens and certificates, between the wire and the domain."""

from footfall.v1 import certificate_service_pb2

from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.worker_enrolment import IssuedCertificate


def to_join_token(token: JoinToken) -> certificate_service_pb2.JoinToken:
    return certificate_service_pb2.JoinToken(
        join_token_id=str(token.join_token_id),
        site_id=str(token.site_id),
        display_name=token.display_name,
        create_time=to_timestamp(token.created_at),
        expire_time=to_timestamp(token.expires_at),
        revoke_time=to_timestamp(token.revoked_at) if token.revoked_at else None,
    )


def to_certificate(certificate: WorkerCertificate) -> certificate_service_pb2.WorkerCertificate:
    """The certificate without its bytes, as lists have it."""
    return certificate_service_pb2.WorkerCertificate(
        certificate_id=str(certificate.certificate_id),
        worker_id=str(certificate.worker_id),
        site_id=str(certificate.site_id),
        display_name=certificate.display_name,
        not_before_time=to_timestamp(certificate.not_before),
        not_after_time=to_timestamp(certificate.not_after),
        revoke_time=to_timestamp(certificate.revoked_at) if certificate.revoked_at else None,
    )


def to_issued_certificate(issued: IssuedCertificate) -> certificate_service_pb2.WorkerCertificate:
    """The certificate as its worker is given it."""
    answer = to_certificate(issued.certificate)
    answer.certificate_der = issued.certificate.der
    answer.authority_der.extend(issued.authority_der)
    return answer
