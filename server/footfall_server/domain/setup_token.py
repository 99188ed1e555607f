"""A token with which a person sets the first or a new password."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SetupToken:
    """Good once, until `expires_at`. Only a hash of its secret is kept. An account has one at most."""

    setup_token_id: UUID
    tenant_id: UUID | None
    user_id: UUID
    secret_hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
