"""Contract of the repositories of join tokens and of edge workers' certificates."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.domain.identifiers import new_id
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import TimeCursor, Transactions
from storage_samples import NOON, a_certificate, a_join_token, a_site, minutes


async def keep(transactions: Transactions, *rows: JoinToken | WorkerCertificate) -> None:
    for row in rows:
        async with transactions.begin(row.tenant_id) as tx:
            if isinstance(row, JoinToken):
                await tx.join_tokens.add(row)
            else:
                await tx.certificates.add(row)


async def test_a_join_token_is_found_before_its_tenant_is_known(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    token = a_join_token(tenant_id, site_id)
    await keep(transactions, token)
    async with transactions.begin_platform() as platform:
        assert await platform.join_token(token.join_token_id) == token
        assert await platform.join_token(new_id()) is None


async def test_a_join_token_is_its_tenants_alone(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    token = a_join_token(tenant_id, site_id)
    await keep(transactions, token)
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.join_tokens.get(token.join_token_id) is None
        assert list(await tx.join_tokens.list_open(now=NOON, after=None, limit=9)) == []
    async with transactions.begin(tenant_id) as tx:
        assert await tx.join_tokens.get(token.join_token_id) == token


async def test_what_becomes_of_a_join_token_is_kept(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    used, revoked = a_join_token(tenant_id, site_id), a_join_token(tenant_id, site_id)
    await keep(transactions, used, revoked)
    used = replace(used, used_at=NOON, certificate_id=new_id())
    revoked = replace(revoked, revoked_at=NOON)
    async with transactions.begin(tenant_id) as tx:
        await tx.join_tokens.save(used)
        await tx.join_tokens.save(revoked)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.join_tokens.get(used.join_token_id) == used
        assert await tx.join_tokens.get(revoked.join_token_id) == revoked


async def test_open_join_tokens_are_listed_newest_first(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    tokens = [a_join_token(tenant_id, site_id, at=NOON + minutes(number)) for number in range(5)]
    used = replace(a_join_token(tenant_id, site_id), used_at=NOON, certificate_id=new_id())
    revoked = replace(a_join_token(tenant_id, site_id), revoked_at=NOON)
    over = replace(a_join_token(tenant_id, site_id), expires_at=NOON + minutes(5))
    await keep(transactions, *tokens, used, revoked, over)
    async with transactions.begin(tenant_id) as tx:
        first = await tx.join_tokens.list_open(now=NOON + minutes(5), after=None, limit=3)
        assert list(first) == [tokens[4], tokens[3], tokens[2]]
        after = TimeCursor(first[-1].created_at, first[-1].join_token_id)
        rest = await tx.join_tokens.list_open(now=NOON + minutes(5), after=after, limit=9)
        assert list(rest) == [tokens[1], tokens[0]]


@pytest.mark.parametrize("make", [a_join_token, a_certificate])
async def test_of_a_site_that_is_not_there_nothing_is_kept(
    transactions: Transactions,
    tenant_id: UUID,
    make: object,
) -> None:
    row = make(tenant_id, new_id())  # type: ignore[operator]
    with pytest.raises(FootfallError) as caught:
        await keep(transactions, row)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.NOT_FOUND, "SITE_NOT_FOUND")


async def test_a_certificate_is_found_by_its_id_and_its_fingerprint(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    certificate = a_certificate(tenant_id, site_id)
    await keep(transactions, certificate)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.certificates.get(certificate.certificate_id) == certificate
        assert await tx.certificates.by_fingerprint(certificate.fingerprint) == certificate
        assert await tx.certificates.get(new_id()) is None
        assert await tx.certificates.by_fingerprint("0" * 64) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.certificates.get(certificate.certificate_id) is None
        assert await tx.certificates.by_fingerprint(certificate.fingerprint) is None


async def test_certificates_are_listed_newest_first_of_a_site_or_of_all(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    other = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(other, None)
    here = [a_certificate(tenant_id, site_id, at=NOON + minutes(number)) for number in range(3)]
    there = a_certificate(tenant_id, other.site_id, at=NOON + minutes(9))
    await keep(transactions, *here, there)
    async with transactions.begin(tenant_id) as tx:
        listed = await tx.certificates.list(site_id=None, after=None, limit=2)
        assert list(listed) == [there, here[2]]
        after = TimeCursor(listed[-1].created_at, listed[-1].certificate_id)
        assert list(await tx.certificates.list(site_id=None, after=after, limit=9)) == [here[1], here[0]]
        assert list(await tx.certificates.list(site_id=other.site_id, after=None, limit=9)) == [there]


async def test_all_of_a_workers_certificates_are_revoked_and_nobody_elses(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    worker_id = new_id()
    ours = [a_certificate(tenant_id, site_id, worker_id=worker_id, at=NOON + minutes(n)) for n in range(2)]
    other = a_certificate(tenant_id, site_id)
    await keep(transactions, *ours, other)
    at = NOON + minutes(10)
    async with transactions.begin_exclusive(tenant_id) as tx:
        site_id = (await tx.certificates.of_worker(worker_id))[0].site_id
        assert worker_id in await tx.certificates.workers_of(site_id)
        assert await tx.certificates.revoke_worker(worker_id, at) == 2
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.certificates.revoke_worker(worker_id, at + minutes(1)) == 0, "once is enough"
    async with transactions.begin(tenant_id) as tx:
        found = await tx.certificates.of_worker(worker_id)
        assert list(found) == [replace(each, revoked_at=at) for each in reversed(ours)]
        assert await tx.certificates.get(other.certificate_id) == other
        assert list(await tx.certificates.revoked(ending_after=at)) == [
            replace(each, revoked_at=at) for each in ours
        ]
        ended = ours[0].not_after
        assert [each.certificate_id for each in await tx.certificates.revoked(ending_after=ended)] == [
            ours[1].certificate_id
        ], "what has ended need not be told any more"


async def test_an_assertion_is_used_once(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    certificate_id, assertion_id = new_id(), new_id()
    kept_until = NOON + minutes(2)

    async def use(tenant: UUID, at: timedelta = timedelta(0), certificate: UUID = certificate_id) -> bool:
        async with transactions.begin(tenant) as tx:
            return await tx.certificates.use_assertion(
                certificate, assertion_id, kept_until=kept_until, now=NOON + at
            )

    assert await use(tenant_id)
    assert not await use(tenant_id), "the same one again"
    assert await use(tenant_id, certificate=new_id()), "one worker cannot use up another's"
    assert await use(other_tenant_id), "nor one tenant another's"
    assert not await use(tenant_id, minutes(2)), "it is known as long as it was to be kept"
    assert await use(tenant_id, minutes(3)), "and forgotten then"


async def test_with_a_site_go_its_join_tokens_and_certificates(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    token, certificate = a_join_token(tenant_id, site_id), a_certificate(tenant_id, site_id)
    await keep(transactions, token, certificate)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.sites.remove(site_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.join_tokens.get(token.join_token_id) is None
        assert await tx.certificates.get(certificate.certificate_id) is None
