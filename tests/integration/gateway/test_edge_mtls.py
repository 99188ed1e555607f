"""Edge workers at their own listener: Envoy verifies their certificates, the core believes Envoy's word."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from fakes.edge_client import hello
from fakes.enrolled_worker import EnrolledWorker, new_key, signing_request
from fakes.rpc_failures import taken_apart
from fakes.shop import bearer
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    certificate_service_pb2,
    certificate_service_pb2_grpc,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
)
from footfall_server.auth.authority import generate_authority, load_authorities
from footfall_server.auth.issuing import CertificateIssuer
from mtls_gateway import PATIENCE_S, MtlsGateway, as_row, mtls_gateway, refusal, write_lists


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MtlsGateway]:
    with mtls_gateway(tmp_path_factory.mktemp("mtls")) as started:
        yield started


@pytest.fixture(scope="module")
def worker(gateway: MtlsGateway) -> EnrolledWorker:
    return gateway.enrolled()


def welcome(
    channel: grpc.Channel, token: str, worker: EnrolledWorker, *more: tuple[str, str]
) -> ingest_service_pb2.ConnectResponse:
    """The first answer on a link; raises grpc.RpcError."""
    greeting = ingest_service_pb2.ConnectRequest(hello=hello(worker_id=worker.name.worker_id))
    stream = ingest_service_pb2_grpc.IngestServiceStub(channel).Connect(
        iter([greeting]), metadata=(*bearer(token), *more), timeout=PATIENCE_S
    )
    return next(stream)


def issued_by(folder: Path, worker: EnrolledWorker) -> EnrolledWorker:
    """What a stranger's authority says is the same worker."""
    now = datetime.now(UTC)
    generate_authority(folder, at=now)
    issuer = CertificateIssuer(authorities=load_authorities(folder), lifetime=timedelta(days=1))
    key = new_key()
    return EnrolledWorker(key, issuer.issue(key.public_key(), worker.name, display_name="", at=now).der)


def test_a_worker_joins_and_connects_over_mutual_tls(gateway: MtlsGateway, worker: EnrolledWorker) -> None:
    token = gateway.sign_in(worker)
    with gateway.edge_channel(worker) as channel:
        answer = welcome(channel, token, worker)
    assert answer.WhichOneof("message") == "welcome"
    log = (gateway.folder / "envoy.log").read_text()
    assert token not in log


def test_without_a_certificate_a_client_may_only_join(gateway: MtlsGateway, worker: EnrolledWorker) -> None:
    token = gateway.sign_in(worker)
    with gateway.edge_channel() as channel:
        calls = {
            "connect": lambda: welcome(channel, token, worker, worker.presented),
            "sign in": lambda: auth_service_pb2_grpc.AuthServiceStub(channel).IssueToken(
                auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(datetime.now(UTC))),
                timeout=PATIENCE_S,
            ),
            "renew": lambda: certificate_service_pb2_grpc.CertificateServiceStub(channel).RenewCertificate(
                certificate_service_pb2.RenewCertificateRequest(signing_request=signing_request(new_key())),
                metadata=bearer(token),
                timeout=PATIENCE_S,
            ),
        }
        for name, call in calls.items():
            failed = taken_apart(refusal(call))
            assert (failed.code, failed.reason) == (
                grpc.StatusCode.UNAUTHENTICATED,
                "UNAUTHENTICATED",
            ), f"{name}: {failed}"
            assert "certificate" in failed.message, f"{name}: {failed}"


def test_what_no_worker_calls_is_not_there(gateway: MtlsGateway, worker: EnrolledWorker) -> None:
    with gateway.edge_channel(worker) as channel:
        failed = refusal(
            lambda: site_service_pb2_grpc.SiteServiceStub(channel).ListSites(
                site_service_pb2.ListSitesRequest(), metadata=gateway.admin(), timeout=PATIENCE_S
            )
        )
    assert failed.code() is grpc.StatusCode.UNIMPLEMENTED, failed


def test_a_certificate_of_another_authority_ends_the_handshake(
    gateway: MtlsGateway, worker: EnrolledWorker, tmp_path: Path
) -> None:
    stranger = issued_by(tmp_path / "authority", worker)
    token = gateway.sign_in(worker)
    with gateway.edge_channel(stranger) as channel:
        failed = refusal(lambda: welcome(channel, token, worker))
    assert failed.code() is grpc.StatusCode.UNAVAILABLE, failed


