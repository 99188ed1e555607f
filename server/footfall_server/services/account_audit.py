"""Entries of the audit log about accounts: by their owners, and by whoever pretended to be them."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import User

NOBODY = UUID(int=0)
"""The actor where nobody signed in."""

NOBODY_ROLE = "nobody"


def by_owner(user: User, action: str, *, at: datetime, detail: Mapping[str, object]) -> AuditEntry:
    """What a person did with their account."""
    return _entry((user.user_id, user.role.value), action, user.user_id, at, detail)


def by_nobody(user_id: UUID, action: str, *, at: datetime, detail: Mapping[str, object]) -> AuditEntry:
    """What was tried with an account by who may not be its owner."""
    return _entry((NOBODY, NOBODY_ROLE), action, user_id, at, detail)


def _entry(
    actor: tuple[UUID, str], action: str, user_id: UUID, at: datetime, detail: Mapping[str, object]
) -> AuditEntry:
    actor_id, actor_role = actor
    return AuditEntry(
        audit_id=new_id(),
        at=at,
        actor_id=actor_id,
        actor_role=actor_role,
        action=action,
        resource="user",
        resource_id=user_id,
        detail=json.dumps(detail, default=str, ensure_ascii=False, separators=(",", ":")),
    )
