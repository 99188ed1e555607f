"""Access that ends before its token does: on every replica, for calls and for streams."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import grpc
import pytest
from fakes.edge_client import EdgeClient, linked
from fakes.enrolled_worker import EnrolledWorker
from fakes.good_requests import enrol, new_join_token
from fakes.people import an_admin, as_bearer, provisioning, sign_in
from fakes.polling import until
from fakes.rpc_failures import Failure, failure, taken_apart
from fakes.shop import Replica, Shop, bearer
from footfall.v1 import (
    api_key_service_pb2,
    auth_service_pb2,
    certificate_service_pb2,
    live_service_pb2,
    site_service_pb2,
)
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.revocation import Revocation
from footfall_server.errors import unavailable

ENDED = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", "this needs a valid access token; sign in again")


@pytest.fixture
async def replicas(shop: Shop) -> AsyncIterator[tuple[Replica, Replica]]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(shop.replica())
        yield one, await stack.enter_async_context(shop.replica())


def said(failed: Failure) -> tuple[grpc.StatusCode, str, str]:
    return failed.code, failed.reason, failed.message


async def end_of_watch(watch: "grpc.aio.UnaryStreamCall[object, object]") -> Failure:
    """How the core ends a watch."""
    try:
        while await watch.read() is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return taken_apart(error)
    raise AssertionError(f"the watch ended with {await watch.code()}")


@pytest.mark.parametrize("word", ["is heard", "is lost"])
async def test_a_revoked_key_ends_its_links_on_every_replica(
    shop: Shop, replicas: tuple[Replica, Replica], word: str
) -> None:
    key = await provisioning(shop).create_api_key(
        shop.own.tenant.tenant_id, shop.own.site.site_id, display_name="Kasse"
    )
    other = await provisioning(shop).create_api_key(
        shop.own.tenant.tenant_id, shop.own.site.site_id, display_name="Tor"
    )
    async with AsyncExitStack() as stack:
        links = []
        for replica in replicas:
            issued = await replica.auth.IssueToken(auth_service_pb2.IssueTokenRequest(api_key=key.text))
            links.append((await stack.enter_async_context(linked(replica, as_bearer(issued))))[0])
        issued = await replicas[0].auth.IssueToken(auth_service_pb2.IssueTokenRequest(api_key=other.text))
        kept, _ = await stack.enter_async_context(linked(replicas[1], as_bearer(issued)))
        if word == "is lost":
            shop.changes.lose()
        revoke = api_key_service_pb2.RevokeApiKeyRequest(api_key_id=str(key.api_key_id))
        await replicas[0].api_keys.RevokeApiKey(revoke, metadata=shop.signed_in(Role.TENANT_ADMIN))
        for link in links:
            assert said(await link.ended()) == ENDED
        assert await kept.hang_up() is grpc.StatusCode.OK, "another key's link ended, too"


async def test_a_watch_ends_with_its_session(shop: Shop, replicas: tuple[Replica, Replica]) -> None:
    here, there = replicas
    person = await an_admin(shop)
    leaving, staying = await sign_in(here, person), await sign_in(here, person)
    watch = there.live.Watch(live_service_pb2.WatchRequest(), metadata=as_bearer(leaving))
    kept = there.live.Watch(live_service_pb2.WatchRequest(), metadata=as_bearer(staying))
    await watch.read()
    await kept.read()
    await here.auth.SignOut(auth_service_pb2.SignOutRequest(), metadata=as_bearer(leaving))
    assert said(await end_of_watch(watch)) == ENDED
    assert kept.cancel(), "the other session's watch had ended"
    opened = there.live.Watch(live_service_pb2.WatchRequest(), metadata=as_bearer(leaving))
    assert said(await end_of_watch(opened)) == ENDED


@pytest.mark.parametrize("whose", ["subject", "session", "tenant"])
async def test_a_call_is_refused_by_whatever_names_its_caller(shop: Shop, core: Replica, whose: str) -> None:
    subject_id = new_id()
    metadata = bearer(shop.token(Role.TENANT_ADMIN, subject_id=subject_id))
    session_id = shop.tokens.verify(metadata[0][1].removeprefix("Bearer ")).session_id
    assert session_id is not None
    named = {"subject": subject_id, "session": session_id, "tenant": shop.own.tenant.tenant_id}[whose]
    request = site_service_pb2.ListSitesRequest()
    await core.sites.ListSites(request, metadata=metadata)
    async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
        await tx.revocations.add(Revocation(named, shop.clock.now()))
    await until(lambda: named in (core.core._revocations._known or {}))
    assert said(await failure(core.sites.ListSites(request, metadata=metadata))) == ENDED
    # Whoever signs in afterwards is let in.
    shop.clock.advance(timedelta(seconds=4))
    fresh = bearer(shop.token(Role.TENANT_ADMIN, subject_id=subject_id))
    await core.sites.ListSites(request, metadata=fresh)


async def test_the_list_is_read_before_the_first_call(shop: Shop) -> None:
    subject_id = new_id()
    metadata = bearer(shop.token(Role.TENANT_ADMIN, subject_id=subject_id))
    async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
        await tx.revocations.add(Revocation(subject_id, shop.clock.now()))
    async with shop.replica() as core:
        request = site_service_pb2.ListSitesRequest()
        assert said(await failure(core.sites.ListSites(request, metadata=metadata))) == ENDED


async def test_without_a_database_the_last_list_counts(shop: Shop, core: Replica) -> None:
    ended, free = new_id(), new_id()
    async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
        await tx.revocations.add(Revocation(ended, shop.clock.now()))
    revocations = core.core._revocations
    await until(lambda: ended in (revocations._known or {}))

    def away() -> None:
        raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached")

    shop.transactions.before_platform = away
    await revocations.load()
    metadata = {each: bearer(shop.token(Role.TENANT_ADMIN, subject_id=each)) for each in (ended, free)}
    request = site_service_pb2.ListSitesRequest()
    assert said(await failure(core.sites.ListSites(request, metadata=metadata[ended]))) == ENDED
    await core.sites.ListSites(request, metadata=metadata[free])


async def test_nobody_is_let_in_before_the_list_was_read_once(shop: Shop) -> None:
    def away() -> None:
        raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached")

    shop.transactions.before_platform = away
    async with shop.replica() as core:
        metadata = shop.signed_in(Role.TENANT_ADMIN)
        request = site_service_pb2.ListSitesRequest()
        failed = await failure(core.sites.ListSites(request, metadata=metadata))
        assert (failed.code, failed.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
        # What needs no token is answered.
        await core.auth.GetJwks(auth_service_pb2.GetJwksRequest())
        shop.transactions.before_platform = None
        await until(lambda: core.core._revocations.is_loaded)
        await core.sites.ListSites(request, metadata=metadata)


async def test_no_call_reads_the_database_to_learn_of_revocations(shop: Shop) -> None:
    """A refused call does nothing at all; what is let through opens the transactions of its own work."""
    # The index writer would look at what changed meanwhile.
    shop.index_gathers_for = timedelta(hours=1)
    async with shop.replica() as core:
        await _is_refused_without_reading(shop, core)


async def _is_refused_without_reading(shop: Shop, core: Replica) -> None:
    subject_id = new_id()
    async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
        await tx.revocations.add(Revocation(subject_id, shop.clock.now()))
    await until(lambda: subject_id in (core.core._revocations._known or {}))
    metadata = bearer(shop.token(Role.TENANT_ADMIN, subject_id=subject_id))
    before = shop.transactions.committed
    for _ in range(5):
        await failure(core.sites.ListSites(site_service_pb2.ListSitesRequest(), metadata=metadata))
    assert shop.transactions.committed == before


@pytest.mark.parametrize("cause", ["certificate", "site"])
async def test_a_revoked_certificate_ends_its_workers_links_on_every_replica(
    shop: Shop, replicas: tuple[Replica, Replica], cause: str
) -> None:
    admin, site = shop.signed_in(Role.TENANT_ADMIN), shop.own.site
    tables = shop.transactions.tables(shop.own.tenant.tenant_id)
    workers = []
    for site_id in (site.site_id, shop.own.other_site.site_id):
        token, _ = await new_join_token(replicas[0], admin, site_id)
        workers.append(await enrol(replicas[0], token))
    revoked, other = workers

    async def opened(stack: AsyncExitStack, replica: Replica, worker: EnrolledWorker) -> EdgeClient:
        asked = auth_service_pb2.IssueTokenRequest(client_assertion=worker.assertion(shop.clock.now()))
        issued = await replica.auth.IssueToken(asked)
        metadata = (*as_bearer(issued), worker.presented)
        link, _ = await stack.enter_async_context(linked(replica, metadata, worker_id=worker.name.worker_id))
        return link

    async with AsyncExitStack() as stack:
        # One link per worker and replica: a second one of the same worker takes the first one's place.
        link = await opened(stack, replicas[1], revoked)
        kept = await opened(stack, replicas[1], other)
        if cause == "certificate":
            await replicas[0].certificates.RevokeCertificate(
                certificate_service_pb2.RevokeCertificateRequest(certificate_id=str(revoked.certificate_id)),
                metadata=admin,
            )
        else:
            tables.cameras.pop(shop.own.camera.camera_id)
            await replicas[0].sites.DeleteSite(
                site_service_pb2.DeleteSiteRequest(site_id=str(site.site_id)), metadata=admin
            )
        assert said(await link.ended()) == ENDED
        assert await kept.hang_up() is grpc.StatusCode.OK, "another worker's link ended, too"
