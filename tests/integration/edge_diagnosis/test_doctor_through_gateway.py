"""The doctor on the way that a shop's worker has: a real Envoy that asks for its certificate, a real core."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from footfall.v1 import certificate_service_pb2, certificate_service_pb2_grpc
from footfall_edge.diagnosis.checks.core import check_core
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.identity.identity_files import IdentityFiles
from footfall_edge.link.joining import join
from footfall_edge.settings import EdgeSettings
from mtls_gateway import MtlsGateway, mtls_gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MtlsGateway]:
    with mtls_gateway(tmp_path_factory.mktemp("mtls")) as started:
        yield started


def _settings(gateway: MtlsGateway, folder: Path, token: str | None) -> EdgeSettings:
    values: dict[str, object] = {
        "gateway_url": f"https://127.0.0.1:{gateway.edge_port}",
        "gateway_ca_file": gateway.ca_file,
        "data_dir": folder,
        "join_token": token,
    }
    return EdgeSettings(**values)  # type: ignore[arg-type]


async def _verdicts(settings: EdgeSettings) -> tuple[dict[str, Finding], timedelta | None]:
    findings, offset = await check_core(settings)
    return {each.subject: each for each in findings}, offset


async def test_a_worker_that_joined_gets_in_and_learns_the_cores_time(
    gateway: MtlsGateway, tmp_path: Path
) -> None:
    token = await asyncio.to_thread(gateway.join_token)
    before = _settings(gateway, tmp_path, token)
    found, _ = await _verdicts(before)
    assert "was not used yet" in found["certificate"].found
    assert "sign-in" not in found, "to sign in would use the token up"
    await join(before)

    joined = _settings(gateway, tmp_path, token)
    found, offset = await _verdicts(joined)
    # The gateway's own certificate is good for an hour here, which is told; it is trusted.
    assert found["TLS"].verdict is Verdict.WARN
    assert "is trusted" in found["TLS"].found
    assert found["certificate"].verdict is Verdict.OK
    assert found["sign-in"].verdict is Verdict.OK
    assert offset is not None
    assert abs(offset) < timedelta(seconds=30)


async def test_one_that_was_sent_away_is_told_what_to_do(gateway: MtlsGateway, tmp_path: Path) -> None:
    token = await asyncio.to_thread(gateway.join_token)
    await join(_settings(gateway, tmp_path, token))
    identity = IdentityFiles(tmp_path).load()
    assert identity is not None

    def revoke() -> None:
        with gateway.channel(gateway.public_port) as channel:
            stub = certificate_service_pb2_grpc.CertificateServiceStub(channel)
            listed = stub.ListCertificates(
                certificate_service_pb2.ListCertificatesRequest(), metadata=gateway.admin(), timeout=10
            )
            [ours] = [each for each in listed.certificates if each.worker_id == identity.worker_id]
            stub.RevokeCertificate(
                certificate_service_pb2.RevokeCertificateRequest(certificate_id=ours.certificate_id),
                metadata=gateway.admin(),
                timeout=10,
            )

    await asyncio.to_thread(revoke)
    found, offset = await _verdicts(_settings(gateway, tmp_path, token))
    assert found["certificate"].verdict is Verdict.OK, "the machine cannot know it by itself"
    assert found["sign-in"].verdict is Verdict.FAIL
    assert "join again" in found["sign-in"].found
    assert offset is None
