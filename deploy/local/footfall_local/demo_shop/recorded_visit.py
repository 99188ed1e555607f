"""A visit as the API tells it, reduced to what the truth can judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

_REPEAT_OF_KIND = {"VISIT_KIND_NEW": False, "VISIT_KIND_REPEAT": True}


class RecordedVisitError(ValueError):
    """The API's answer is not a visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVisit:
    """One visit; the times are aware."""

    visit_id: str
    customer_id: str
    first_seen: datetime
    last_seen: datetime
    repeat: bool

    @classmethod
    def from_json(cls, visit: Mapping[str, Any]) -> Self:
        """Reads one entry of `visits` in the answer of GET /v1/visits, with field names in either style.

        Raises RecordedVisitError when a field is missing or not what it must be.
        """
        kind = _field(visit, "kind", "kind")
        if kind not in _REPEAT_OF_KIND:
            raise RecordedVisitError(f"a visit's kind must be one of {sorted(_REPEAT_OF_KIND)}, got {kind!r}")
        return cls(
            visit_id=_field(visit, "visitId", "visit_id"),
            customer_id=_field(visit, "customerId", "customer_id"),
            first_seen=_moment(_field(visit, "firstSeenTime", "first_seen_time")),
            last_seen=_moment(_field(visit, "lastSeenTime", "last_seen_time")),
            repeat=_REPEAT_OF_KIND[kind],
        )


def _field(visit: Mapping[str, Any], camel: str, snake: str) -> str:
    value = visit.get(camel, visit.get(snake))
    if not isinstance(value, str) or not value:
        raise RecordedVisitError(f"a visit without {camel}")
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RecordedVisitError(f"not a time: {text!r}") from error
    if moment.tzinfo is None:
        raise RecordedVisitError(f"a time without zone: {text!r}")
    return moment
