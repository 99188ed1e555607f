"""From a track's best shots to the event that tells it."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from footfall_vision.jpeg import encode_aligned
from footfall_vision.types import Floats

from footfall_edge.best_shot import Shot, ShotSet, mean_embedding
from footfall_edge.entry_line import Crossing
from footfall_edge.face_event import FaceEvent, Portrait
from footfall_edge.identifiers import new_id
from footfall_edge.ports import FaceVision


class EventMaker:
    """Makes the events of one camera. What a whole track says is known here first: its embedding.

    anonymous: what a face looks like serves to follow it from frame to frame, and is told to nobody.
    """

    def __init__(self, *, camera_id: str, vision: FaceVision, anonymous: bool = False) -> None:
        self._camera_id = camera_id
        self._vision = vision
        self._anonymous = anonymous

    def make(
        self,
        shots: ShotSet,
        *,
        track_id: str,
        first_seen: datetime,
        last_seen: datetime,
        final: bool,
        crossing: Crossing | None,
    ) -> FaceEvent | None:
        """The event of a track as far as it has come; None when it has no shot at all."""
        best = shots.best()
        if best is None:
            return None
        return FaceEvent(
            event_id=new_id(),
            camera_id=self._camera_id,
            track_id=track_id,
            first_seen=first_seen,
            last_seen=max(last_seen, first_seen),
            final=final,
            model_id="" if self._anonymous else self._vision.model_id,
            embedding=self._embedding(shots, best),
            face=best.face,
            quality=best.quality,
            female_probability=None if self._anonymous else _mean_female_probability(shots.good),
            portrait=Portrait(image_id=new_id(), jpeg=best.picture) if best.picture else None,
            shot_count=len(shots.good),
            aligned_jpeg=encode_aligned(best.crop) if best.picture and shots.good else b"",
            crossing=crossing,
        )

    def _embedding(self, shots: ShotSet, best: Shot) -> Floats | None:
        if self._anonymous:
            return None
        return mean_embedding(shots.good) if shots.good else self._vision.embed(best.crop)


def _mean_female_probability(shots: Sequence[Shot]) -> float | None:
    estimates = [shot.female_probability for shot in shots if shot.female_probability is not None]
    return float(np.mean(estimates)) if estimates else None
