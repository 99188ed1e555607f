"""What really happened in the demo shop: who was in the picture when, and which visits that makes."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

from footfall_local.demo_shop.script import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueStay:
    """One person whole in the picture from `enter_s` to `leave_s`, in seconds from the play's start."""

    person: str
    enter_s: float
    leave_s: float


class TruthError(ValueError):
    """A truth file says something that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The people and stays of one play."""

    duration_s: float
    stays: tuple[TrueStay, ...]
    groups: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for stay in self.stays:
            if not 0 <= stay.enter_s < stay.leave_s <= self.duration_s:
                raise TruthError(f"{stay.person}: {stay.enter_s} to {stay.leave_s} s is no time of the play")
        for person in self.people:
            own = self.stays_of(person)
            if any(a.leave_s >= b.enter_s for a, b in pairwise(own)):
                raise TruthError(f"{person} is in the picture twice at one time")

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone, in order of first appearance."""
        ordered = sorted(self.stays, key=lambda stay: (stay.enter_s, stay.person))
        return tuple(dict.fromkeys(stay.person for stay in ordered))

    def stays_of(self, person: str) -> tuple[TrueStay, ...]:
        own = (stay for stay in self.stays if stay.person == person)
        return tuple(sorted(own, key=lambda stay: stay.enter_s))

    def visits(self, gap_s: float) -> tuple[TrueStay, ...]:
        """The visits that a visit gap makes of the stays: those closer than the gap are one visit."""
        merged: list[TrueStay] = []
        for person in self.people:
            for stay in self.stays_of(person):
                last = merged[-1] if merged and merged[-1].person == person else None
                if last is not None and stay.enter_s - last.leave_s < gap_s:
                    merged[-1] = TrueStay(person=person, enter_s=last.enter_s, leave_s=stay.leave_s)
                else:
                    merged.append(stay)
        return tuple(sorted(merged, key=lambda stay: (stay.enter_s, stay.person)))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises TruthError when the text is not a truth."""
        try:
            raw = json.loads(text)
            stays = tuple(
                TrueStay(person=str(s["person"]), enter_s=float(s["enter_s"]), leave_s=float(s["leave_s"]))
                for s in raw["stays"]
            )
            groups = tuple(tuple(str(name) for name in group) for group in raw.get("groups", ()))
            duration_s = float(raw["duration_s"])
        except (KeyError, TypeError, ValueError) as error:
            raise TruthError(f"not a truth file: {error!r}") from error
        return cls(duration_s=duration_s, stays=stays, groups=groups)

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.from_json(path.read_text(encoding="utf-8"))


def truth_of(script: Script) -> Truth:
    """The truth of a script: a stay begins and ends with the first and last frame that has the whole face."""
    return Truth(
        duration_s=script.duration_s,
        stays=tuple(
            TrueStay(person=stay.person, enter_s=round(stay.seen[0], 3), leave_s=round(stay.seen[1], 3))
            for stay in script.stays
        ),
        groups=script.groups,
    )
