"""Plays a film to the edge's analyst, and compares what it tells with the truth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from footfall_edge.best_shot import Shot, ShotSet
from footfall_edge.face_analyst import FaceAnalyst
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame
from footfall_edge.ports import FaceVision
from footfall_edge.track_events import EventMaker

from edge_film.script import Script
from edge_film.stage import POSTER, Stage

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class NotingEventMaker(EventMaker):
    """Makes events, and notes which shots each was made of."""

    def __init__(self, *, camera_id: str, vision: FaceVision) -> None:
        super().__init__(camera_id=camera_id, vision=vision)
        self.shots: dict[str, Sequence[Shot]] = {}

    def make(self, shots: ShotSet, **about: Any) -> FaceEvent | None:
        event = super().make(shots, **about)
        if event is not None:
            self.shots[event.event_id] = tuple(shots.good) or ((shots.poor,) if shots.poor else ())
        return event


@dataclass(kw_only=True)
class Verdict:
    """What a film's events were worth. A visit is a person's way through the picture."""

    fps: float
    visits: int
    events: int = 0
    """Tracks that were told."""
    missed: list[int] = field(default_factory=list)
    """Visits that no event tells."""
    doubled: list[int] = field(default_factory=list)
    """Visits that more than one track tells."""
    mixed: int = 0
    """Events whose shots show two people."""
    posters: int = 0
    """Events that tell a poster's face."""
    phantoms: int = 0
    """Events that tell what is nobody's face."""
    splits: int = 0
    """Tracks that were noticed to show two people, and told as two."""

    @property
    def events_per_visit(self) -> float:
        """1 when each visit is told once."""
        return self.events / self.visits if self.visits else 0.0

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            fps=self.fps,
            visits=self.visits + other.visits,
            events=self.events + other.events,
            missed=self.missed + other.missed,
            doubled=self.doubled + other.doubled,
            mixed=self.mixed + other.mixed,
            posters=self.posters + other.posters,
            phantoms=self.phantoms + other.phantoms,
            splits=self.splits + other.splits,
        )


def play(script: Script, stage: Stage, vision: FaceVision, fps: float) -> tuple[Verdict, list[str]]:
    """Play the whole film at a rate; returns the verdict, and what went wrong in words."""
    maker = NotingEventMaker(camera_id="film", vision=vision)
    analyst = FaceAnalyst(camera_id="film", vision=vision, events=maker)
    events: list[FaceEvent] = []
    for at, image in stage.frames(fps):
        events += analyst.observe(Frame(image=image, at=at, captured_at=_NOON + timedelta(seconds=at)))
    events += analyst.close()
    verdict, faults = _judge(script, stage, maker, events, fps)
    verdict.splits = analyst.counts.splits
    return verdict, faults


def _judge(
    script: Script, stage: Stage, maker: NotingEventMaker, events: Sequence[FaceEvent], fps: float
) -> tuple[Verdict, list[str]]:
    # The final event of a track replaces the early one.
    latest = {event.track_id: event for event in events}
    verdict = Verdict(fps=fps, visits=len(script.visits), events=len(latest))
    faults: list[str] = []
    told: Counter[int] = Counter()
    for event in latest.values():
        people = [stage.whose(shot.face, shot.at) for shot in maker.shots[event.event_id]]
        known = Counter(person for person in people if person is not None)
        first, last = ((at - _NOON).total_seconds() for at in (event.first_seen, event.last_seen))
        when = f"{first:.1f}-{last:.1f}"
        if not known:
            verdict.phantoms += 1
            faults.append(f"{when} s: nobody is told as somebody at {event.face.box.round()}")
            continue
        if len(known) > 1:
            verdict.mixed += 1
            faults.append(f"{when} s: shots of {dict(known)} are one person")
        person = known.most_common(1)[0][0]
        told[person] += 1
        if person == POSTER:
            verdict.posters += 1
            faults.append(f"{when} s: a poster is told")
    for number, visit in enumerate(script.visits):
        span = f"visit {number} ({visit.begin:.1f}-{visit.end:.1f} s)"
        if not told[number]:
            verdict.missed.append(number)
            faults.append(f"{span} is missed")
        elif told[number] > 1:
            verdict.doubled.append(number)
            faults.append(f"{span} is told {told[number]} times")
    return verdict, faults
