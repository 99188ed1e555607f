"""Entries of the audit log about accounts: by their owners, and by whoever pretended to be them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import AuditEntry
from footfall_server.domain.identity import User

_RESOURCE = "user"


def by_owner(user: User, action: str, *, at: datetime, detail: Mapping[str, object]) -> AuditEntry:
    """What a person did with their account."""
    entry = by_nobody(user.user_id, action, at=at, detail=detail)
    return replace(entry, actor_id=user.user_id, actor_role=user.role.value)


def by_nobody(user_id: UUID, action: str, *, at: datetime, detail: Mapping[str, object]) -> AuditEntry:
    """What was tried with an account by who may not be its owner."""
    return AuditEntry.by_nobody(action, user_id, at=at, detail=detail, resource=_RESOURCE)
