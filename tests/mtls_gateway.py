"""Envoy with a listener for edge workers, before a real core, with TLS all the way."""

import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import grpc
from cryptography.hazmat.primitives import serialization
from fakes.enrolled_worker import EnrolledWorker, new_key, signing_request
from fakes.manual_clock import ManualClock
from fakes.shop import AUDIENCE, ISSUER, bearer
from fakes.tls_files import server_files
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    certificate_service_pb2,
    certificate_service_pb2_grpc,
)
from footfall_gateway.settings import Address, CoreTls, GatewaySettings, TlsFiles
from footfall_local.component import NotReadyError, ProcessSpec
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.auth.authority import BUNDLE_FILE, Authorities, generate_authority, load_authorities
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.revocation_lists import revocation_lists
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from grpc_health.v1 import health_pb2, health_pb2_grpc

HOST = "127.0.0.1"
PROGRAM = Path(__file__).parent / "certified_core.py"
CORE_NAME = "core.test"
PATIENCE_S = 15.0


class CertifiedCore:
    name = "core"
    requires: tuple[str, ...] = ()
    start_timeout = 60.0

    def __init__(self, *, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder

    async def prepare(self) -> ProcessSpec:
        return ProcessSpec(
            argv=(sys.executable, str(PROGRAM), str(self._folder), str(self._port)), cwd=self._folder
        )

    async def check(self) -> None:
        """Only its port is looked at: who wants more needs the gateway's certificate."""
        try:
            socket.create_connection((HOST, self._port), timeout=1).close()
        except OSError as error:
            raise NotReadyError(str(error)) from None


@dataclass(frozen=True)
class MtlsGateway:
    """The running gateway and the means of an operator and of a worker."""

    folder: Path
    public_port: int
    edge_port: int
    admin_port: int
    core_port: int
    authorities: Authorities
    tokens: AccessTokens
    tenant_id: UUID
    site_id: UUID

    @property
    def ca_file(self) -> Path:
        return self.folder / "gateway-tls" / "tls.crt"

    def edge_channel(self, worker: EnrolledWorker | None = None) -> grpc.Channel:
        return self.channel(self.edge_port, worker)

    def channel(self, port: int, worker: EnrolledWorker | None = None) -> grpc.Channel:
        roots = self.ca_file.read_bytes()
        if worker is None:
            credentials = grpc.ssl_channel_credentials(roots)
        else:
            key = worker.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            chain = worker.certificate.public_bytes(serialization.Encoding.PEM)
            credentials = grpc.ssl_channel_credentials(roots, key, chain)
        return grpc.secure_channel(
            f"{HOST}:{port}", credentials, options=[("grpc.use_local_subchannel_pool", 1)]
        )

    def admin(self) -> tuple[tuple[str, str], ...]:
        token = self.tokens.issue(
            subject_id=new_id(),
            role=Role.TENANT_ADMIN,
            tenant_id=self.tenant_id,
            site_ids=None,
            lifetime=timedelta(minutes=10),
        )
        return tuple(bearer(token.text))

    def join_token(self) -> str:
        with self.channel(self.public_port) as channel:
            made = certificate_service_pb2_grpc.CertificateServiceStub(channel).CreateJoinToken(
                certificate_service_pb2.CreateJoinTokenRequest(
                    site_id=str(self.site_id), display_name="Till 1"
                ),
                metadata=self.admin(),
                timeout=PATIENCE_S,
            )
        return str(made.secret)

    def enrolled(self) -> EnrolledWorker:
        """A worker that joined, without a certificate at first."""
        key = new_key()
        with self.edge_channel() as channel:
            issued = certificate_service_pb2_grpc.CertificateServiceStub(channel).EnrolWorker(
                certificate_service_pb2.EnrolWorkerRequest(
                    join_token=self.join_token(), signing_request=signing_request(key)
                ),
                timeout=PATIENCE_S,
            )
        return EnrolledWorker(key, issued.certificate_der)

    def sign_in(self, worker: EnrolledWorker, *, shown: EnrolledWorker | None = None) -> str:
        """A token for the worker, asked for on a connection of `shown`'s certificate."""
        with self.edge_channel(shown or worker) as channel:
            issued = auth_service_pb2_grpc.AuthServiceStub(channel).IssueToken(
                auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(datetime.now(UTC))),
                timeout=PATIENCE_S,
            )
        return str(issued.access_token)

    def write_lists(self, *revoked: WorkerCertificate) -> None:
        write_lists(self.folder, self.authorities, *revoked)


