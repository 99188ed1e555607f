"""A worker that joins a real core (over fakes of its stores, with TLS), renews, and is sent away."""

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import grpc.aio
import pytest
from argon2 import PasswordHasher
from fakes.edge_samples import MODEL_ID, StillCameras
from fakes.manual_clock import ManualClock
from fakes.polling import until
from fakes.shop import Shop
from fakes.tls_files import ServerFiles, server_files
from footfall.v1 import certificate_service_pb2, certificate_service_pb2_grpc
from footfall_edge.backoff import Backoff
from footfall_edge.identity.identity_files import IDENTITY_FILE, NEXT_KEY_FILE, IdentityFiles
from footfall_edge.identity.worker_identity import BadIdentityError, signing_request
from footfall_edge.link.certificate_keeper import CertificateKeeper
from footfall_edge.link.certificate_renewal import CertificateRenewal
from footfall_edge.link.certificate_tokens import CertificateTokens
from footfall_edge.link.channel import open_channel
from footfall_edge.link.core_link import CoreLink, LinkState
from footfall_edge.link.session import WorkerCard
from footfall_edge.spool import Spool
from footfall_edge.uploads import ImageUploader, PresignedStore
from footfall_server.auth.authority import generate_authority, load_authorities
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identity import Role
from footfall_server.rpc.server_tls import ServerTls
from pydantic import SecretStr

pb = certificate_service_pb2


@dataclass
class CoreUnderTls:
    """A core at a TLS port, and its administrator."""

    shop: Shop
    url: str
    ca_file: Path

    def channel(self) -> grpc.aio.Channel:
        return open_channel(self.url, self.ca_file)

    @property
    def certificates(self) -> dict[object, WorkerCertificate]:
        return dict(self.shop.transactions.tables(self.shop.own.tenant.tenant_id).certificates)

    async def join_token(self) -> SecretStr:
        async with self.channel() as channel:
            made = await certificate_service_pb2_grpc.CertificateServiceStub(channel).CreateJoinToken(
                pb.CreateJoinTokenRequest(site_id=str(self.shop.own.site.site_id), display_name="Till 1"),
                metadata=self.shop.signed_in(Role.TENANT_ADMIN),
            )
        return SecretStr(made.secret)

    async def revoke(self, worker_id: str) -> None:
        certificate = next(each for each in self.certificates.values() if str(each.worker_id) == worker_id)
        async with self.channel() as channel:
            await certificate_service_pb2_grpc.CertificateServiceStub(channel).RevokeCertificate(
                pb.RevokeCertificateRequest(certificate_id=str(certificate.certificate_id)),
                metadata=self.shop.signed_in(Role.TENANT_ADMIN),
            )


@pytest.fixture
def tls_files(tmp_path: Path) -> ServerFiles:
    return server_files(tmp_path / "tls")


