"""Signing in, and saying who signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from footfall_server.auth.api_keys import hash_secret, parse_api_key, secret_matches
from footfall_server.auth.keys import KeyRing, PublicJwk
from footfall_server.auth.tokens import AccessTokens, IssuedToken
from footfall_server.domain.identity import ApiKey, Principal, Role, User
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transactions

# Compared in place of the secret of a key that is not there.
_DECOY_HASH = hash_secret("")


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller with the names that the console greets with."""

    principal: Principal
    tenant_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A token and whom it speaks for."""

    token: IssuedToken
    identity: Identity


class AccountService:
    """Lets programs in, and says who was let in. What is wrong with bad credentials is never told."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        tokens: AccessTokens,
        keys: KeyRing,
        clock: Clock,
        worker_token_ttl: timedelta,
    ) -> None:
        self._transactions = transactions
        self._tokens = tokens
        self._keys = keys
        self._clock = clock
        self._worker_token_ttl = worker_token_ttl

    async def sign_in_api_key(self, text: str) -> SignIn:
        """A token for an edge worker of the key's site. Raises UNAUTHENTICATED / BAD_CREDENTIALS."""
        parts = parse_api_key(text)
        if parts is None:
            raise bad_credentials()
        async with self._transactions.begin_platform() as tx:
            key = await tx.api_key_by_prefix(parts.prefix)
            matches = secret_matches(parts.secret, key.secret_hash if key else _DECOY_HASH)
            if key is None or not matches or not self._is_live(key):
                raise bad_credentials()
            tenant = await tx.get_tenant(key.tenant_id)
        async with self._transactions.begin(key.tenant_id) as inside:
            await inside.api_keys.touch(key.api_key_id, self._clock.now())
        site_ids = frozenset({key.site_id})
        token = self._tokens.issue(
            subject_id=key.api_key_id,
            role=Role.WORKER,
            tenant_id=key.tenant_id,
            site_ids=site_ids,
            lifetime=self._worker_token_ttl,
        )
        principal = Principal(
            subject_id=key.api_key_id,
            role=Role.WORKER,
            tenant_id=key.tenant_id,
            expires_at=token.expires_at,
            site_ids=site_ids,
            display_name=key.display_name,
        )
        return SignIn(token, Identity(principal, tenant.display_name if tenant else ""))

    async def me(self, principal: Principal) -> Identity:
        """The caller with names. Raises UNAUTHENTICATED when the account is gone or shut since."""
        name = await self._display_name(principal)
        if name is None:
            raise unauthenticated()
        tenant_name = ""
        if principal.tenant_id is not None:
            async with self._transactions.begin_platform() as tx:
                tenant = await tx.get_tenant(principal.tenant_id)
            tenant_name = tenant.display_name if tenant else ""
        named = Principal(
            subject_id=principal.subject_id,
            role=principal.role,
            tenant_id=principal.tenant_id,
            expires_at=principal.expires_at,
            site_ids=principal.site_ids,
            display_name=name,
        )
        return Identity(named, tenant_name)

    def jwks(self) -> Sequence[PublicJwk]:
        """The keys whose tokens are accepted, newest first."""
        return self._keys.jwks()

    async def _display_name(self, principal: Principal) -> str | None:
        if principal.role is Role.WORKER and principal.tenant_id is not None:
            async with self._transactions.begin(principal.tenant_id) as inside:
                key = await inside.api_keys.get(principal.subject_id)
            return key.display_name if key is not None and self._is_live(key) else None
        user = await self._user(principal.subject_id, principal.tenant_id)
        return user.display_name if user is not None and user.disabled_at is None else None

    async def _user(self, user_id: UUID, tenant_id: UUID | None) -> User | None:
        if tenant_id is None:
            async with self._transactions.begin_platform() as tx:
                return await tx.user_by_id(user_id)
        async with self._transactions.begin(tenant_id) as inside:
            return await inside.users.get(user_id)

    def _is_live(self, key: ApiKey) -> bool:
        return key.revoked_at is None and (key.expires_at is None or self._clock.now() < key.expires_at)


def unauthenticated() -> FootfallError:
    """What every token that is not to be believed is answered with."""
    return FootfallError(
        ErrorKind.UNAUTHENTICATED, "UNAUTHENTICATED", "this needs a valid access token; sign in again"
    )


def bad_credentials() -> FootfallError:
    """What all credentials are answered with that let nobody in."""
    return FootfallError(ErrorKind.UNAUTHENTICATED, "BAD_CREDENTIALS", "the credentials are not right")
