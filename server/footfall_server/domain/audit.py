"""What people did, for whoever has to answer for it later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal

NOBODY = UUID(int=0)
"""Stands for the actor where nobody was signed in."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action of a person. `detail` is a JSON object of ids, counts and the reason that was given.

    It never holds a customer's name, a face or an embedding.
    """

    audit_id: UUID
    at: datetime
    actor_id: UUID
    actor_role: str
    action: str
    resource: str
    resource_id: UUID
    detail: str

    @classmethod
    def by_nobody(
        cls,
        action: str,
        resource_id: UUID,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str,
    ) -> Self:
        """What happened without anybody being signed in, such as a command of the operator."""
        return cls(
            audit_id=new_id(),
            at=at,
            actor_id=NOBODY,
            actor_role="",
            action=action,
            resource=resource,
            resource_id=resource_id,
            detail=_json(detail),
        )

    @classmethod
    def of(
        cls,
        principal: Principal,
        action: str,
        resource_id: UUID,
        *,
        at: datetime,
        detail: Mapping[str, object],
        resource: str = "customer",
    ) -> Self:
        """What the caller did to `resource`; ids in `detail` may be UUIDs."""
        return cls(
            audit_id=new_id(),
            at=at,
            actor_id=principal.subject_id,
            actor_role=principal.role.value,
            action=action,
            resource=resource,
            resource_id=resource_id,
            detail=_json(detail),
        )


def _json(detail: Mapping[str, object]) -> str:
    return json.dumps(detail, default=str, ensure_ascii=False, separators=(",", ":"))
