"""Who was before one camera together with whom. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Overlap:
    """The first moment at which one camera saw two people in two tracks; `low_id < high_id`."""

    low_id: UUID
    high_id: UUID
    camera_id: UUID
    at: datetime


def overlaps(sightings: Iterable[Sighting]) -> Sequence[Overlap]:
    """One for each two customers who were seen together, by their ids.

    Two tracks that share a moment on one camera, ends included, are two people. In the order of their
    beginnings, a track is compared with those that are still there only.
    """
    by_camera: defaultdict[UUID, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.customer_id is not None:
            by_camera[sighting.camera_id].append(sighting)
    found: dict[tuple[UUID, UUID], Overlap] = {}
    for camera_id in sorted(by_camera):
        there: list[Sighting] = []
        for later in sorted(by_camera[camera_id], key=lambda each: (each.first_seen_at, each.track_id)):
            there = [each for each in there if each.last_seen_at >= later.first_seen_at]
            for earlier in there:
                _note(found, earlier, later)
            there.append(later)
    return [found[pair] for pair in sorted(found)]


def _note(found: dict[tuple[UUID, UUID], Overlap], earlier: Sighting, later: Sighting) -> None:
    one, other = earlier.customer_id, later.customer_id
    if one is None or other is None or one == other:
        return
    pair = (min(one, other), max(one, other))
    if pair not in found or later.first_seen_at < found[pair].at:
        found[pair] = Overlap(*pair, later.camera_id, later.first_seen_at)
