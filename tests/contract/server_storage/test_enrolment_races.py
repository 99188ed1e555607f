"""Joining, renewing and revoking at the same time, on the fake and on the real database."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from fakes.enrolled_worker import new_key, signing_request
from fakes.manual_clock import START, ManualClock
from footfall_server.auth.authority import generate_authority, load_authorities
from footfall_server.auth.issuing import CertificateIssuer
from footfall_server.domain.audit import AuditFilter
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.revocation import Revocation
from footfall_server.errors import FootfallError
from footfall_server.ports import Transactions
from footfall_server.services.certificates import Certificates
from footfall_server.services.join_tokens import JoinTokens
from footfall_server.services.worker_enrolment import IssuedCertificate, WorkerEnrolment

T = TypeVar("T")
LATER = START + timedelta(days=1)


@pytest.fixture
def issuer(tmp_path: Path) -> CertificateIssuer:
    generate_authority(tmp_path, at=START)
    return CertificateIssuer(authorities=load_authorities(tmp_path), lifetime=timedelta(days=30))


class Desk:
    """The use cases on one database."""

    def __init__(self, transactions: Transactions, issuer: CertificateIssuer, tenant_id: UUID) -> None:
        clock = ManualClock()
        self.tokens = JoinTokens(transactions=transactions, clock=clock, lifetime=timedelta(hours=24))
        self.enrolment = WorkerEnrolment(transactions=transactions, issuer=issuer, clock=clock)
        self.certificates = Certificates(transactions=transactions, clock=clock)
        self.admin = Principal(new_id(), Role.TENANT_ADMIN, tenant_id, LATER)

    async def join_token(self, site_id: UUID) -> tuple[UUID, str]:
        made = await self.tokens.create(self.admin, site_id, display_name="till")
        return made.token.join_token_id, made.text


@pytest.fixture
def desk(transactions: Transactions, issuer: CertificateIssuer, tenant_id: UUID) -> Desk:
    return Desk(transactions, issuer, tenant_id)


def worker(issued: IssuedCertificate) -> Principal:
    certificate = issued.certificate
    return Principal(
        certificate.worker_id,
        Role.WORKER,
        certificate.tenant_id,
        LATER,
        frozenset({certificate.site_id}),
        certificate_hash=certificate.fingerprint,
    )


async def outcomes(*work: Awaitable[T]) -> tuple[list[T], list[str]]:
    """What succeeded, and the reasons of what did not."""
    done = await asyncio.gather(*work, return_exceptions=True)
    failed = [each for each in done if isinstance(each, BaseException)]
    for each in failed:
        if not isinstance(each, FootfallError):
            raise each
    return (
        [each for each in done if not isinstance(each, BaseException)],
        [each.reason for each in failed if isinstance(each, FootfallError)],
    )


async def test_of_many_who_use_one_join_token_one_gets_in(desk: Desk, site_id: UUID) -> None:
    _, token = await desk.join_token(site_id)
    joined, refused = await outcomes(
        *(desk.enrolment.enrol(token, signing_request(new_key())) for _ in range(4))
    )
    assert len(joined) == 1
    assert refused == ["BAD_CREDENTIALS"] * 3


async def test_one_who_asks_many_times_gets_one_certificate(
    desk: Desk, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    _, token = await desk.join_token(site_id)
    request = signing_request(new_key())
    joined, refused = await outcomes(*(desk.enrolment.enrol(token, request) for _ in range(4)))
    assert not refused
    assert len({each.certificate.certificate_id for each in joined}) == 1
    async with transactions.begin(tenant_id) as tx:
        assert len(await tx.certificates.list(site_id=None, after=None, limit=9)) == 1


async def test_a_join_token_is_used_or_revoked_never_both(
    desk: Desk, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    for _ in range(4):
        token_id, token = await desk.join_token(site_id)
        _, refused = await outcomes(
            desk.enrolment.enrol(token, signing_request(new_key())),
            desk.tokens.revoke(desk.admin, token_id),
        )
        assert refused in (["BAD_CREDENTIALS"], ["JOIN_TOKEN_NOT_FOUND"])
        async with transactions.begin(tenant_id) as tx:
            kept = await tx.join_tokens.get(token_id)
        assert kept is not None
        assert (kept.used_at is None) != (kept.revoked_at is None)


async def test_no_certificate_comes_to_be_beside_a_revocation(
    desk: Desk, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    for _ in range(4):
        _, token = await desk.join_token(site_id)
        issued = await desk.enrolment.enrol(token, signing_request(new_key()))
        await outcomes(
            desk.enrolment.renew(worker(issued), signing_request(new_key())),
            desk.certificates.revoke(desk.admin, issued.certificate.certificate_id),
            desk.enrolment.renew(worker(issued), signing_request(new_key())),
        )
        async with transactions.begin(tenant_id) as tx:
            left = await tx.certificates.of_worker(issued.certificate.worker_id)
            ended = await tx.revocations.about([issued.certificate.worker_id])
        assert all(each.revoked_at is not None for each in left), "one was issued past its revocation"
        assert ended == [Revocation(issued.certificate.worker_id, START)], "its tokens have to end, too"


async def test_revoking_twice_at_once_is_told_once(
    desk: Desk, transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    _, token = await desk.join_token(site_id)
    issued = await desk.enrolment.enrol(token, signing_request(new_key()))
    certificate_id = issued.certificate.certificate_id
    done, refused = await outcomes(*(desk.certificates.revoke(desk.admin, certificate_id) for _ in range(3)))
    assert not refused
    assert {each.revoked_at for each in done} == {START}
    async with transactions.begin(tenant_id) as tx:
        assert len(await tx.certificates.revoked(ending_after=START)) == 1
        told = await tx.audit.list(matching=AuditFilter(action="certificate.revoke"), before=None, limit=9)
    assert len(told) == 1
