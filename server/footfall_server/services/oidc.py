"""Signing in at an identity provider: begun by a browser, ended by the same one, once, on any replica."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from footfall_server.auth.api_keys import hash_secret, secret_matches
from footfall_server.domain.oidc import OidcLogin, ProviderPolicy
from footfall_server.errors import not_found
from footfall_server.ports import Clock, IdentityProvider, Transactions
from footfall_server.services.oidc_accounts import OidcAccounts
from footfall_server.services.sign_in import SignIn, bad_credentials
from footfall_server.services.sign_ins import Sessions

LIFETIME = timedelta(minutes=10)
"""How long a person has at the provider's page."""

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class StartedLogin:
    """Where to send the browser, and what its page keeps until it is back."""

    authorization_url: str = field(repr=False)
    login_secret: str = field(repr=False)
    expires_at: datetime


class OidcService:
    """Authorization code with PKCE (RFC 7636).

    The code verifier and the nonce follow from the state and the browser's login secret, of both of which
    only hashes are kept: who reads the database can neither end a sign-in nor use a code.
    """

    def __init__(
        self,
        *,
        providers: Sequence[IdentityProvider],
        transactions: Transactions,
        accounts: OidcAccounts,
        sessions: Sessions,
        clock: Clock,
    ) -> None:
        self._providers = {each.policy.provider_id: each for each in providers}
        self._transactions = transactions
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock

    def providers(self) -> Sequence[ProviderPolicy]:
        """Where people can sign in, by name."""
        policies = (each.policy for each in self._providers.values())
        return sorted(policies, key=lambda each: (each.display_name.lower(), each.provider_id))

    async def start(self, provider_id: str) -> StartedLogin:
        """Begins a sign-in.

        Raises NOT_FOUND / IDENTITY_PROVIDER_NOT_FOUND, and UNAVAILABLE / IDENTITY_PROVIDER_UNAVAILABLE.
        """
        provider = self._providers.get(provider_id)
        if provider is None:
            raise not_found("identity_provider", provider_id)
        state, secret = secrets.token_urlsafe(_SECRET_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        url = await provider.authorization_url(
            state=state,
            nonce=_derived(secret, "nonce", state),
            code_challenge=_challenge(_derived(secret, "code_verifier", state)),
        )
        login = OidcLogin(
            state_hash=hash_secret(state),
            secret_hash=hash_secret(secret),
            provider_id=provider_id,
            expires_at=self._clock.now() + LIFETIME,
        )
        async with self._transactions.begin_platform() as tx:
            await tx.oidc_logins.add(login)
        return StartedLogin(authorization_url=url, login_secret=secret, expires_at=login.expires_at)

    async def sign_in(self, *, code: str, state: str, login_secret: str) -> SignIn:
        """A session for whom the provider sent back.

        Raises UNAUTHENTICATED / BAD_CREDENTIALS whatever of it was wrong, PERMISSION_DENIED / NO_ROLE, and
        UNAVAILABLE / IDENTITY_PROVIDER_UNAVAILABLE.
        """
        async with self._transactions.begin_platform() as tx:
            # Taken before it is looked at: whatever comes of it, the state is used up.
            login = await tx.oidc_logins.take(hash_secret(state))
        if login is None or not secret_matches(login_secret, login.secret_hash):
            raise bad_credentials()
        provider = self._providers.get(login.provider_id)
        if provider is None or login.expires_at <= self._clock.now():
            raise bad_credentials()
        proven = await provider.identify(
            code=code,
            code_verifier=_derived(login_secret, "code_verifier", state),
            nonce=_derived(login_secret, "nonce", state),
        )
        if proven is None:
            raise bad_credentials()
        user = await self._accounts.account_of(provider.policy, proven)
        return await self._sessions.open(user, method="oidc")


def _derived(secret: str, purpose: str, state: str) -> str:
    """43 characters that only the login secret leads to: RFC 7636 asks for 43 to 128 of a verifier."""
    return _base64url(hmac.digest(secret.encode(), f"{purpose}\0{state}".encode(), "sha256"))


def _challenge(code_verifier: str) -> str:
    return _base64url(hashlib.sha256(code_verifier.encode()).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
