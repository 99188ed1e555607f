"""Join tokens: made by an administrator, carried to a shop, traded there for a certificate."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from footfall_server.auth.api_keys import hash_secret
from footfall_server.auth.join_tokens import new_join_token
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.certificates import JoinToken
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, TimeCursor, Transactions
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, require_site, tenant_of


@dataclass(frozen=True, slots=True)
class MadeJoinToken:
    """A new join token. `text` is shown once: it cannot be had again."""

    token: JoinToken
    text: str = field(repr=False)


class JoinTokens:
    """Makes, lists and ends join tokens. `lifetime` is how long one may stay unused."""

    def __init__(self, *, transactions: Transactions, clock: Clock, lifetime: timedelta) -> None:
        self._transactions = transactions
        self._clock = clock
        self._lifetime = lifetime

    async def create(self, principal: Principal, site_id: UUID, *, display_name: str) -> MadeJoinToken:
        """A token for one new worker of the site. Raises NOT_FOUND for a site that the caller cannot see."""
        require_site(principal, site_id)
        now = self._clock.now()
        parts = new_join_token(new_id())
        token = JoinToken(
            join_token_id=parts.join_token_id,
            tenant_id=tenant_of(principal),
            site_id=site_id,
            display_name=display_name,
            secret_hash=hash_secret(parts.secret),
            created_at=now,
            created_by=principal.subject_id,
            expires_at=now + self._lifetime,
        )
        async with begin_for(self._transactions, principal) as tx:
            if await tx.sites.get(site_id) is None:
                raise not_found("site", site_id)
            await tx.join_tokens.add(token)
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.JOIN_TOKEN_CREATE,
                    token.join_token_id,
                    at=now,
                    detail={"site_id": site_id, "expires_at": token.expires_at},
                    resource="join_token",
                )
            )
        return MadeJoinToken(token, parts.text)

    async def list(
        self, principal: Principal, *, after: TimeCursor | None, limit: int
    ) -> Page[JoinToken, TimeCursor]:
        """A page of those that are neither used nor over, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.join_tokens.list_open(now=self._clock.now(), after=after, limit=limit + 1)
        return page_of(found, limit, lambda token: TimeCursor(token.created_at, token.join_token_id))

    async def revoke(self, principal: Principal, join_token_id: UUID) -> JoinToken:
        """Ends a token; ending it again changes nothing. Raises NOT_FOUND, also for one that was used."""
        # Exclusive, as trading it is: a token is used or revoked, never both.
        async with begin_exclusive_for(self._transactions, principal) as tx:
            token = await tx.join_tokens.get(join_token_id)
            if token is None or token.used_at is not None or not principal.may_see(token.site_id):
                raise _unknown(join_token_id)
            if token.revoked_at is not None:
                return token
            now = self._clock.now()
            revoked = replace(token, revoked_at=now)
            await tx.join_tokens.save(revoked)
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.JOIN_TOKEN_REVOKE,
                    join_token_id,
                    at=now,
                    detail={"site_id": token.site_id},
                    resource="join_token",
                )
            )
        return revoked


def _unknown(join_token_id: UUID) -> FootfallError:
    return FootfallError(
        ErrorKind.NOT_FOUND,
        "JOIN_TOKEN_NOT_FOUND",
        f"there is no join token {join_token_id} that was not used",
        metadata={"join_token_id": str(join_token_id)},
    )
