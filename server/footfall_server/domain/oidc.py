"""Sign-ins at identity providers (OpenID Connect Core 1.0)."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.identity import Role


@dataclass(frozen=True, slots=True)
class OidcLogin:
    """A sign-in that a browser began. Of what the browser was given only hashes are kept; good once."""

    state_hash: str = field(repr=False)
    secret_hash: str = field(repr=False)
    provider_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """Who an account is at an identity provider: issuer and subject together are never given again."""

    provider_id: str
    issuer: str
    subject: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupRule:
    """What members of a group may do here."""

    group: str
    role: Role
    site_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ProviderPolicy:
    """Whom an identity provider lets in, and as what. `tenant_id` is None for system administrators."""

    provider_id: str
    display_name: str
    tenant_id: UUID | None
    rules: tuple[GroupRule, ...]


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """Who a provider says that somebody is. `email` is empty when it does not say."""

    identity: ExternalIdentity
    email: str = field(default="", repr=False)
    email_verified: bool = False
    display_name: str = field(default="", repr=False)
    groups: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """A role, and the sites of a site manager; None for administrators."""

    role: Role
    site_ids: frozenset[UUID] | None = None

    def covers(self, other: "Access") -> bool:
        """Whether whoever had `other` loses nothing by this."""
        if self.role is not other.role:
            return _RANK[self.role] > _RANK[other.role]
        if self.site_ids is None or other.site_ids is None:
            return self.site_ids is None
        return self.site_ids >= other.site_ids


_RANK = {Role.WORKER: 0, Role.SITE_MANAGER: 1, Role.TENANT_ADMIN: 2, Role.SYSTEM_ADMIN: 3}


def access_by_groups(groups: frozenset[str], rules: tuple[GroupRule, ...]) -> Access | None:
    """What all matching rules give together: the highest role, and the sites of all; None without a match."""
    matching = [rule for rule in rules if rule.group in groups]
    if not matching:
        return None
    role = max((rule.role for rule in matching), key=lambda each: _RANK[each])
    if role is not Role.SITE_MANAGER:
        return Access(role)
    return Access(role, frozenset().union(*(rule.site_ids for rule in matching)))
