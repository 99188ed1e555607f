"""Where people sign in with another account (OpenID Connect)."""

from typing import Protocol

from footfall_server.domain.oidc import ProvenIdentity, ProviderPolicy


class IdentityProvider(Protocol):
    """One provider that the operator's settings name.

    Both methods raise UNAVAILABLE / IDENTITY_PROVIDER_UNAVAILABLE when it does not answer as it should.
    """

    @property
    def policy(self) -> ProviderPolicy: ...

    async def authorization_url(self, *, state: str, nonce: str, code_challenge: str) -> str:
        """Where to send the browser. `code_challenge` is the S256 one of RFC 7636."""
        ...

    async def identify(self, *, code: str, code_verifier: str, nonce: str) -> ProvenIdentity | None:
        """Who came back with this code; None when it proves nothing."""
        ...
