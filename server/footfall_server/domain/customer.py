"""Customers, and people who may become one."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.person import CustomerKind, IdentityState


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody whom the cameras know.

    `number` counts the tenant's customers from 1 and is None while the identity waits. `root_id` is who it
    is after merges, itself when it was not merged; `merged_into` is whom it was merged into directly.
    """

    customer_id: UUID
    number: int | None
    created_at: datetime
    root_id: UUID
    updated_at: datetime
    display_name: str = field(default="", repr=False)
    state: IdentityState = IdentityState.CONFIRMED
    kind: CustomerKind = CustomerKind.VISITOR
    merged_into: UUID | None = None
    confirmed_at: datetime | None = None

    @property
    def is_root(self) -> bool:
        """Whether it stands for itself."""
        return self.root_id == self.customer_id
