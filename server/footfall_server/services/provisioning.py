"""Accounts and API keys, made on the machine that runs the core."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from footfall_server.auth.password_policy import PasswordPolicy, password_violation
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import OPERATOR, Principal, Role, User
from footfall_server.domain.places import Tenant
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields
from footfall_server.ports import Clock, Transactions
from footfall_server.services.api_keys import KEY_ROLES, ApiKeyService, NewApiKey
from footfall_server.services.setup_tokens import BOOTSTRAP_LIFETIME, MadeSetupToken, give_setup_token
from footfall_server.services.tenants import TenantService

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_MAX_EMAIL_CHARS = 254


@dataclass(frozen=True, slots=True)
class MadeApiKey:
    """A new key. `text` is shown once: it cannot be had again."""

    api_key_id: UUID
    prefix: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BootstrappedAdmin:
    """The first administrator of an installation, who has no password yet."""

    user_id: UUID
    setup_token: MadeSetupToken


class ProvisioningService:
    """Makes what somebody needs to get in for the first time. All of it is audited as an operator's."""

    def __init__(
        self, *, transactions: Transactions, passwords: Passwords, policy: PasswordPolicy, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._tenants = TenantService(transactions=transactions, clock=clock)
        self._api_keys = ApiKeyService(transactions=transactions, clock=clock)
        self._passwords = passwords
        self._policy = policy
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
            await tx.users.add(user)
            await tx.audit.append(self._user_entry(user))
        return user.user_id

    async def bootstrap_admin(self, *, email: str, display_name: str) -> BootstrappedAdmin:
        """Makes the first administrator of the installation, and a token to set the password with.

        Asked again before the password was set, it gives a new token, and the older one ends. Raises
        FAILED_PRECONDITION / ALREADY_EXISTS once a system administrator has a password: whoever can sign
        in makes further accounts. Raises ALREADY_EXISTS for a tenant's address, INVALID_FIELD for what is
        no address.
        """
        address, now = email.strip(), self._clock.now()
        if violations := _address_violations(address):
            raise invalid_fields(violations)
        async with self._transactions.begin_platform_exclusive() as tx:
            administrators = await tx.users.administrators()
            if any(each.password_hash is not None for each in administrators):
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "ALREADY_EXISTS",
                    "this installation has a system administrator with a password, who can make others",
                )
            known = [each for each in administrators if each.email == address.lower()]
            user = known[0] if known else self._new_user(Role.SYSTEM_ADMIN, None, address, display_name, None)
            if not known:
                await tx.users.add(user)
            elif user.disabled_at is not None:
                await tx.users.save(replace(user, disabled_at=None))
            made = await give_setup_token(tx, user, at=now, lifetime=BOOTSTRAP_LIFETIME)
            told = {"expires_at": made.expires_at}
            await tx.audit.append(
                AuditEntry.by_operator(
                    Action.USER_BOOTSTRAP, user.user_id, at=now, detail=told, resource="user"
                )
            )
        return BootstrappedAdmin(user_id=user.user_id, setup_token=made)

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
        violations = _address_violations(address)
        fault = await self._policy.fault(password, about=(address, display_name))
        if fault is not None:
            violations.append(password_violation("password", fault))
        if violations:
            raise invalid_fields(violations)
        return self._new_user(role, tenant_id, address, display_name, await self._passwords.hash(password))

    def _new_user(
        self, role: Role, tenant_id: UUID | None, address: str, display_name: str, password_hash: str | None
    ) -> User:
        return User(
            user_id=new_id(),
            tenant_id=tenant_id,
            email=address,
            display_name=display_name.strip() or address.partition("@")[0],
            role=role,
            password_hash=password_hash,
            created_at=self._clock.now(),
        )


def _address_violations(address: str) -> list[FieldViolation]:
    if len(address) > _MAX_EMAIL_CHARS or _EMAIL.fullmatch(address) is None:
        return [FieldViolation("email", "must be an e-mail address", "string.email")]
    return []


def _named(text: str) -> str:
    trimmed = text.strip()
    if not trimmed or len(trimmed) > 120 or not trimmed.isprintable():  # noqa: PLR2004 - as in the protos
        raise invalid_fields([FieldViolation("name", "must be 1 to 120 printable characters", "name.length")])
    return trimmed
