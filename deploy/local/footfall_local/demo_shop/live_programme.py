"""What a live camera shows at each moment: the empty shop, and the play when it is told to begin.

Time decides alone which frame is shown, so every client sees the same moment, and whoever comes later joins
in the middle.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from footfall_local.demo_shop.clip import Clip, ClipError, CodedFrame

_LEAD_FRAMES = 2
"""A play begins this many frames ahead, so that no client has passed its first frame already."""


@dataclass(frozen=True, slots=True)
class Play:
    """One run of the play over frames `begin` up to `end` (excluded)."""

    begin: int
    end: int
    started_at: datetime


class AlreadyPlayingError(Exception):
    """A play was asked for while one is running."""


class LiveProgramme:
    """Frame numbers count from the camera's birth; the clock gives seconds that never go back."""

    def __init__(
        self,
        *,
        play: Clip,
        empty: Clip,
        clock: Callable[[], float],
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises ClipError when the two clips cannot follow each other in one stream."""
        if play.fps != empty.fps or play.track.parameter_sets != empty.track.parameter_sets:
            raise ClipError("the play and the empty scene are not encoded alike")
        self._play = play
        self._empty = empty
        self._clock = clock
        self._wall_clock = wall_clock
        self._birth = clock()
        self._last: Play | None = None
        self._empty_since = 0

    @property
    def fps(self) -> float:
        return self._play.fps

    @property
    def clip(self) -> Clip:
        """The clip that describes the stream to clients."""
        return self._play

    @property
    def last_play(self) -> Play | None:
        return self._last

    @property
    def play_duration_s(self) -> float:
        return self._play.duration_s

    def now(self) -> int:
        """The frame that is shown now."""
        return int((self._clock() - self._birth) * self.fps)

    def seconds_until(self, frame: int) -> float:
        """How long until a frame is due; negative when it is over."""
        return self._birth + frame / self.fps - self._clock()

    def is_playing(self) -> bool:
        return self._last is not None and self.now() < self._last.end

    def frame(self, number: int) -> CodedFrame:
        """The frame of a number."""
        last = self._last
        if last is not None and last.begin <= number < last.end:
            return self._play.frames[number - last.begin]
        since = self._empty_since if last is None or number < last.begin else last.end
        return self._empty.frames[(number - since) % len(self._empty.frames)]

    def next_key(self, number: int) -> int:
        """The first frame at or after a number from which a client can begin."""
        while not self.frame(number).is_key:
            number += 1
        return number

    def key_before(self, number: int) -> int:
        """The last frame at or before a number from which a client can begin; may lie before the birth."""
        while not self.frame(number).is_key:
            number -= 1
        return number

    def start(self) -> Play:
        """Begins the play. Raises AlreadyPlayingError while one runs."""
        if self.is_playing():
            raise AlreadyPlayingError("the play is running")
        if self._last is not None:
            self._empty_since = self._last.end
        begin = self.now() + _LEAD_FRAMES
        started_at = self._wall_clock() + timedelta(seconds=self.seconds_until(begin))
        self._last = Play(begin, begin + len(self._play.frames), started_at)
        return self._last

    def stop(self) -> None:
        """Ends a running play: the shop is empty from the next frames on."""
        if self._last is not None and self.is_playing():
            end = max(self._last.begin, self.now() + _LEAD_FRAMES)
            self._last = Play(self._last.begin, min(end, self._last.end), self._last.started_at)
