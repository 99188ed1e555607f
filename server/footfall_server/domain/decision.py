"""Why an event was decided as it was: what is kept to answer that question. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

CANDIDATES_KEPT = 5


@dataclass(frozen=True, slots=True)
class DecidedGate:
    """A gate as it was read."""

    name: str
    purpose: str
    value: float
    needed: float


@dataclass(frozen=True, slots=True)
class DecidedCandidate:
    """Somebody who came close. `score` is what was compared, `face_score` that of the closest face."""

    customer_id: UUID
    score: float
    face_score: float
    face_id: UUID
    provenance: str
    is_waiting: bool
    is_staff: bool
    seen_at_site: bool


@dataclass(frozen=True, slots=True)
class DecidedThresholds:
    """The thresholds that held."""

    match: float
    new: float
    margin: float
    scope: str
    gallery_size: int
    target_rate: float
    source: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision. Holds ids and numbers only: no name, no embedding, no face."""

    event_id: UUID
    track_id: UUID
    site_id: UUID
    camera_id: UUID
    decided_at: datetime
    outcome: str
    rule: str
    model_id: str
    gates: tuple[DecidedGate, ...]
    candidates: tuple[DecidedCandidate, ...]
    margin: float | None
    thresholds: DecidedThresholds
    excluded: tuple[UUID, ...]

    def to_json(self) -> str:
        """As text, for `from_json`."""
        return json.dumps(asdict(self), default=_as_text, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "DecisionRecord":
        """What `to_json` wrote."""
        kept: dict[str, Any] = json.loads(text)
        return cls(
            event_id=UUID(kept["event_id"]),
            track_id=UUID(kept["track_id"]),
            site_id=UUID(kept["site_id"]),
            camera_id=UUID(kept["camera_id"]),
            decided_at=datetime.fromisoformat(kept["decided_at"]),
            outcome=kept["outcome"],
            rule=kept["rule"],
            model_id=kept["model_id"],
            gates=tuple(DecidedGate(**gate) for gate in kept["gates"]),
            candidates=tuple(_candidate(each) for each in kept["candidates"]),
            margin=kept["margin"],
            thresholds=DecidedThresholds(**kept["thresholds"]),
            excluded=tuple(UUID(each) for each in kept["excluded"]),
        )


def _candidate(kept: Mapping[str, Any]) -> DecidedCandidate:
    ids = {name: UUID(kept[name]) for name in ("customer_id", "face_id")}
    return DecidedCandidate(**{**kept, **ids})


def _as_text(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a decision holds no {type(value).__name__}")
