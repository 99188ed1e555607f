"""Two tracks that share a moment on one camera are two people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.sighting import Sighting


@dataclass(frozen=True, slots=True)
class _Presence:
    track_id: UUID
    customer_id: UUID
    first_seen_at: datetime
    last_seen_at: datetime


class Presences:
    """Who was before which camera when, as far as tracks were recognised."""

    def __init__(self, sightings: Iterable[Sighting] = ()) -> None:
        self._by_camera: defaultdict[UUID, dict[UUID, _Presence]] = defaultdict(dict)
        for sighting in sightings:
            self.add(sighting)

    def add(self, sighting: Sighting) -> None:
        """Adds a track, or replaces what was known of it. One without a customer says nothing."""
        if sighting.customer_id is None:
            self._by_camera[sighting.camera_id].pop(sighting.track_id, None)
        else:
            self._by_camera[sighting.camera_id][sighting.track_id] = _Presence(
                sighting.track_id, sighting.customer_id, sighting.first_seen_at, sighting.last_seen_at
            )

    def elsewhere(self, track: Sighting) -> Mapping[UUID, UUID]:
        """Other tracks that the camera saw at the same moment, with who they are: whom the track cannot be.

        The ends count: two tracks that both have a face in one frame are two people.
        """
        return {
            presence.track_id: presence.customer_id
            for presence in self._by_camera[track.camera_id].values()
            if presence.track_id != track.track_id
            and presence.first_seen_at <= track.last_seen_at
            and track.first_seen_at <= presence.last_seen_at
        }
