"""What the core does by itself once in a while, and how each time went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RunState(StrEnum):
    """How a run is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job of a tenant.

    `tick` is when it was due, or asked for; of one tick there is one run. Whoever carries it out has a lease
    until `lease_until` and renews it: once that is over the run is anybody's, as its next `attempt`.
    `requested_by` is who asked for it, None for the schedule. `summary` counts what was done, `failure` is a
    reason in one word; neither names anybody.
    """

    run_id: UUID
    job: str
    tick: datetime
    started_at: datetime
    lease_until: datetime
    requested_by: UUID | None = None
    attempt: int = 1
    state: RunState = RunState.RUNNING
    finished_at: datetime | None = None
    summary: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""

    def may_be_taken(self, at: datetime) -> bool:
        """Whether whoever carried it out is gone."""
        return self.state is RunState.RUNNING and self.lease_until <= at


@dataclass(frozen=True, slots=True)
class JobResult:
    """What came of a job. `failure` says in one word what is wrong with what it found, if anything."""

    summary: Mapping[str, int]
    failure: str = ""
