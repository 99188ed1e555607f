"""Customers, and people who may become one."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.identifiers import new_id
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


def new_customer(now: datetime) -> Customer:
    """A visitor without a name. The number comes when it is added."""
    customer_id = new_id()
    return Customer(
        customer_id=customer_id,
        number=None,
        created_at=now,
        root_id=customer_id,
        updated_at=now,
        confirmed_at=now,
    )


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer as people see it, with what follows from its sightings at the sites that they may see.

    `merged_ids` were merged into it. `visit_count` counts visits, `face_count` the shots that it is
    recognised by. `image_id` is its best stored image.
    """

    customer: Customer
    merged_ids: tuple[UUID, ...] = ()
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    visit_count: int = 0
    face_count: int = 0
    image_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers to list; what is None does not narrow.

    `site_ids` are the sites that the caller may see: others are not counted, and who was never there is not
    listed. `seen_at` keeps who was seen at one site.
    """

    site_ids: frozenset[UUID] | None = None
    seen_at: UUID | None = None
    name: str = field(default="", repr=False)
    kind: CustomerKind | None = None
    number: int | None = None
