"""A shop with an account of every kind, in the chain that is asked for things and in its neighbour."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import product
from typing import Any
from uuid import UUID

import grpc
from fakes.good_requests import PASSWORD, Requests, good_requests, seed, seed_certificates
from fakes.model_world import fill_gallery
from fakes.rpc_calls import METHODS, RENEW, call
from fakes.rpc_failures import taken_apart
from fakes.scripted_worker import at_work
from fakes.shop import Chain, Metadata, Replica, Shop, bearer
from fakes.wire_events import JPEG
from footfall_server.auth.api_keys import hash_secret, new_api_key
from footfall_server.auth.authority import Authorities
from footfall_server.auth.keys import KeyRing
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import ApiKey, Role, User
from footfall_server.domain.session import Session

OK = "OK"


class Caller(Enum):
    """Everybody whom the table speaks of."""

    NOBODY = "nobody"
    WORKER = Role.WORKER
    SITE_MANAGER = Role.SITE_MANAGER
    TENANT_ADMIN = Role.TENANT_ADMIN
    SYSTEM_ADMIN = Role.SYSTEM_ADMIN
    SYSTEM_ADMIN_IN_TENANT = "system_admin in a tenant"


class Whose(Enum):
    """Where a caller belongs, seen from what the good requests name."""

    OURS = "ours"
    ANOTHER_SITES = "another site's"
    ANOTHER_TENANTS = "another tenant's"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: "OK", or code and reason; and what was answered, errors included."""

    told: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class World:
    """A core that serves two chains; ours holds what good requests name."""

    shop: Shop
    core: Replica
    requests: Requests
    callers: Mapping[tuple[Caller, Whose], Metadata]
    certified: Mapping[Whose, Metadata]
    """Workers that signed in by a certificate: what only such a one may call is called by them."""

    async def call(self, method: str, caller: Caller, whose: Whose) -> Outcome:
        """The good request of the method, by such a caller."""
        payloads = [each.SerializeToString() for each in self.requests[method]]
        if not METHODS[method].client_streaming:
            return await self._call(method, caller, whose, payloads[:1])
        # A client that still writes when it is refused may lose how: who may come in at all is asked first.
        silent = await self._call(method, caller, whose, [])
        refused = silent.told.startswith(("UNAUTHENTICATED", "PERMISSION_DENIED", "FAILED_PRECONDITION"))
        return silent if refused else await self._call(method, caller, whose, payloads)

    async def _call(self, method: str, caller: Caller, whose: Whose, payloads: Sequence[bytes]) -> Outcome:
        certified = method == RENEW and caller is Caller.WORKER
        metadata = self.certified[whose] if certified else self.callers[caller, whose]
        try:
            answer = await call(self.core, method, metadata, payloads)
        except grpc.aio.AioRpcError as error:
            failed = taken_apart(error)
            said = f"{failed.message} {failed.metadata} {failed.descriptions}"
            return Outcome(f"{failed.code.name} / {failed.reason}", said.encode())
        return Outcome(OK, answer or b"")

    def ids(self, *, but_of_site: UUID | None = None) -> frozenset[str]:
        """The ids of what our chain has; without what belongs to the site and to no site."""
        tables = self.shop.transactions.tables(self.shop.own.tenant.tenant_id)
        found: set[str] = set()
        for name in tables.__dataclass_fields__:
            table = getattr(tables, name)
            for key, row in table.items() if isinstance(table, dict) else ():
                site_id = key if name == "sites" else getattr(row, "site_id", None)
                if but_of_site is None or site_id not in {None, but_of_site}:
                    found.update(str(each) for each in _uuids(key))
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Installation:
    """What many worlds share, because making it takes time. `passwords` belong to one event loop each."""

    keys: KeyRing
    authorities: Authorities
    passwords: Callable[[], Passwords]


