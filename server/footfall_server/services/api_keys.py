"""Keys of a tenant's programs."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.auth.api_keys import hash_secret, new_api_key
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import ApiKey, Principal, Role
from footfall_server.domain.revocation import Revocation
from footfall_server.errors import FieldViolation, invalid_fields, not_found
from footfall_server.ports import Clock, TimeCursor, Transactions
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, tenant_of

KEY_ROLES = frozenset({Role.WORKER, Role.SITE_MANAGER})
"""What a program may be: whoever has its key reaches one site."""

_RESOURCE = "api_key"


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """What a key is to be."""

    site_id: UUID
    display_name: str
    role: Role = Role.WORKER
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreatedApiKey:
    """A new key. `text` is shown once: it cannot be had again. Empty for a key that was made before."""

    key: ApiKey
    text: str = field(repr=False)


class ApiKeyService:
    """Makes, lists and revokes keys."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def create(
        self, principal: Principal, wanted: NewApiKey, *, request_id: UUID | None
    ) -> CreatedApiKey:
        """A new key, and its text. The same request_id makes one key and tells its text once.

        Raises SITE_NOT_FOUND, and INVALID_FIELD for an end that has passed.
        """
        now = self._clock.now()
        if wanted.expires_at is not None and wanted.expires_at <= now:
            raise invalid_fields(
                [FieldViolation("api_key.expire_time", "must be in the future", "api_key.expire_time")]
            )
        tenant_id = tenant_of(principal)
        parts = new_api_key()
        key = ApiKey(
            api_key_id=new_id(),
            tenant_id=tenant_id,
            site_id=wanted.site_id,
            display_name=wanted.display_name,
            prefix=parts.prefix,
            secret_hash=hash_secret(parts.secret),
            created_at=now,
            expires_at=wanted.expires_at,
            role=wanted.role,
        )
        async with begin_for(self._transactions, principal) as tx:
            if await tx.sites.get(wanted.site_id) is None:
                raise not_found("site", wanted.site_id)
            added = await tx.api_keys.add(key, request_id)
            if added.api_key_id != key.api_key_id:
                return CreatedApiKey(added, "")
            detail = {
                "site_id": key.site_id,
                "role": key.role.value,
                "prefix": key.prefix,
                "expires_at": key.expires_at and key.expires_at.isoformat(),
            }
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.API_KEY_CREATE,
                    key.api_key_id,
                    at=now,
                    detail=detail,
                    resource=_RESOURCE,
                )
            )
        return CreatedApiKey(added, parts.text)

    async def get(self, principal: Principal, api_key_id: UUID) -> ApiKey:
        async with begin_for(self._transactions, principal) as tx:
            key = await tx.api_keys.get(api_key_id)
        if key is None:
            raise not_found(_RESOURCE, api_key_id)
        return key

    async def list(
        self, principal: Principal, *, site_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Page[ApiKey, TimeCursor]:
        """Keys, the newest first. Raises SITE_NOT_FOUND for a filter by a site that is not there."""
        async with begin_for(self._transactions, principal) as tx:
            if site_id is not None and await tx.sites.get(site_id) is None:
                raise not_found("site", site_id)
            found = await tx.api_keys.list(site_id=site_id, after=after, limit=limit + 1)
        return page_of(found, limit, lambda key: TimeCursor(key.created_at, key.api_key_id))

    async def revoke(self, principal: Principal, api_key_id: UUID) -> ApiKey:
        """Ends the key, its tokens and its streams. Revoking again changes nothing."""
        now = self._clock.now()
        # Exclusive, so that of two who revoke at once one is told of in the log.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            before = await tx.api_keys.get(api_key_id)
            key = await tx.api_keys.revoke(api_key_id, now)
            if before is None or key is None:
                raise not_found(_RESOURCE, api_key_id)
            if before.revoked_at is None:
                await tx.revocations.add(Revocation(api_key_id, now))
                await tx.audit.append(
                    AuditEntry.of(
                        principal, Action.API_KEY_REVOKE, api_key_id, at=now, detail={}, resource=_RESOURCE
                    )
                )
        return key
