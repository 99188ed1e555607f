"""Who walks where and when: the film as data, drawn from a seed.

Lengths are pixels of a frame of 1280 x 720, speeds widths of a face per second, times seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import pi, sin

import numpy as np

WIDTH, HEIGHT = 1280, 720
_OUTSIDE = 140.0
_GAP_S = 7.0
"""Seconds between acts, so that a person of an earlier act who comes again is another visit."""
PILLAR = (840, 250)
"""Left edge and width of what stands in front of all during the acts with a pillar."""


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a face's centre is, how wide it is, and how the head is held (degrees; positive to the right)."""

    x: float
    y: float
    width: float
    yaw: float = 0.0
    roll: float = 0.0
    is_behind: bool = False
    speed: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One person's way through the picture.

    way: (second, x, y, width) in order of time, joined by straight lines; behind: times of the back turned.
    sway: widths of the face that the head sways. person: number of a head.
    """

    person: int
    way: Sequence[tuple[float, float, float, float]]
    behind: Sequence[tuple[float, float]] = ()
    sway: float = 0.05
    look: float = 9.0
    phase: float = 0.0

    @property
    def begin(self) -> float:
        return self.way[0][0]

    @property
    def end(self) -> float:
        return self.way[-1][0]

    def pose(self, at: float) -> Pose | None:
        """How the person is at a time; None when not there."""
        if not self.begin <= at < self.end:
            return None
        times = [point[0] for point in self.way]
        x, y, width = (float(np.interp(at, times, [point[axis] for point in self.way])) for axis in (1, 2, 3))
        step = 0.05
        before = float(np.interp(at - step, times, [point[1] for point in self.way]))
        speed = (x - before) / step
        walking = abs(speed) > width / 4
        bob = 0.04 * abs(sin(2 * pi * 0.95 * at + self.phase)) if walking else 0.0
        sway = self.sway * sin(2 * pi * 0.23 * at + self.phase) + self.sway / 2 * sin(2 * pi * 0.61 * at)
        # A head turns towards where it goes, but mostly looks ahead: at the camera.
        yaw = self.look * sin(2 * pi * 0.17 * at + self.phase) + 6.0 * float(np.clip(speed / 400, -1, 1))
        return Pose(
            x=x + sway * width,
            y=y - bob * width + 0.3 * sway * width,
            width=width,
            yaw=yaw,
            roll=3.0 * sin(2 * pi * 0.29 * at + self.phase),
            is_behind=any(begin <= at < end for begin, end in self.behind),
            speed=speed,
        )


@dataclass(kw_only=True)
class Script:
    """A film: visits, a poster, and when the pillar stands there."""

    seed: int
    visits: list[Visit] = field(default_factory=list)
    poster: Pose | None = None
    pillars: list[tuple[float, float]] = field(default_factory=list)

    @property
    def duration(self) -> float:
        return max(visit.end for visit in self.visits) + _GAP_S


def draw_script(seed: int, *, people: int, acts: Sequence[str] = (), rounds: int = 1) -> Script:
    """A film of all acts, or of the named ones; the seed decides their order, the people and the speeds."""
    return _Writer(seed, people).write(acts or tuple(_Writer.ACTS), rounds)


class _Writer:
    def __init__(self, seed: int, people: int) -> None:
        self.rng = np.random.default_rng(seed)
        # The last one hangs on the wall.
        self.people = people - 1
        self.script = Script(seed=seed, poster=Pose(x=300.0, y=290.0, width=88.0))
        self.next_person = 0
        self.begin = 1.0

    def write(self, acts: Sequence[str], rounds: int) -> Script:
        for _ in range(rounds):
            for act in self.rng.permutation(list(acts)):
                self.ACTS[str(act)](self)
                self.begin = max(visit.end for visit in self.script.visits) + _GAP_S
        return self.script

    def _person(self) -> int:
        person = self.next_person % self.people
        self.next_person += 1
        return person

    def _between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def _walk(
        self,
        *,
        at: float,
        speed: float,
        y: float,
        width: float,
        to_right: bool,
        behind: Sequence[tuple[float, float]] = (),
    ) -> Visit:
        ends = (-_OUTSIDE, WIDTH + _OUTSIDE) if to_right else (WIDTH + _OUTSIDE, -_OUTSIDE)
        lasts = (WIDTH + 2 * _OUTSIDE) / (speed * width)
        visit = Visit(
            person=self._person(),
            way=((at, ends[0], y, width), (at + lasts, ends[1], y + self._between(-20, 20), width)),
            behind=behind,
            phase=self._between(0, 6),
        )
        self.script.visits.append(visit)
        return visit

    def crossing(self) -> None:
        """Two walk towards each other and one hides the other."""
        y, width = self._between(300, 420), self._between(80, 110)
        for to_right in (True, False):
            self._walk(
                at=self.begin + self._between(0, 0.6),
                speed=self._between(2, 5.5),
                y=y + self._between(-0.3, 0.3) * width,
                width=width * self._between(0.9, 1.1),
                to_right=to_right,
            )

    def crowd(self) -> None:
        """Four cross in both directions, at all depths."""
        for number in range(4):
            self._walk(
                at=self.begin + self._between(0, 2.5),
                speed=self._between(2, 5),
                y=self._between(280, 440),
                width=self._between(75, 120),
                to_right=number % 2 == 0,
            )

    def pillar(self) -> None:
        """Two go behind a pillar and come out again."""
        visits = [
            self._walk(
                at=self.begin + number * self._between(0.8, 2),
                speed=self._between(2.2, 4.5),
                y=self._between(300, 420),
                width=self._between(80, 105),
                to_right=bool(self.rng.integers(2)),
            )
            for number in range(2)
        ]
        self.script.pillars.append((self.begin, max(visit.end for visit in visits)))

    def group(self) -> None:
        """Four walk together, closely."""
        speed, width = self._between(1.4, 2.6), self._between(80, 95)
        y, spacing = self._between(320, 400), self._between(1.15, 1.6)
        to_right = bool(self.rng.integers(2))
        for number in range(4):
            self._walk(
                at=self.begin + number * spacing / speed,
                speed=speed * self._between(0.97, 1.03),
                y=y + self._between(-25, 25),
                width=width * self._between(0.93, 1.07),
                to_right=to_right,
            )

    def back(self) -> None:
        """Somebody stands, turns round for a while and back; another one passes."""
        width, y = self._between(85, 110), self._between(300, 380)
        stand, arrive = self._between(500, 900), self.begin + self._between(1.5, 3)
        turn = arrive + self._between(1, 3)
        back = turn + self._between(1.2, 3)
        leave = back + self._between(2, 3)
        self.script.visits.append(
            Visit(
                person=self._person(),
                way=(
                    (self.begin, -_OUTSIDE, y, width),
                    (arrive, stand, y, width),
                    (leave, stand, y, width),
                    (leave + self._between(1.5, 3), WIDTH + _OUTSIDE, y, width),
                ),
                behind=((turn, back),),
                phase=self._between(0, 6),
            )
        )
        self._walk(at=turn - 1, speed=self._between(2.5, 4.5), y=y + 30, width=width * 1.1, to_right=False)

    def hurry(self) -> None:
        """One runs by, smeared, while another one strolls."""
        self._walk(at=self.begin, speed=self._between(6, 8), y=370, width=100, to_right=True)
        self._walk(at=self.begin + 0.5, speed=self._between(1.5, 2.5), y=330, width=90, to_right=False)

    def till(self) -> None:
        """One stands for a long time and hardly moves, two come and go beside."""
        width, stand = self._between(90, 110), self._between(560, 760)
        leave = self.begin + self._between(18, 24)
        self.script.visits.append(
            Visit(
                person=self._person(),
                way=(
                    (self.begin, WIDTH + _OUTSIDE, 350, width),
                    (self.begin + 2.5, stand, 350, width),
                    (leave, stand, 350, width),
                    (leave + 2.5, WIDTH + _OUTSIDE, 350, width),
                ),
                sway=self._between(0.015, 0.03),
                look=6.0,
                phase=self._between(0, 6),
            )
        )
        for number in range(2):
            self._walk(
                at=self.begin + 6 + 5 * number,
                speed=self._between(2, 4),
                y=350 + self._between(-40, 60),
                width=width * self._between(0.9, 1.15),
                to_right=bool(self.rng.integers(2)),
            )

    def queue(self) -> None:
        """Three come towards the camera one behind the other, and pass it."""
        x = self._between(500, 800)
        for number in range(3):
            at = self.begin + 1.3 * number
            side = -1 if number % 2 else 1
            self.script.visits.append(
                Visit(
                    person=self._person(),
                    way=(
                        (at, x + 30 * side, 240, 42),
                        (at + 3.5, x + 60 * side, 330, 105),
                        (at + 4.6, x + side * (WIDTH / 2 + _OUTSIDE), 420, 150),
                    ),
                    phase=self._between(0, 6),
                )
            )

    ACTS = {  # noqa: RUF012 (a table of the methods above)
        "crossing": crossing,
        "crowd": crowd,
        "pillar": pillar,
        "group": group,
        "back": back,
        "hurry": hurry,
        "till": till,
        "queue": queue,
    }
