"""Where a list goes on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NameCursor:
    """Where a list by name goes on: after this name (compared in lower case), then after this id."""

    name: str
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class TimeCursor:
    """Where a list by time, newest first, goes on: before this time, then below this id."""

    at: datetime
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class ScoreCursor:
    """Where a list by score, highest first, goes on: below this score, then below this id."""

    score: float
    resource_id: UUID