@asynccontextmanager
async def a_world(installation: Installation) -> AsyncIterator[World]:
    """A fresh world: what is called changes it."""
    passwords = installation.passwords()
    shop = Shop(keys=installation.keys, passwords=passwords, authorities=installation.authorities)
    async with shop.replica() as core, AsyncExitStack() as stack:
        seeded = await seed(shop, core)
        requests = good_requests(shop, seeded)
        fill_gallery(shop.transactions.tables(shop.foreign.tenant.tenant_id))
        accounts = _Accounts(shop, await passwords.hash(PASSWORD))
        callers = {each: accounts.signed_in(*each) for each in product(Caller, Whose)}
        certified = {whose: await _certified(shop, core, whose) for whose in Whose}
        # Some of what is asked, a worker has to answer.
        worker = at_work(
            core,
            shop.signed_in(Role.WORKER),
            shop.own.camera.camera_id,
            worker_id=UUID(seeded.linked_worker_id),
            shows=JPEG,
        )
        await stack.enter_async_context(worker)
        yield World(shop, core, requests, callers, certified)


async def _certified(shop: Shop, core: Replica, whose: Whose) -> Metadata:
    chain = shop.foreign if whose is Whose.ANOTHER_TENANTS else shop.own
    site = chain.other_site if whose is Whose.ANOTHER_SITES else chain.site
    worker, _ = await seed_certificates(shop, core, chain, site.site_id)
    return worker.signed_in(shop.tokens, lifetime=timedelta(minutes=5))


def _uuids(key: Any) -> Iterator[UUID]:
    if isinstance(key, UUID):
        yield key
    elif isinstance(key, tuple):
        for each in key:
            yield from _uuids(each)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """Signs in whoever is asked for; each with a row, so that methods about the caller find one."""

    shop: Shop
    password_hash: str

    def signed_in(self, caller: Caller, whose: Whose) -> Metadata:
        """The metadata of a call by somebody who is there."""
        if caller is Caller.NOBODY:
            return ()
        chain = self.shop.foreign if whose is Whose.ANOTHER_TENANTS else self.shop.own
        role = Role.SYSTEM_ADMIN if caller is Caller.SYSTEM_ADMIN_IN_TENANT else Role(caller.value)
        site = chain.other_site if whose is Whose.ANOTHER_SITES else chain.site
        sites = frozenset({site.site_id}) if role in {Role.SITE_MANAGER, Role.WORKER} else None
        session_id = None
        if role is Role.WORKER:
            subject_id = self._key(chain, site.site_id)
        else:
            subject_id, session_id = self._user(role, chain, sites)
        token = self.shop.tokens.issue(
            subject_id=subject_id,
            role=role,
            tenant_id=None if caller is Caller.SYSTEM_ADMIN else chain.tenant.tenant_id,
            site_ids=sites,
            lifetime=timedelta(minutes=5),
            session_id=session_id,
        )
        return bearer(token.text)

    def _user(self, role: Role, chain: Chain, sites: frozenset[UUID] | None) -> tuple[UUID, UUID]:
        """An account and a session of it."""
        now, home = self.shop.clock.now(), None if role is Role.SYSTEM_ADMIN else chain.tenant.tenant_id
        user = User(
            user_id=new_id(),
            tenant_id=home,
            email=f"{new_id()}@caller.example",
            display_name="Somebody",
            role=role,
            password_hash=self.password_hash,
            site_ids=sites,
            created_at=now,
        )
        session = Session(
            session_id=new_id(),
            user_id=user.user_id,
            tenant_id=home,
            method="password",
            created_at=now,
            last_used_at=now,
            idle_ends_at=now + timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
        self.shop.transactions.platform.users[user.user_id] = user
        self.shop.transactions.platform.sessions[session.session_id] = session
        return user.user_id, session.session_id

    def _key(self, chain: Chain, site_id: UUID) -> UUID:
        parts = new_api_key()
        key = ApiKey(
            api_key_id=new_id(),
            tenant_id=chain.tenant.tenant_id,
            site_id=site_id,
            display_name="Worker",
            prefix=parts.prefix,
            secret_hash=hash_secret(parts.secret),
            created_at=self.shop.clock.now(),
        )
        self.shop.transactions.tables(chain.tenant.tenant_id).api_keys[key.api_key_id] = key
        return key.api_key_id