@pytest.fixture
async def certified(tmp_path: Path, tls_files: ServerFiles) -> AsyncIterator[CoreUnderTls]:
    now = datetime.now(UTC)
    generate_key(tmp_path / "keys", at=now)
    generate_authority(tmp_path / "authority", at=now)
    shop = Shop(
        keys=load_keys(tmp_path / "keys"),
        passwords=Passwords(hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        clock=ManualClock(now),
        authorities=load_authorities(tmp_path / "authority"),
        # No gateway says whose connection it is; tests with one are among the integration tests.
        require_bound_certificates=False,
    )
    tls = ServerTls(certificate=tls_files.certificate, private_key=tls_files.private_key, client_ca=None)
    async with shop.core().serving("127.0.0.1:0", tls) as port:
        yield CoreUnderTls(shop, f"https://127.0.0.1:{port}", tls_files.certificate)


@dataclass
class Worker:
    """The parts of a worker that have to do with its certificate."""

    core: CoreUnderTls
    folder: Path
    join_token: SecretStr | None
    link: CoreLink = field(init=False)
    keeper: CertificateKeeper = field(init=False)
    tokens: CertificateTokens = field(init=False)

    def __post_init__(self) -> None:
        clock = self.core.shop.clock
        self.keeper = CertificateKeeper(
            files=IdentityFiles(self.folder), join_token=self.join_token, now=clock.now
        )
        self.tokens = CertificateTokens(keeper=self.keeper, audience="footfall", now=clock.now)

    def dial(self) -> grpc.aio.Channel:
        return open_channel(self.core.url, self.core.ca_file, self.keeper.shown)

    @property
    def worker_id(self) -> str:
        assert self.keeper.current is not None, "the worker has not joined"
        return self.keeper.current.worker_id

    async def online(self) -> None:
        await until(lambda: self.link.status.state is LinkState.ONLINE)

    async def offline(self, saying: str) -> None:
        await until(lambda: self.link.status.state is LinkState.OFFLINE and saying in self.link.status.detail)

    def renewal(self, sleep: Callable[[float], asyncio.Future[None]]) -> CertificateRenewal:
        return CertificateRenewal(keeper=self.keeper, tokens=self.tokens, dial=self.dial, sleep=sleep)


@contextlib.asynccontextmanager
async def working(core: CoreUnderTls, folder: Path, token: SecretStr | None = None) -> AsyncIterator[Worker]:
    worker = Worker(core, folder, token)
    spool = await Spool.open(folder / "spool.sqlite", max_bytes=64 * 1024 * 1024)
    async with aiohttp.ClientSession() as http:
        worker.link = CoreLink(
            dial=worker.dial,
            tokens=worker.tokens,
            worker_id=lambda: worker.keeper.current.worker_id if worker.keeper.current else None,
            spool=spool,
            cameras=StillCameras(),
            uploader=ImageUploader(spool=spool, store=PresignedStore(http)),
            card=WorkerCard(display_name="Till 1", software_version="0.1.0", model_id=MODEL_ID),
            backoff=Backoff(first=0.02, limit=0.2),
        )
        task = asyncio.create_task(worker.link.run())
        try:
            yield worker
        finally:
            assert not task.done(), f"the link must never end by itself: {task}"
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await spool.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "worker"
    made.mkdir()
    return made


async def test_a_worker_joins_once_and_is_known_by_its_certificate(
    certified: CoreUnderTls, folder: Path
) -> None:
    token = await certified.join_token()
    async with working(certified, folder, token) as worker:
        await worker.online()
        worker_id = worker.worker_id
        known = certified.shop.transactions.tables(certified.shop.own.tenant.tenant_id).workers
        assert [str(each) for each in known] == [worker_id]
    for given in (None, token):
        async with working(certified, folder, given) as worker:
            await worker.online()
            assert worker.worker_id == worker_id
    assert len(certified.certificates) == 1
    assert stat.S_IMODE((folder / IDENTITY_FILE).stat().st_mode) == 0o600
    assert not (folder / NEXT_KEY_FILE).exists(), "each certificate has a key of its own"


async def test_an_answer_that_was_lost_is_had_again(certified: CoreUnderTls, folder: Path) -> None:
    token = await certified.join_token()
    key = IdentityFiles(folder).next_key()  # as by a worker whose power was cut
    async with certified.channel() as channel:
        await certificate_service_pb2_grpc.CertificateServiceStub(channel).EnrolWorker(
            pb.EnrolWorkerRequest(join_token=token.get_secret_value(), signing_request=signing_request(key))
        )
    assert stat.S_IMODE((folder / NEXT_KEY_FILE).stat().st_mode) == 0o600
    async with working(certified, folder, token) as worker:
        await worker.online()
    assert len(certified.certificates) == 1


async def test_a_token_that_is_refused_is_said(certified: CoreUnderTls, folder: Path) -> None:
    bad = SecretStr(f"ffj_{'0' * 32}_{'0' * 64}")
    async with working(certified, folder, bad) as worker:
        await worker.offline("the core refuses the join token")
    assert not (folder / IDENTITY_FILE).exists()


async def test_a_token_that_is_refused_takes_no_certificate_away(
    certified: CoreUnderTls, folder: Path
) -> None:
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
        worker_id = worker.worker_id
    bad = SecretStr(f"ffj_{'0' * 32}_{'0' * 64}")
    async with working(certified, folder, bad) as worker:
        await worker.online()
        assert worker.worker_id == worker_id


async def test_a_worker_renews_beside_its_link(certified: CoreUnderTls, folder: Path) -> None:
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
        before, since = worker.keeper.current, worker.link.status.since
        looked = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            looked.set()
            await asyncio.sleep(0)

        task = asyncio.create_task(worker.renewal(sleep).run())
        await looked.wait()
        assert worker.keeper.current is before, "it is not due yet"
        certified.shop.clock.advance(timedelta(days=20))
        await until(lambda: worker.keeper.current is not before)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert worker.link.status.state is LinkState.ONLINE
        assert worker.link.status.since == since, "the link was left alone"
        renewed = worker.keeper.current
    assert before is not None
    assert renewed is not None
    assert renewed.worker_id == before.worker_id
    assert renewed.key.public_key() != before.key.public_key()
    assert renewed.ends_at > before.ends_at
    async with working(certified, folder) as worker:
        await worker.online()
        assert worker.keeper.current is not None
        assert worker.keeper.current.fingerprint == renewed.fingerprint


async def test_a_revoked_worker_says_what_to_do_and_comes_back_by_a_new_token(
    certified: CoreUnderTls, folder: Path
) -> None:
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
        worker_id = worker.worker_id
    await certified.revoke(worker_id)
    async with working(certified, folder) as worker:
        await worker.offline("join again with a new token")
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
        assert worker.worker_id != worker_id


async def test_a_certificate_that_has_ended_is_not_even_shown(certified: CoreUnderTls, folder: Path) -> None:
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
    certified.shop.clock.advance(timedelta(days=31))
    async with working(certified, folder) as worker:
        await worker.offline("certificate has ended; join again")


async def test_an_identity_that_others_could_read_is_refused(certified: CoreUnderTls, folder: Path) -> None:
    async with working(certified, folder, await certified.join_token()) as worker:
        await worker.online()
    (folder / IDENTITY_FILE).chmod(0o644)
    with pytest.raises(BadIdentityError, match="chmod 600"):
        Worker(certified, folder, None)
    (folder / IDENTITY_FILE).chmod(0o600)
    (folder / IDENTITY_FILE).write_text("{}")
    with pytest.raises(BadIdentityError, match=IDENTITY_FILE):
        Worker(certified, folder, None)
