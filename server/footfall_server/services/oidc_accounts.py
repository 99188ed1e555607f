"""From who somebody is at an identity provider to the account here, at each sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role, User
from footfall_server.domain.oidc import Access, ProvenIdentity, ProviderPolicy, access_by_groups
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import AccountTransaction, Clock, Transactions
from footfall_server.services.account_scope import AccountPlace, begin_accounts_exclusive
from footfall_server.services.sign_in import bad_credentials
from footfall_server.services.sign_ins import AccessEnder

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Somebody who came back from a provider."""

    policy: ProviderPolicy
    proven: ProvenIdentity
    at: datetime


class OidcAccounts:
    """Keeps accounts as the provider's groups say.

    An account is made at the first sign-in, or one of the same place is linked by its verified address. From
    then on role and sites follow the groups at each sign-in, whatever was set here meanwhile.
    """

    def __init__(self, *, transactions: Transactions, access: AccessEnder, clock: Clock) -> None:
        self._transactions = transactions
        self._access = access
        self._clock = clock

    async def account_of(self, policy: ProviderPolicy, proven: ProvenIdentity) -> User:
        """The account of the person, with the role and the sites that its groups give.

        Raises PERMISSION_DENIED / NO_ROLE when no group gives a role, and UNAUTHENTICATED / BAD_CREDENTIALS
        for an account that is shut, or an address that is somebody else's.
        """
        known = await self._known(policy, proven)
        came = _Arrival(policy, proven, self._clock.now())
        async with begin_accounts_exclusive(self._transactions, policy.tenant_id) as place:
            user = None if known is None else await _open_account(place.tx, known.user_id, proven)
            access = await _access(place, policy, proven)
            if access is None:
                await self._tell_no_role(place.tx, came, user)
            elif user is None:
                user = await self._add(place.tx, came, access)
            else:
                user = await self._mapped(place.tx, came, user, access)
            if user is not None and access is not None:
                await place.tx.users.signed_in(user.user_id, came.at)
        # Raised here, since the transaction has to be committed with what it tells.
        if user is None or access is None:
            raise FootfallError(
                ErrorKind.PERMISSION_DENIED,
                "NO_ROLE",
                "the identity provider knows you, but none of your groups gives a role here",
            )
        return user

    async def _known(self, policy: ProviderPolicy, proven: ProvenIdentity) -> User | None:
        """The account that there is, by the identity or, never linked before, by the address."""
        identity = proven.identity
        async with self._transactions.begin_platform() as tx:
            linked = await tx.user_by_identity(identity.issuer, identity.subject)
            named = await tx.user_by_email(proven.email) if proven.email else None
            if policy.tenant_id is not None and await tx.get_tenant(policy.tenant_id) is None:
                raise _refused(policy, "there is no such tenant")
        if linked is not None:
            if linked.tenant_id != policy.tenant_id:
                raise _refused(policy, "the identity belongs to an account elsewhere")
            return linked
        if named is None:
            if not proven.email:
                raise _refused(policy, "the provider tells no address")
            return None
        if named.tenant_id != policy.tenant_id:
            raise _refused(policy, "the address belongs to an account elsewhere")
        if not proven.email_verified:
            raise _refused(policy, "the address is an account's and was not verified")
        if named.oidc_subject is not None:
            raise _refused(policy, "the address is an account's with another identity")
        return named

    async def _add(self, tx: AccountTransaction, came: _Arrival, access: Access) -> User:
        policy, proven = came.policy, came.proven
        user = User(
            user_id=new_id(),
            tenant_id=policy.tenant_id,
            email=proven.email,
            display_name=proven.display_name or proven.email.partition("@")[0],
            role=access.role,
            password_hash=None,
            created_at=came.at,
            site_ids=access.site_ids,
            identity_provider=proven.identity.provider_id,
            oidc_issuer=proven.identity.issuer,
            oidc_subject=proven.identity.subject,
        )
        try:
            added = await tx.users.add(user)
        except FootfallError as error:
            if error.kind is not ErrorKind.ALREADY_EXISTS:
                raise
            raise _refused(policy, "the address was taken meanwhile") from None
        told = {"provider_id": policy.provider_id, "role": access.role, "site_ids": _listed(access.site_ids)}
        await tx.audit.append(_entry(user, Action.USER_CREATE, told, came.at))
        return added

    async def _mapped(self, tx: AccountTransaction, came: _Arrival, user: User, access: Access) -> User:
        told: dict[str, object] = {}
        if user.oidc_subject is None:
            await tx.users.link(user.user_id, came.proven.identity)
            told["linked"] = True
        before = Access(user.role, user.site_ids)
        changed = replace(user, role=access.role, site_ids=access.site_ids)
        if before != access:
            await tx.users.save(changed)
            told["role"] = {"from": before.role, "to": access.role}
            told["site_ids"] = {"from": _listed(before.site_ids), "to": _listed(access.site_ids)}
        if not access.covers(before):
            await self._access.end_access(tx, user.user_id, keep_session=None)
        if told:
            told["provider_id"] = came.policy.provider_id
            await tx.audit.append(_entry(user, Action.USER_UPDATE, told, came.at))
        return changed

    async def _tell_no_role(self, tx: AccountTransaction, came: _Arrival, user: User | None) -> None:
        told = {"provider_id": came.policy.provider_id, "reason": "NO_ROLE"}
        if user is None:
            entry = AuditEntry.by_nobody(Action.NO_ROLE, None, at=came.at, detail=told, resource="user")
        else:
            if user.oidc_subject is not None:
                # Who lost the last group keeps nothing of what the groups gave before.
                await self._access.end_access(tx, user.user_id, keep_session=None)
            entry = _entry(user, Action.NO_ROLE, told, came.at)
        await tx.audit.append(entry)


async def _open_account(tx: AccountTransaction, user_id: UUID, proven: ProvenIdentity) -> User:
    """The account as it is now, under the lock: it may have been shut, or linked, since it was found."""
    user = await tx.users.get(user_id)
    if user is None or user.disabled_at is not None:
        raise bad_credentials()
    identity = proven.identity
    if user.oidc_subject is not None and (user.oidc_issuer, user.oidc_subject) != (
        identity.issuer,
        identity.subject,
    ):
        raise bad_credentials()
    return user


async def _access(place: AccountPlace, policy: ProviderPolicy, proven: ProvenIdentity) -> Access | None:
    """What the groups give, without sites that are closed. A manager of none of them is nobody."""
    access = access_by_groups(proven.groups, policy.rules)
    if access is None or access.role is not Role.SITE_MANAGER or place.sites is None:
        return access
    there = [each for each in access.site_ids or () if await place.sites.get(each) is not None]
    return replace(access, site_ids=frozenset(there)) if there else None


def _refused(policy: ProviderPolicy, why: str) -> FootfallError:
    _log.warning("oidc_account_refused", provider_id=policy.provider_id, why=why)
    return bad_credentials()


def _entry(user: User, action: str, detail: Mapping[str, object], at: datetime) -> AuditEntry:
    """What a sign-in did to the person's own account."""
    person = Principal(subject_id=user.user_id, role=user.role, tenant_id=user.tenant_id, expires_at=at)
    return AuditEntry.of(person, action, user.user_id, at=at, detail=detail, resource="user")


def _listed(site_ids: frozenset[UUID] | None) -> list[str] | None:
    return None if site_ids is None else sorted(str(site_id) for site_id in site_ids)