def write_lists(folder: Path, authorities: Authorities, *revoked: WorkerCertificate) -> None:
    """What write-crl does, where the gateway looks."""
    lists = revocation_lists(authorities, revoked, at=datetime.now(UTC), lifetime=timedelta(days=1))
    draft = folder / "authority" / "lists.new"
    draft.write_bytes(lists)
    draft.replace(folder / "authority" / "lists.crl")


def as_row(worker: EnrolledWorker, revoked_at: datetime) -> WorkerCertificate:
    """The worker's certificate as the core's database would have it."""
    certificate, name = worker.certificate, worker.name
    return WorkerCertificate(
        certificate_id=worker.certificate_id,
        tenant_id=name.tenant_id,
        site_id=name.site_id,
        worker_id=name.worker_id,
        display_name="",
        fingerprint=worker.fingerprint,
        public_key_hash="",
        der=worker.der,
        created_at=certificate.not_valid_before_utc,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        revoked_at=revoked_at,
    )


def refusal(call: Callable[[], object]) -> grpc.RpcError:
    """How a call fails that has to."""
    try:
        answer = call()
    except grpc.RpcError as error:
        return error
    raise AssertionError(f"answered with {answer}")


@contextlib.contextmanager
def mtls_gateway(folder: Path) -> Iterator[MtlsGateway]:
    """Core and gateway, for as long as the context lasts."""
    now = datetime.now(UTC)
    generate_key(folder / "keys", at=now)
    generate_authority(folder / "authority", at=now)
    authorities = load_authorities(folder / "authority")
    write_lists(folder, authorities)
    core_files = server_files(folder / "core-tls", name=CORE_NAME)
    gateway_files = server_files(folder / "gateway-tls")
    taken: set[int] = set()
    for _ in range(5):
        taken.add(free_port(avoid=frozenset(taken)))
    public, edge, admin, core, keys = sorted(taken)
    settings = GatewaySettings(
        listen=Address(host=HOST, port=public),
        edge_listen=Address(host=HOST, port=edge),
        admin=Address(host=HOST, port=admin),
        core=(Address(host=HOST, port=core),),
        web=Address(host=HOST, port=free_port(avoid=frozenset(taken))),
        keys=Address(host=HOST, port=keys),
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
        tls=TlsFiles(certificate=gateway_files.certificate, private_key=gateway_files.private_key),
        edge_client_ca=folder / "authority" / BUNDLE_FILE,
        edge_crl=folder / "authority" / "lists.crl",
        core_tls=CoreTls(
            ca=core_files.certificate,
            server_name=CORE_NAME,
            certificate=gateway_files.certificate,
            private_key=gateway_files.private_key,
        ),
    )
    with (
        running(CertifiedCore(port=core, folder=folder), log=folder / "core.log"),
        running(Envoy(settings=settings, folder=folder / "envoy"), log=folder / "envoy.log"),
    ):
        chain = json.loads((folder / "chain.json").read_text())
        gateway = MtlsGateway(
            folder=folder,
            public_port=public,
            edge_port=edge,
            admin_port=admin,
            core_port=core,
            authorities=authorities,
            tokens=AccessTokens(
                keys=load_keys(folder / "keys"), issuer=ISSUER, audience=AUDIENCE, clock=ManualClock(now)
            ),
            tenant_id=UUID(chain["tenant_id"]),
            site_id=UUID(chain["site_id"]),
        )
        until_healthy(gateway)
        yield gateway


def until_healthy(gateway: MtlsGateway) -> None:
    """Waits until the gateway finds the core healthy, and says that it is."""
    deadline = time.monotonic() + PATIENCE_S
    with gateway.channel(gateway.public_port) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        while True:
            try:
                answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE_S)
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.UNAVAILABLE, error  # noqa: PT017 - not there yet
            else:
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
            assert time.monotonic() < deadline, "the core behind the gateway does not get healthy"
            time.sleep(0.05)
