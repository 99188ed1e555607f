"""Edge workers as the core knows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Worker:
    """An edge worker. `acked_sequence` is the last one committed of the spool `spool_id`."""

    worker_id: UUID
    site_id: UUID
    display_name: str
    software_version: str
    spool_id: UUID
    acked_sequence: int
    connected_at: datetime
    last_seen_at: datetime
