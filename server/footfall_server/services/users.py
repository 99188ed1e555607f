"""The accounts of a tenant's people and, for who acts for no tenant, of system administrators."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role, User
from footfall_server.errors import not_found
from footfall_server.ports import AccountTransaction, Clock, NameCursor, Transactions
from footfall_server.services.account_scope import begin_accounts, begin_accounts_exclusive
from footfall_server.services.paging import Page, page_of
from footfall_server.services.setup_tokens import MadeSetupToken, give_setup_token
from footfall_server.services.sign_ins import AccessEnder
from footfall_server.services.user_rules import (
    require_another_administrator,
    require_known_sites,
    require_role_and_sites,
)


@dataclass(frozen=True, slots=True)
class UserValues:
    """What can be said of an account; None leaves it as it is.

    No sites are said of an administrator: an empty `site_ids` means none.
    """

    display_name: str | None = field(default=None, repr=False)
    role: Role | None = None
    site_ids: frozenset[UUID] | None = None
    disabled: bool | None = None


class UserService:
    """Opens, lists, changes and removes accounts.

    `principal.tenant_id` says whose they are: the tenant's, or the installation's without one. An account
    that is elsewhere is not there.
    """

    def __init__(self, *, transactions: Transactions, access: AccessEnder, clock: Clock) -> None:
        self._transactions = transactions
        self._access = access
        self._clock = clock

    async def create(
        self, principal: Principal, values: UserValues, *, email: str, role: Role, request_id: UUID | None
    ) -> User:
        """Opens an account without a password. The same request_id makes one.

        Raises ALREADY_EXISTS for an address that is taken, INVALID_FIELD for a role that is none of this
        place or does not go with the sites, and NOT_FOUND for a site that is not the tenant's.
        """
        now = self._clock.now()
        blank = User(
            user_id=new_id(),
            tenant_id=principal.tenant_id,
            email=email,
            display_name=email.partition("@")[0],
            role=role,
            password_hash=None,
            created_at=now,
        )
        user = _changed(blank, replace(values, display_name=values.display_name or None), now)
        require_role_and_sites(user)
        async with begin_accounts_exclusive(self._transactions, principal.tenant_id) as place:
            await require_known_sites(place, user)
            added = await place.tx.users.add(user, request_id)
            if added.user_id == user.user_id:
                told = {"role": user.role, "site_ids": _listed(user), "disabled": values.disabled or False}
                await place.tx.audit.append(_told(principal, Action.USER_CREATE, user.user_id, told, now))
            return added

    async def get(self, principal: Principal, user_id: UUID) -> User:
        async with begin_accounts(self._transactions, principal.tenant_id) as accounts:
            return await _found(accounts, user_id)

    async def list(
        self, principal: Principal, *, after: NameCursor | None, limit: int
    ) -> Page[User, NameCursor]:
        """The accounts by address."""
        async with begin_accounts(self._transactions, principal.tenant_id) as accounts:
            found = await accounts.users.list(after=after, limit=limit + 1)
        return page_of(found, limit, lambda user: NameCursor(user.email, user.user_id))

    async def update(self, principal: Principal, user_id: UUID, values: UserValues) -> User:
        """Changes what is not None. Another role, other sites or shutting the account end its access.

        Raises what `create` raises, and FAILED_PRECONDITION / LAST_ADMIN.
        """
        now = self._clock.now()
        async with begin_accounts_exclusive(self._transactions, principal.tenant_id) as place:
            user = await _found(place.tx, user_id)
            changed = _changed(user, values, now)
            if changed == user:
                return user
            opened = user.disabled_at is not None and changed.disabled_at is None
            if opened or values.role is not None or values.site_ids is not None:
                require_role_and_sites(changed)
                await require_known_sites(place, changed)
            if changed.role is not user.role or not changed.can_sign_in:
                await require_another_administrator(place.tx.users, user)
            await place.tx.users.save(changed)
            before, after = _reach(user), _reach(changed)
            if before != after:
                await self._access.end_access(place.tx, user_id, keep_session=None)
            told: dict[str, object] = {
                key: {"from": before[key], "to": after[key]} for key in before if before[key] != after[key]
            }
            if changed.display_name != user.display_name:
                told["display_name"] = "changed"
            await place.tx.audit.append(_told(principal, Action.USER_UPDATE, user_id, told, now))
            return changed

    async def delete(self, principal: Principal, user_id: UUID) -> None:
        """Removes an account and ends its access. Raises FAILED_PRECONDITION / LAST_ADMIN."""
        async with begin_accounts_exclusive(self._transactions, principal.tenant_id) as place:
            user = await _found(place.tx, user_id)
            await require_another_administrator(place.tx.users, user)
            await self._access.end_access(place.tx, user_id, keep_session=None)
            await place.tx.users.remove(user_id)
            told = {"role": user.role, "site_ids": _listed(user)}
            now = self._clock.now()
            await place.tx.audit.append(_told(principal, Action.USER_DELETE, user_id, told, now))

    async def create_setup_token(self, principal: Principal, user_id: UUID) -> MadeSetupToken:
        """A token with which the person sets a password. Those that were given before end."""
        now = self._clock.now()
        async with begin_accounts(self._transactions, principal.tenant_id) as accounts:
            user = await _found(accounts, user_id)
            made = await give_setup_token(accounts, user, at=now)
            told = {"expires_at": made.expires_at}
            await accounts.audit.append(_told(principal, Action.USER_SETUP_TOKEN, user_id, told, now))
            return made


async def _found(accounts: AccountTransaction, user_id: UUID) -> User:
    user = await accounts.users.get(user_id)
    if user is None:
        raise not_found("user", user_id)
    return user


def _told(
    principal: Principal, action: str, user_id: UUID, detail: Mapping[str, object], at: datetime
) -> AuditEntry:
    return AuditEntry.of(principal, action, user_id, at=at, detail=detail, resource="user")


def _changed(user: User, values: UserValues, now: datetime) -> User:
    role = user.role if values.role is None else values.role
    # Who becomes an administrator is confined to sites no more.
    sites = user.site_ids if role is Role.SITE_MANAGER or role is user.role else None
    if values.site_ids is not None:
        sites = values.site_ids or (frozenset() if role is Role.SITE_MANAGER else None)
    shut = (user.disabled_at is not None) if values.disabled is None else values.disabled
    return replace(
        user,
        display_name=user.display_name if values.display_name is None else values.display_name,
        role=role,
        site_ids=sites,
        disabled_at=(user.disabled_at or now) if shut else None,
    )


def _reach(user: User) -> dict[str, object]:
    """What decides how far an account reaches, as the audit log tells it."""
    return {"role": user.role, "site_ids": _listed(user), "disabled": user.disabled_at is not None}


def _listed(user: User) -> list[str] | None:
    return None if user.site_ids is None else sorted(str(site_id) for site_id in user.site_ids)
