"""Who calls, and what a caller may reach."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeGuard
from uuid import UUID


class Role(StrEnum):
    """What a caller may do; the values are what the database and the tokens hold."""

    SYSTEM_ADMIN = "system_admin"
    TENANT_ADMIN = "tenant_admin"
    SITE_MANAGER = "site_manager"
    WORKER = "worker"


OPERATOR = UUID(int=0)
"""Stands for who works on the machine itself, by the command line, where a caller's id is asked for."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose token was verified.

    `tenant_id` is None only for a system administrator who acts for no tenant. `site_ids` confines the
    caller to these sites; None means all sites of the tenant. `session_id` is the session that a person's
    token belongs to; programs have none. Revocations are compared with `issued_at`. `certificate_hash` is
    the SHA-256 of the certificate (DER, in hexadecimal) that a worker's token is bound to (RFC 8705).
    """

    subject_id: UUID
    role: Role
    tenant_id: UUID | None
    expires_at: datetime
    site_ids: frozenset[UUID] | None = None
    display_name: str = field(default="", repr=False)
    session_id: UUID | None = None
    issued_at: datetime | None = None
    certificate_hash: str = ""

    def may_see(self, site_id: UUID) -> bool:
        """Whether the caller may see what happens at the site."""
        return self.site_ids is None or site_id in self.site_ids


@dataclass(frozen=True, slots=True)
class User:
    """An account of a person. `tenant_id` is None for a system administrator.

    `password_hash` is None for an account that has no password, or none yet. `site_ids` confines a site
    manager, and may be empty when all its sites were closed; None means all sites, for administrators only.
    `identity_provider`, `oidc_issuer` and `oidc_subject` say who the person is at an identity provider; all
    three are set, or none.
    """

    user_id: UUID
    tenant_id: UUID | None
    email: str = field(repr=False)
    display_name: str = field(repr=False)
    role: Role
    password_hash: str | None = field(repr=False)
    created_at: datetime
    site_ids: frozenset[UUID] | None = None
    disabled_at: datetime | None = None
    identity_provider: str | None = None
    oidc_issuer: str | None = None
    oidc_subject: str | None = field(default=None, repr=False)
    last_sign_in_at: datetime | None = None

    @property
    def can_sign_in(self) -> bool:
        """Whether the account is open and has something to sign in with."""
        return self.disabled_at is None and (self.password_hash is not None or self.oidc_subject is not None)


def is_open(user: User | None) -> TypeGuard[User]:
    """Whether the account is there and was not disabled: its owner may sign in and go on."""
    return user is not None and user.disabled_at is None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's credentials at one site. Only a hash of the secret part is kept; `prefix` finds the row.

    `role` is WORKER or SITE_MANAGER. `last_used_at` is true to within a minute.
    """

    api_key_id: UUID
    tenant_id: UUID
    site_id: UUID
    display_name: str
    prefix: str
    secret_hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    role: Role = Role.WORKER
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it signs anybody in."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
