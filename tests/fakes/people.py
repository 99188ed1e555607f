"""People with accounts, who sign in at a replica as browsers and programs do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fakes.shop import Metadata, Replica, Shop, bearer
from footfall.v1 import auth_service_pb2
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.domain.audit import AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role, User
from footfall_server.services.provisioning import ProvisioningService

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Person:
    """An account, as its owner knows it."""

    user_id: UUID
    email: str
    password: str = PASSWORD


def provisioning(shop: Shop) -> ProvisioningService:
    return ProvisioningService(
        transactions=shop.transactions, passwords=shop.passwords, policy=PasswordPolicy(), clock=shop.clock
    )


async def an_admin(shop: Shop, email: str = "chefin@nord.example") -> Person:
    """An administrator of the shop's own chain."""
    user_id = await provisioning(shop).create_tenant_admin(
        shop.own.tenant.tenant_id, email=email, display_name="Chefin", password=PASSWORD
    )
    return Person(user_id, email)


async def a_manager(shop: Shop, email: str = "filiale@nord.example") -> Person:
    """A manager of the chain's first site."""
    user = User(
        user_id=new_id(),
        tenant_id=shop.own.tenant.tenant_id,
        email=email,
        display_name="Filiale",
        role=Role.SITE_MANAGER,
        password_hash=await shop.passwords.hash(PASSWORD),
        site_ids=frozenset({shop.own.site.site_id}),
        created_at=shop.clock.now(),
    )
    async with shop.transactions.begin(shop.own.tenant.tenant_id) as tx:
        await tx.users.add(user)
    return Person(user.user_id, email)


async def an_operator(shop: Shop, email: str = "ops@example.com") -> Person:
    """An administrator of the installation."""
    user_id = await provisioning(shop).create_system_admin(email=email, display_name="Ops", password=PASSWORD)
    return Person(user_id, email)


async def sign_in(core: Replica, person: Person) -> auth_service_pb2.IssueTokenResponse:
    """A session, with the refresh token in the answer."""
    return await core.auth.IssueToken(by_password(person))


def by_password(person: Person, *, use_cookie: bool = False) -> auth_service_pb2.IssueTokenRequest:
    credentials = auth_service_pb2.PasswordCredentials(email=person.email, password=person.password)
    return auth_service_pb2.IssueTokenRequest(password=credentials, use_cookie=use_cookie)


async def refresh(core: Replica, token: str) -> auth_service_pb2.IssueTokenResponse:
    return await core.auth.IssueToken(auth_service_pb2.IssueTokenRequest(refresh_token=token))


async def me(core: Replica, issued: auth_service_pb2.IssueTokenResponse) -> auth_service_pb2.Principal:
    return await core.auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=as_bearer(issued))


def as_bearer(issued: auth_service_pb2.IssueTokenResponse) -> Metadata:
    return bearer(issued.access_token)


async def cookies_of(call: Any) -> Sequence[str]:
    """The set-cookie headers of an answer."""
    await call
    headers = await call.initial_metadata()
    return [str(value) for key, value in headers if key == "set-cookie"]


def audited(shop: Shop, action: str) -> Sequence[AuditEntry]:
    """Entries of the own chain's log."""
    entries = shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
    return [each for each in entries if each.action == action]


def audited_by_platform(shop: Shop, action: str) -> Sequence[AuditEntry]:
    """Entries of the installation's log."""
    return [each for each in shop.transactions.platform.audit.values() if each.action == action]
