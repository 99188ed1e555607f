"""The identity providers that the operator's file names (TOML or JSON).

They are the operator's and never a tenant's: the core fetches the issuer's documents, so that whoever names
an issuer chooses addresses that the core calls from inside the network.
"""

import ipaddress
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from footfall_server.domain.identity import Role
from footfall_server.domain.oidc import GroupRule, ProviderPolicy
from footfall_server.settings import BadSettingsError

MAX_SECRET_BYTES = 4096


def is_loopback(host: str) -> bool:
    """Whether a host is this machine whatever a name server says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fault_of_url(url: str) -> str | None:
    """What is wrong with an address that secrets are sent to; None for nothing."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a URL"
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        return "must be a URL with a host, without credentials and fragment"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return None
    return "must begin with https:// (http:// on loopback only)"


def _safe_url(url: str) -> str:
    if (fault := fault_of_url(url)) is not None:
        raise ValueError(fault)
    return url


SafeUrl = Annotated[str, Field(max_length=2000), AfterValidator(_safe_url)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RuleSettings(_Model):
    """What members of a group may do here. `site_ids` go with site managers only, who need one at least."""

    group: str = Field(min_length=1, max_length=500)
    role: Role
    site_ids: frozenset[UUID] = frozenset()

    @model_validator(mode="after")
    def _sites_go_with_the_role(self) -> Self:
        if (self.role is Role.SITE_MANAGER) != bool(self.site_ids):
            raise ValueError("site_ids go with site_manager, who needs one at least, and with no other role")
        return self


class OidcProviderSettings(_Model):
    """One provider. Without a tenant_id its people are system administrators."""

    provider_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    display_name: str = Field(min_length=1, max_length=120)
    issuer: SafeUrl
    client_id: str = Field(min_length=1, max_length=500)
    client_secret: SecretStr
    redirect_uri: SafeUrl
    tenant_id: UUID | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = Field(default="groups", min_length=1, max_length=200)
    rules: tuple[RuleSettings, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _secret_from_file(cls, told: Any) -> Any:
        if not isinstance(told, dict) or "client_secret_file" not in told:
            return told
        if "client_secret" in told:
            raise ValueError("client_secret and client_secret_file exclude each other")
        rest = {key: value for key, value in told.items() if key != "client_secret_file"}
        return {**rest, "client_secret": _first_line(told["client_secret_file"])}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        if not self.client_secret.get_secret_value():
            raise ValueError("client_secret must not be empty")
        if urlsplit(self.issuer).query:
            raise ValueError("the issuer has no query")
        for rule in self.rules:
            if (rule.role is Role.SYSTEM_ADMIN) != (self.tenant_id is None) or rule.role is Role.WORKER:
                raise ValueError(
                    "rules give tenant_admin or site_manager with a tenant_id, system_admin without one"
                )
        return self

    @property
    def policy(self) -> ProviderPolicy:
        """What the provider's people may do, without how it is reached."""
        return ProviderPolicy(
            provider_id=self.provider_id,
            display_name=self.display_name,
            tenant_id=self.tenant_id,
            rules=tuple(GroupRule(each.group, each.role, each.site_ids) for each in self.rules),
        )


class _OidcFile(_Model):
    providers: tuple[OidcProviderSettings, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({each.provider_id for each in self.providers}) != len(self.providers):
            raise ValueError("two providers have the same provider_id")
        return self


def load_oidc_providers(file: Path | None) -> Sequence[OidcProviderSettings]:
    """Reads the file; no providers without one.

    Raises BadSettingsError, whose text names the file and the fields and no values.
    """
    if file is None:
        return ()
    try:
        text = file.read_text(encoding="utf-8")
        read = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:  # TOML's, JSON's and Unicode's errors are ValueErrors
        raise BadSettingsError(f"{file}: cannot be read ({type(error).__name__})") from None
    try:
        return _OidcFile.model_validate(read).providers
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False, include_url=False)
        )
        raise BadSettingsError(f"{file}: {faults}") from None


def _first_line(file: Any) -> str:
    try:
        with Path(file).open(encoding="utf-8") as opened:
            return opened.read(MAX_SECRET_BYTES).partition("\n")[0].strip()
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(f"client_secret_file cannot be read ({type(error).__name__})") from None
