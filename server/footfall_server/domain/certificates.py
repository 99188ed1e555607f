"""Join tokens, and the certificates that edge workers get for them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class JoinToken:
    """What one new edge worker of a site is let in with, once. Only a hash of the secret part is kept.

    `certificate_id` is what it was traded for, at `used_at`.
    """

    join_token_id: UUID
    tenant_id: UUID
    site_id: UUID
    display_name: str
    secret_hash: str = field(repr=False)
    created_at: datetime
    created_by: UUID
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    certificate_id: UUID | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it lets nobody in any more, used or not."""
        return self.revoked_at is not None or now >= self.expires_at


@dataclass(frozen=True, slots=True)
class WorkerCertificate:
    """A certificate of an edge worker.

    `certificate_id` as a number is the serial number. `fingerprint` is the SHA-256 of `der`, and
    `public_key_hash` that of the key (SubjectPublicKeyInfo, DER); both in hexadecimal.
    """

    certificate_id: UUID
    tenant_id: UUID
    site_id: UUID
    worker_id: UUID
    display_name: str
    fingerprint: str
    public_key_hash: str
    der: bytes = field(repr=False)
    created_at: datetime
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it proves its worker now."""
        return self.revoked_at is None and self.not_before <= now < self.not_after
