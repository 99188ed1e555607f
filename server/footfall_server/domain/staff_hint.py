"""What a worker found in its staff gallery."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StaffHint:
    """Whom a worker took somebody for, by its gallery of that version."""

    staff_id: UUID
    score: float
    gallery_version: int
