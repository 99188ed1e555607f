"""One camera's frames in, face events out. Plain, blocking and without clocks or threads of its own."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.best_shot import Shot, ShotRules, ShotSet
from footfall_edge.camera_settings import CameraSettings
from footfall_edge.entry_line import LineWatch
from footfall_edge.face_event import FaceEvent
from footfall_edge.followed_track import FollowedTrack, Glimpse
from footfall_edge.frame import Frame
from footfall_edge.frame_mask import FrameMask
from footfall_edge.geometry import Boxes, overlap
from footfall_edge.pictures import PictureTaker
from footfall_edge.ports import FaceVision
from footfall_edge.still_places import StillPlaces
from footfall_edge.stillness import Life, Stillness
from footfall_edge.track_events import EventMaker
from footfall_edge.track_telling import TellingRules, TrackTeller
from footfall_edge.tracker import FaceTracker, Track
from footfall_edge.views import SeenFace, View

_MOMENT_S = 1.0
_SAME_PLACE = 0.5
"""Intersection over union from which two boxes are one place."""
_STILL_FOR_S = 1.0
"""Seconds without motion that are worth remembering where they were."""


class FaceAnalyst:
    """Detects, follows, picks the best shots, embeds them, and has each track told at most twice.

    All state is its own and no lock guards it: one thread at a time may call it.
    """

    def __init__(
        self,
        *,
        camera_id: str,
        vision: FaceVision,
        settings: CameraSettings | None = None,
        rules: TellingRules | None = None,
        shot_rules: ShotRules | None = None,
        tracker: FaceTracker | None = None,
        places: StillPlaces | None = None,
        show: Callable[[View | None], None] = lambda _view: None,
        events: EventMaker | None = None,
    ) -> None:
        """show: takes each frame once it has been looked at, and None when the camera is let go."""
        self._vision = vision
        self._settings = settings or CameraSettings()
        self._mask = FrameMask(self._settings.masks)
        self._pictures = PictureTaker(policy=self._settings.face_pictures, mask=self._mask)
        self._rules = rules or TellingRules()
        self._shot_rules = shot_rules or ShotRules()
        self._tracker = tracker or FaceTracker()
        self._places = places or StillPlaces(camera_id=camera_id)
        self._teller = TrackTeller(
            camera_id=camera_id,
            events=events
            or EventMaker(camera_id=camera_id, vision=vision, anonymous=self._settings.anonymous),
            rules=self._rules,
        )
        self._followed: dict[Track, FollowedTrack] = {}
        self._show = show
        self._size = (1, 1)
        self._now = 0.0

    @property
    def faces_in_view(self) -> int:
        """Faces that were found a moment ago, without those of posters and screens."""
        # Asked from another thread than the one that follows: the values are taken in one step.
        return sum(
            not followed.is_picture and self._now - followed.track.last_seen <= _MOMENT_S
            for followed in tuple(self._followed.values())
        )

    @property
    def counts(self) -> AnalysisCounts:
        """What became of the tracks so far."""
        return self._teller.counts

    def observe(self, frame: Frame) -> Sequence[FaceEvent]:
        """Look at a frame; returns what is to be told now, mostly nothing."""
        image = frame.image
        self._size = (image.shape[1], image.shape[0])
        found = self._vision.detect(image, self._settings.detect_width)
        faces = [face for face in found if not self._mask.hides(face, image)]
        glimpses = [Glimpse(self._vision, image, face) for face in faces]
        update = self._tracker.update(faces, frame.at, lambda index: glimpses[index].look)
        self._now = frame.at

        events: list[FaceEvent] = []
        for track in update.ended:
            events += self._finish(track)
        for track, index in update.seen:
            events += self._follow(track, glimpses[index], frame)
        looked_at = [(glimpse.face, glimpse.assessed) for glimpse in glimpses]
        shown = replace(frame, image=self._mask.cover(image))
        self._show(View(shown, tuple(SeenFace(face, quality) for face, quality in looked_at if quality)))
        return events

    def expire(self, at: float) -> Sequence[FaceEvent]:
        """Tell the tracks that are over at the given second, when no frame came to show it."""
        self._now = at
        return [event for track in self._tracker.expire(at) for event in self._finish(track)]

    def close(self) -> Sequence[FaceEvent]:
        """Tell all tracks: the camera is let go."""
        self._show(None)
        return [event for track in self._tracker.close() for event in self._finish(track)]

    def _follow(self, track: Track, glimpse: Glimpse, frame: Frame) -> Sequence[FaceEvent]:
        """Take in that a track was found in this frame."""
        followed = self._followed.get(track)
        if followed is None:
            followed = self._begin(track, glimpse, frame)
        else:
            followed.stillness.see(glimpse.image, glimpse.face, frame.at)
        if followed.line is not None:
            followed.line.see(glimpse.face, width=self._size[0], height=self._size[1])
        if frame.at - followed.first >= self._rules.longest_s:
            self._tracker.forget(track)
            return self._finish(track)
        if followed.is_picture:
            self._watch_picture(followed, glimpse, frame)
            return []
        if followed.stillness.life is Life.STILL and not followed.told:
            followed.is_picture = True
            self._remember_place(followed)
            return []
        self._look(followed, glimpse, frame.at)
        if followed.shots.swapped():
            return self._part(followed, glimpse, frame)
        return self._teller.early(followed)

    def _begin(
        self, track: Track, glimpse: Glimpse, frame: Frame, *, is_suspect: bool = False
    ) -> FollowedTrack:
        box = glimpse.face.box.astype(np.float64)
        is_suspect = is_suspect or self._suspects(box)
        stillness = Stillness(glimpse.image, glimpse.face, frame.at, is_suspect=is_suspect)
        line = self._settings.entry_line
        followed = FollowedTrack(
            track=track,
            track_id=track.track_id,
            started_at=frame.captured_at,
            first=frame.at,
            shots=ShotSet(rules=self._shot_rules),
            stillness=stillness,
            line=LineWatch(line) if line else None,
        )
        self._followed[track] = followed
        return followed

    def _suspects(self, box: Boxes) -> bool:
        """Whether pictures of faces hang there, as far as is known: half hidden they look like others."""
        if self._places.suspects(box, width=self._size[0], height=self._size[1]):
            return True
        hanging = [one.stillness.box for one in self._followed.values() if one.is_doubted]
        return bool(hanging) and float(overlap(box[None], np.array(hanging)).max()) >= _SAME_PLACE

    def _watch_picture(self, followed: FollowedTrack, glimpse: Glimpse, frame: Frame) -> None:
        """Somebody stands before the poster, or a sleeper wakes: who moves is followed anew."""
        if followed.stillness.life is not Life.ALIVE:
            return
        self._tracker.forget(followed.track)
        self._finish(followed.track)
        self._begin(self._tracker.follow(glimpse.face, frame.at), glimpse, frame)

    def _look(self, followed: FollowedTrack, glimpse: Glimpse, at: float) -> None:
        quality = glimpse.quality
        if not followed.shots.wants(quality, at):
            return
        is_good = not quality.reasons
        followed.shots.offer(
            Shot(
                at=at,
                face=glimpse.face,
                quality=quality,
                crop=glimpse.crop,
                picture=self._pictures.take(glimpse.image, glimpse.face),
                embedding=glimpse.embedding if is_good else None,
                female_probability=(
                    self._vision.female_probability(glimpse.image, glimpse.face)
                    if is_good and not self._settings.anonymous
                    else None
                ),
            )
        )
        followed.track.appearance = followed.shots.appearance()

    def _part(self, followed: FollowedTrack, glimpse: Glimpse, frame: Frame) -> Sequence[FaceEvent]:
        """The tracker slid to another person: end the track where it did, and follow the other one."""
        strangers = followed.shots.take_strangers()
        since = strangers[0].at
        followed.track.last_seen = max(followed.shots.good[-1].at, followed.first)
        followed.stillness.take_back(followed.track.last_seen)
        self._tracker.forget(followed.track)
        events = self._finish(followed.track)
        self._teller.note_split(followed)

        track = self._tracker.follow(glimpse.face, frame.at)
        track.first_seen = since
        # What was seen of the other person counts: the two shots stand for the frames between them.
        track.detections = len(strangers)
        track.score_sum = sum(shot.face.score for shot in strangers)
        # Half hidden, a poster looks like somebody else.
        other = self._begin(track, glimpse, frame, is_suspect=followed.is_doubted)
        other.first, other.started_at = since, followed.time_of(since)
        for shot in strangers:
            other.shots.offer(shot)
        track.appearance = other.shots.appearance()
        return events

    def _finish(self, track: Track) -> Sequence[FaceEvent]:
        followed = self._followed.pop(track, None)
        if followed is None:
            return []
        self._remember_place(followed)
        return self._teller.final(followed)

    def _remember_place(self, followed: FollowedTrack) -> None:
        still_s = followed.stillness.longest_still_s - followed.remembered_s
        if still_s >= _STILL_FOR_S:
            followed.remembered_s += still_s
            self._places.add(
                followed.stillness.box,
                width=self._size[0],
                height=self._size[1],
                still_s=still_s,
                at=followed.time_of(followed.track.last_seen),
            )