def test_a_token_is_good_only_on_its_own_certificates_connections(
    gateway: MtlsGateway, worker: EnrolledWorker
) -> None:
    other = gateway.enrolled()
    token = gateway.sign_in(worker)
    with gateway.edge_channel(other) as channel:
        for more in ((), (worker.presented,)):
            failed = taken_apart(refusal(lambda more=more: welcome(channel, token, worker, *more)))
            assert (failed.code, failed.reason) == (
                grpc.StatusCode.UNAUTHENTICATED,
                "UNAUTHENTICATED",
            ), f"what the client says of its certificate has to be replaced: {failed}"


def test_what_a_client_says_of_its_certificate_at_the_public_port_is_nothing(
    gateway: MtlsGateway, worker: EnrolledWorker
) -> None:
    token = gateway.sign_in(worker)
    with gateway.channel(gateway.public_port) as channel:
        failed = taken_apart(refusal(lambda: welcome(channel, token, worker, worker.presented)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")


def test_a_worker_renews_and_goes_on_with_the_new_certificate(gateway: MtlsGateway) -> None:
    worker = gateway.enrolled()
    token, key = gateway.sign_in(worker), new_key()
    with gateway.edge_channel(worker) as channel:
        issued = certificate_service_pb2_grpc.CertificateServiceStub(channel).RenewCertificate(
            certificate_service_pb2.RenewCertificateRequest(signing_request=signing_request(key)),
            metadata=bearer(token),
            timeout=PATIENCE_S,
        )
    renewed = EnrolledWorker(key, issued.certificate_der)
    with gateway.edge_channel(renewed) as channel:
        answer = welcome(channel, gateway.sign_in(renewed), renewed)
        assert answer.WhichOneof("message") == "welcome"


def test_a_revoked_certificate_signs_nobody_in(gateway: MtlsGateway) -> None:
    worker = gateway.enrolled()
    with gateway.channel(gateway.public_port) as channel:
        certificate_service_pb2_grpc.CertificateServiceStub(channel).RevokeCertificate(
            certificate_service_pb2.RevokeCertificateRequest(certificate_id=str(worker.certificate_id)),
            metadata=gateway.admin(),
            timeout=PATIENCE_S,
        )
    failed = taken_apart(refusal(lambda: gateway.sign_in(worker)))
    assert (failed.code, failed.reason) == (grpc.StatusCode.UNAUTHENTICATED, "BAD_CREDENTIALS")


def test_a_listed_certificate_is_refused_at_the_door(gateway: MtlsGateway) -> None:
    """A new list counts without a restart, and only for whom it names."""
    worker, other = gateway.enrolled(), gateway.enrolled()
    gateway.sign_in(worker)
    gateway.write_lists(as_row(worker, datetime.now(UTC)))
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            gateway.sign_in(worker)
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, error  # noqa: PT017 - the loop ends here
            break
        assert time.monotonic() < deadline, "a new list of revoked certificates is not looked at"
    assert gateway.sign_in(other)


def test_the_core_takes_connections_of_the_gateway_alone(
    gateway: MtlsGateway, worker: EnrolledWorker
) -> None:
    """The port behind the gateway wants the gateway's certificate: no header can be made up there."""
    roots = (gateway.folder / "core-tls" / "tls.crt").read_bytes()
    options = [("grpc.ssl_target_name_override", "core.test")]
    target = f"127.0.0.1:{gateway.core_port}"
    token = gateway.sign_in(worker)
    with grpc.secure_channel(target, grpc.ssl_channel_credentials(roots), options=options) as channel:
        failed = refusal(lambda: welcome(channel, token, worker, worker.presented))
    assert failed.code() is grpc.StatusCode.UNAVAILABLE, failed
    with grpc.insecure_channel(target) as channel:
        failed = refusal(lambda: welcome(channel, token, worker, worker.presented))
    assert failed.code() is grpc.StatusCode.UNAVAILABLE, failed


def test_a_new_authority_counts_without_a_restart(gateway: MtlsGateway, worker: EnrolledWorker) -> None:
    """As an operator rotates it: the authority and its list first, then the core, which is not done here.

    So what the new one issued gets through the gateway's door, and the core does not know it.
    """
    generate_authority(gateway.folder / "authority", at=datetime.now(UTC) + timedelta(seconds=1))
    both = load_authorities(gateway.folder / "authority")
    write_lists(gateway.folder, both)
    key = new_key()
    issuer = CertificateIssuer(authorities=both, lifetime=timedelta(days=1))
    made = issuer.issue(key.public_key(), worker.name, display_name="", at=datetime.now(UTC))
    renewed = EnrolledWorker(key, made.der)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        failed = refusal(lambda: gateway.sign_in(renewed))
        if failed.code() is grpc.StatusCode.UNAUTHENTICATED:
            break
        assert failed.code() is grpc.StatusCode.UNAVAILABLE, failed
        assert time.monotonic() < deadline, "a new authority is not looked at"
    assert gateway.sign_in(worker), "what the old one issued stays good"
