"""Decides when a track is told, whether at all, and as how many people."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.best_shot import ShotSet
from footfall_edge.face_event import FaceEvent
from footfall_edge.followed_track import FollowedTrack
from footfall_edge.identifiers import new_id
from footfall_edge.stillness import Life
from footfall_edge.track_events import EventMaker
from footfall_edge.track_split import split_people

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingRules:
    """When a track is told, and what is not worth telling."""

    ripe_after_s: float = 1.5
    """A track must last this long to be told before its end."""
    ripe_shots: int = 3
    """And must have this many good shots."""
    min_detections: int = 3
    """A track of fewer detections is noise."""
    min_poor_detections: int = 5
    """And so is one of fewer without a single good shot: half a face at the edge of the picture."""
    min_mean_score: float = 0.7
    """A track whose detections are less certain on average is noise."""
    longest_s: float = 1800.0
    """A track that lasts longer is told as over, and a new one begun: whoever stays all day is not held
    back until closing time, and a killed worker forgets half an hour at most."""


class TrackTeller:
    """Tells the tracks of one camera, each at most twice."""

    def __init__(self, *, camera_id: str, events: EventMaker, rules: TellingRules) -> None:
        self._events = events
        self._rules = rules
        self._log = _log.bind(camera_id=camera_id)
        self.counts = AnalysisCounts()

    def early(self, followed: FollowedTrack) -> Sequence[FaceEvent]:
        """Tell a track ahead of its end, once, when enough of it is known; else nothing."""
        return self._tell(followed, final=False) if self._is_ripe(followed) else []

    def final(self, followed: FollowedTrack) -> Sequence[FaceEvent]:
        """Tell a track that is over, as two when its shots show two people; nothing when it is noise."""
        if not followed.told:
            if not self._is_real(followed):
                return []
            if followed.is_picture or followed.is_doubted:
                self.counts.pictures += 1
                return []
        parts = split_people([*followed.shots.good, *followed.shots.others])
        if parts is None:
            return self._tell(followed, final=True)
        self.note_split(followed)
        # Noticed late. Whoever was seen first was told first, if anybody was, and keeps the id.
        events: list[FaceEvent] = []
        last = max(part[-1].at for part in parts)
        for number, part in enumerate(parts):
            is_last = part[-1].at == last
            event = self._events.make(
                ShotSet(good=part),
                track_id=new_id() if number else followed.track_id,
                first_seen=followed.time_of(part[0].at) if number else followed.started_at,
                last_seen=followed.time_of(followed.track.last_seen if is_last else part[-1].at),
                final=True,
                crossing=followed.crossing if is_last else None,
            )
            events += [event] if event else []
        self.counts.told += len(events) - followed.told
        return events

    def note_split(self, followed: FollowedTrack) -> None:
        """Report that a track showed two people."""
        self.counts.splits += 1
        self._log.info("track_split", track_id=followed.track_id)

    def _is_ripe(self, followed: FollowedTrack) -> bool:
        rules = self._rules
        return (
            not followed.told
            and followed.stillness.life is Life.ALIVE
            and followed.lasted_s >= rules.ripe_after_s
            and len(followed.shots.good) >= rules.ripe_shots
            and self._is_real(followed)
        )

    def _is_real(self, followed: FollowedTrack) -> bool:
        track = followed.track
        least = self._rules.min_detections if followed.shots.good else self._rules.min_poor_detections
        return track.detections >= least and track.mean_score >= self._rules.min_mean_score

    def _tell(self, followed: FollowedTrack, *, final: bool) -> Sequence[FaceEvent]:
        event = self._events.make(
            followed.shots,
            track_id=followed.track_id,
            first_seen=followed.started_at,
            last_seen=followed.time_of(followed.track.last_seen),
            final=final,
            crossing=followed.crossing,
        )
        if event is None:
            return []
        self.counts.told += not followed.told
        followed.told = True
        return [event]
