"""Accounts and API keys, made on the machine that runs the core."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from footfall_server.auth.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, Passwords
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import OPERATOR, Principal, Role, User
from footfall_server.domain.places import Tenant
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.ports import Clock, Transactions
from footfall_server.services.api_keys import KEY_ROLES, ApiKeyService, NewApiKey
from footfall_server.services.tenants import TenantService

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_MAX_EMAIL_CHARS = 254


@dataclass(frozen=True, slots=True)
class MadeApiKey:
    """A new key. `text` is shown once: it cannot be had again."""

    api_key_id: UUID
    prefix: str
    text: str = field(repr=False)


class ProvisioningService:
    """Makes what somebody needs to get in for the first time. All of it is audited as an operator's."""

    def __init__(self, *, transactions: Transactions, passwords: Passwords, clock: Clock) -> None:
        self._transactions = transactions
        self._tenants = TenantService(transactions=transactions, clock=clock)
        self._api_keys = ApiKeyService(transactions=transactions, clock=clock)
        self._passwords = passwords
        self._clock = clock

    async def create_tenant(self, display_name: str) -> Tenant:
        """Raises INVALID_FIELD for a blank name, ALREADY_EXISTS for one that is taken."""
        return await self._tenants.create(None, _named(display_name), request_id=None)

    async def create_tenant_admin(
        self, tenant_id: UUID, *, email: str, display_name: str, password: str
    ) -> UUID:
        """The id of a new administrator of a tenant. Raises NOT_FOUND, ALREADY_EXISTS, INVALID_FIELD."""
        await self._tenants.get(tenant_id)
        user = await self._user(Role.TENANT_ADMIN, tenant_id, email, display_name, password)
        async with self._transactions.begin(tenant_id) as tx:
            await tx.users.add(user)
            await tx.audit.append(self._user_entry(user))
        return user.user_id

    async def create_system_admin(self, *, email: str, display_name: str, password: str) -> UUID:
        """The id of a new administrator of the installation. Raises ALREADY_EXISTS, INVALID_FIELD."""
        user = await self._user(Role.SYSTEM_ADMIN, None, email, display_name, password)
        async with self._transactions.begin_platform() as tx:
            await tx.add_system_admin(user)
            await tx.audit.append(self._user_entry(user))
        return user.user_id

    async def create_api_key(
        self,
        tenant_id: UUID,
        site_id: UUID,
        *,
        display_name: str,
        role: Role = Role.WORKER,
        expires_in: timedelta | None = None,
    ) -> MadeApiKey:
        """A new key for a site's edge workers or, as a site manager, for another program.

        The tenant's log tells it, as done by nobody who signed in. Raises NOT_FOUND, INVALID_FIELD.
        """
        await self._tenants.get(tenant_id)
        if role not in KEY_ROLES:
            raise invalid_fields([FieldViolation("role", "must be worker or site_manager", "role.in")])
        now = self._clock.now()
        operator = Principal(OPERATOR, Role.SYSTEM_ADMIN, tenant_id, expires_at=now)
        expires_at = None if expires_in is None else now + expires_in
        wanted = NewApiKey(site_id, _named(display_name), role, expires_at)
        created = await self._api_keys.create(operator, wanted, request_id=None)
        return MadeApiKey(created.key.api_key_id, created.key.prefix, created.text)

    def _user_entry(self, user: User) -> AuditEntry:
        return AuditEntry.by_operator(
            Action.USER_CREATE,
            user.user_id,
            at=self._clock.now(),
            detail={"role": user.role.value},
            resource="user",
        )

    async def _user(
        self, role: Role, tenant_id: UUID | None, email: str, display_name: str, password: str
    ) -> User:
        address = email.strip()
        violations = []
        if len(address) > _MAX_EMAIL_CHARS or _EMAIL.fullmatch(address) is None:
            violations.append(FieldViolation("email", "must be an e-mail address", "string.email"))
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            said = f"must have {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters"
            violations.append(FieldViolation("password", said, "password.length"))
        if violations:
            raise invalid_fields(violations)
        return User(
            user_id=new_id(),
            tenant_id=tenant_id,
            email=address,
            display_name=display_name.strip() or address.partition("@")[0],
            role=role,
            password_hash=await self._passwords.hash(password),
        )


def _named(text: str) -> str:
    trimmed = text.strip()
    if not trimmed or len(trimmed) > 120 or not trimmed.isprintable():  # noqa: PLR2004 - as in the protos
        raise invalid_fields([FieldViolation("name", "must be 1 to 120 printable characters", "name.length")])
    return trimmed
