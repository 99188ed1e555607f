"""In FaceAnalyst's place: tells one event per visit, which it reads off numbered pictures."""

from collections.abc import Sequence
from dataclasses import replace

from fakes.edge_samples import face_event
from fakes.numbered_camera import number_of
from fakes.visit_pictures import absolute, visit_of
from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.face_event import FaceEvent
from footfall_edge.frame import Frame

_AWAY_S = 2.0


class VisitAnalyst:
    """Deterministic: the visits of a stretch of pictures are known, and each is told when it is over."""

    def __init__(self, *, camera_id: str, birth: float) -> None:
        self._camera_id = camera_id
        self._birth = birth
        self._visit: int | None = None
        self._seen_at = 0.0
        self.seen: list[float] = []
        """When each frame that was analysed was captured, in the clock of birth."""
        self.counts = AnalysisCounts()
        self.pictures_repeated = 0
        """Frames that show no newer picture: of the last packet before a cut a decoder makes what it can."""
        self._newest = -1

    @property
    def faces_in_view(self) -> int:
        return int(self._visit is not None)

    def observe(self, frame: Frame) -> Sequence[FaceEvent]:
        number = absolute(number_of(frame.image), at=frame.at, birth=self._birth)
        self.pictures_repeated += number <= self._newest
        self._newest = max(self._newest, number)
        self.seen.append(frame.at)
        visit = visit_of(number)
        told = [] if visit == self._visit else self._tell()
        self._visit, self._seen_at = visit, frame.at
        return told

    def expire(self, at: float) -> Sequence[FaceEvent]:
        return self._tell() if at - self._seen_at > _AWAY_S else []

    def close(self) -> Sequence[FaceEvent]:
        return self._tell()

    def _tell(self) -> list[FaceEvent]:
        visit, self._visit = self._visit, None
        if visit is None:
            return []
        event = face_event(seed=visit, jpeg=None)
        return [replace(event, camera_id=self._camera_id, track_id=f"visit-{visit}")]
