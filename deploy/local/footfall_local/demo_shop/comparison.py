"""Judges recorded visits by the truth: exactly those people, each one customer, each visit once.

Faces carry no names, so who is who is found by time: of all ways to pair customers with people one to one,
the one with the fewest differences is taken. No way without differences means that the visits are wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from footfall_local.demo_shop.assignment import cheapest_assignment
from footfall_local.demo_shop.recorded_visit import RecordedVisit
from footfall_local.demo_shop.truth import TrueStay, Truth

TOLERANCE_S = 3.5
"""How far a visit may reach beyond the stay: the camera's backlog, and a face that is half in the frame."""
_TIE_BREAK = 1e-6
"""Weight of a second of overlap beside one difference: overlap decides only between equal pairings."""


class Fault(Enum):
    """What can be wrong."""

    MISSING_VISIT = "missing visit"
    EXTRA_VISIT = "extra visit"
    WRONG_KIND = "wrong kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was. Times are seconds from the play's start."""

    fault: Fault
    person: str
    customer: str
    from_s: float
    to_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a comparison. `pairs` says which customer each person was taken for."""

    people: int
    visits: int
    truth_people: int
    truth_visits: int
    pairs: dict[str, str]
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        return not self.differences

    def table(self) -> str:
        """A table to read: one line of totals, then one line per difference."""
        lines = [
            f"people {self.people} of {self.truth_people}, visits {self.visits} of {self.truth_visits}: "
            + ("as it was" if self.ok else f"{len(self.differences)} differences")
        ]
        if not self.ok:
            lines.append(f"{'what':<14} {'person':<18} {'customer':<38} {'from':>7} {'to':>7}  detail")
        lines += [
            f"{d.fault.value:<14} {d.person or '-':<18} {d.customer or '-':<38} "
            f"{d.from_s:>7.1f} {d.to_s:>7.1f}  {d.text}"
            for d in self.differences
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A visit in seconds from the play's start."""

    from_s: float
    to_s: float
    visit: RecordedVisit


@dataclass(frozen=True, slots=True)
class _Pairing:
    differences: tuple[Difference, ...]
    overlap_s: float


def compare(
    truth: Truth,
    visits: Iterable[RecordedVisit],
    *,
    started_at: datetime,
    gap_s: float,
    known_before: bool = False,
    tolerance_s: float = TOLERANCE_S,
) -> Verdict:
    """Compares the visits of one play with its truth.

    `started_at` is the wall time of the play's first frame (aware); visits wholly before or after the play
    belong to another one and are left out. `gap_s` is the site's visit gap. With `known_before` everyone has
    been seen in an earlier play, so that already the first visit must be a repeat. Raises ValueError when
    `started_at` has no time zone.
    """
    if started_at.tzinfo is None:
        raise ValueError("started_at needs a time zone")
    seen = [_Seen(_since(v.first_seen, started_at), _since(v.last_seen, started_at), v) for v in visits]
    seen = [s for s in seen if s.to_s >= -tolerance_s and s.from_s <= truth.duration_s + tolerance_s]
    stays = truth.visits(gap_s)
    people = truth.people
    customers = sorted({s.visit.customer_id for s in seen})
    pairings = [
        [
            _pair(
                person,
                [stay for stay in stays if stay.person == person] if person else [],
                customer,
                sorted((s for s in seen if s.visit.customer_id == customer), key=lambda s: s.from_s),
                known_before=known_before,
                tolerance_s=tolerance_s,
            )
            for customer in (*customers, *("" for _ in people))
        ]
        for person in (*people, *("" for _ in customers))
    ]
    columns = cheapest_assignment([[_cost(pairing) for pairing in row] for row in pairings])
    chosen = [pairings[row][column] for row, column in enumerate(columns)]
    differences = sorted(
        (difference for pairing in chosen for difference in pairing.differences),
        key=lambda d: (d.from_s, d.person, d.customer),
    )
    return Verdict(
        people=len(customers),
        visits=len(seen),
        truth_people=len(people),
        truth_visits=len(stays),
        pairs={p: customers[columns[i]] for i, p in enumerate(people) if columns[i] < len(customers)},
        differences=tuple(differences),
    )


def _cost(pairing: _Pairing) -> float:
    return len(pairing.differences) - pairing.overlap_s * _TIE_BREAK


def _pair(
    person: str,
    stays: Sequence[TrueStay],
    customer: str,
    seen: Sequence[_Seen],
    *,
    known_before: bool,
    tolerance_s: float,
) -> _Pairing:
    """What is wrong when this customer is taken for this person; "" on either side is nobody."""
    differences: list[Difference] = []
    overlap = 0.0
    left = list(seen)
    for index, stay in enumerate(stays):
        fitting = [s for s in left if _fits(s, stay, tolerance_s)]
        if not fitting:
            differences.append(
                Difference(
                    fault=Fault.MISSING_VISIT,
                    person=person,
                    customer=customer,
                    from_s=stay.enter_s,
                    to_s=stay.leave_s,
                    text="not recorded",
                )
            )
            continue
        best = max(fitting, key=lambda s: _overlap(s, stay))
        left.remove(best)
        overlap += _overlap(best, stay)
        repeat = known_before or index > 0
        if best.visit.repeat != repeat:
            text = f"recorded as {_kind(best.visit.repeat)}, was {_kind(repeat)}"
            differences.append(
                Difference(
                    fault=Fault.WRONG_KIND,
                    person=person,
                    customer=customer,
                    from_s=best.from_s,
                    to_s=best.to_s,
                    text=text,
                )
            )
    differences += [
        Difference(
            fault=Fault.EXTRA_VISIT,
            person=person,
            customer=customer,
            from_s=s.from_s,
            to_s=s.to_s,
            text=f"visit {s.visit.visit_id}",
        )
        for s in left
    ]
    return _Pairing(tuple(differences), overlap)


def _fits(seen: _Seen, stay: TrueStay, tolerance_s: float) -> bool:
    return (
        seen.from_s >= stay.enter_s - tolerance_s
        and seen.to_s <= stay.leave_s + tolerance_s
        and seen.from_s <= stay.leave_s
        and seen.to_s >= stay.enter_s
    )


def _overlap(seen: _Seen, stay: TrueStay) -> float:
    return max(0.0, min(seen.to_s, stay.leave_s) - max(seen.from_s, stay.enter_s))


def _kind(repeat: bool) -> str:
    return "repeat" if repeat else "new"


def _since(moment: datetime, started_at: datetime) -> float:
    return (moment - started_at) / timedelta(seconds=1)
