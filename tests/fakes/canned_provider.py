"""An identity provider without a net: whoever comes with CODE is an administrator of the tenant."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from footfall_server.domain.identity import Role
from footfall_server.domain.oidc import ExternalIdentity, GroupRule, ProvenIdentity, ProviderPolicy

PROVIDER_ID = "canned"
CODE = "a code that the provider gave"


@dataclass(frozen=True, slots=True)
class CannedProvider:
    """Implements IdentityProvider."""

    tenant_id: UUID

    @property
    def policy(self) -> ProviderPolicy:
        rules = (GroupRule("admins", Role.TENANT_ADMIN),)
        return ProviderPolicy(PROVIDER_ID, "Kaufhaus-Konto", self.tenant_id, rules)

    async def authorization_url(self, *, state: str, nonce: str, code_challenge: str) -> str:
        asked = {"state": state, "nonce": nonce, "code_challenge": code_challenge}
        return f"https://id.example/authorize?{urlencode(asked)}"

    async def identify(self, *, code: str, code_verifier: str, nonce: str) -> ProvenIdentity | None:
        del code_verifier, nonce
        if code != CODE:
            return None
        return ProvenIdentity(
            ExternalIdentity(PROVIDER_ID, "https://id.example", "anna"),
            email="anna@id.example",
            email_verified=True,
            display_name="Anna",
            groups=frozenset({"admins"}),
        )
