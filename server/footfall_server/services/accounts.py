"""Signing in, and saying who signed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from footfall_server.auth.api_keys import hash_secret, parse_api_key, secret_matches
from footfall_server.auth.keys import KeyRing, PublicJwk
from footfall_server.auth.tokens import AccessTokens
from footfall_server.domain.identity import ApiKey, Principal, Role
from footfall_server.ports import Clock, Transactions
from footfall_server.services.sign_in import Identity, SignIn, bad_credentials, unauthenticated

# Compared in place of the secret of a key that is not there.
_DECOY_HASH = hash_secret("")

# To within which time it is known when a key was last used: not every sign-in writes.
_NOTE_USE_EVERY = timedelta(minutes=1)


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
        """A token for a program at the key's site, no longer than the key.

        Raises UNAUTHENTICATED / BAD_CREDENTIALS.
        """
        parts = parse_api_key(text)
        if parts is None:
            raise bad_credentials()
        now = self._clock.now()
        async with self._transactions.begin_platform() as tx:
            key = await tx.api_key_by_prefix(parts.prefix)
            matches = secret_matches(parts.secret, key.secret_hash if key else _DECOY_HASH)
            if key is None or not matches or not key.is_live(now):
                raise bad_credentials()
            tenant = await tx.get_tenant(key.tenant_id)
        await self._note_use(key, now)
        site_ids = frozenset({key.site_id})
        lifetime = self._worker_token_ttl
        if key.expires_at is not None:
            lifetime = min(lifetime, key.expires_at - now)
        token = self._tokens.issue(
            subject_id=key.api_key_id,
            role=key.role,
            tenant_id=key.tenant_id,
            site_ids=site_ids,
            lifetime=lifetime,
            issued_at=now,
        )
        principal = Principal(
            subject_id=key.api_key_id,
            role=key.role,
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
        named = replace(principal, display_name=name)
        return Identity(named, tenant_name)

    def jwks(self) -> Sequence[PublicJwk]:
        """The keys whose tokens are accepted, newest first."""
        return self._keys.jwks()

    async def _display_name(self, principal: Principal) -> str | None:
        if principal.role is Role.SYSTEM_ADMIN:
            async with self._transactions.begin_platform() as tx:
                user = await tx.user_by_id(principal.subject_id)
        elif principal.tenant_id is None:
            return None
        else:
            async with self._transactions.begin(principal.tenant_id) as inside:
                # Only people have sessions.
                if principal.session_id is None:
                    key = await inside.api_keys.get(principal.subject_id)
                    return key.display_name if key is not None and key.is_live(self._clock.now()) else None
                user = await inside.users.get(principal.subject_id)
        return user.display_name if user is not None and user.disabled_at is None else None

    async def _note_use(self, key: ApiKey, now: datetime) -> None:
        if key.last_used_at is None or now - key.last_used_at >= _NOTE_USE_EVERY:
            async with self._transactions.begin(key.tenant_id) as tx:
                await tx.api_keys.touch(key.api_key_id, now)
