"""Events and cameras for tests of the edge."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from footfall_edge.camera_health import CameraHealth, CameraState, DesiredCameras
from footfall_edge.convert import to_face_event
from footfall_edge.event_spooling import SpoolSink
from footfall_edge.face_event import FaceEvent, Portrait
from footfall_edge.identifiers import new_id
from footfall_edge.leases import LeaseBook
from footfall_edge.spool import Spool
from footfall_edge.spooling.depth import SpoolDepth
from footfall_vision.types import Face, Floats, Quality, QualityReason

CAMERA_ID = "0199aaaa-0000-7000-8000-000000000001"
MODEL_ID = "fr-mobilefacenet-512"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPOOL_DEPTH = SpoolDepth(
    events=3,
    images=1,
    stored_bytes=9,
    dropped=2,
    dropped_images=0,
    rejected=0,
    last_sequence=9,
    acked_through=6,
    oldest_seen=NOON,
    free_disk_bytes=12,
)


def unit_vector(seed: int, dimension: int = 512) -> Floats:
    """A direction of its own for every seed; two seeds are close to orthogonal."""
    vector = np.random.default_rng(seed).standard_normal(dimension)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def look_of(seed: int, spread: float = 0.4, of: int = 1) -> Floats:
    """A look of person `of`, with noise of its own."""
    vector = unit_vector(of).astype(np.float64) + spread * unit_vector(1000 + seed)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def face(x: float = 100, y: float = 80, size: float = 90, score: float = 0.92) -> Face:
    """A frontal face whose box begins at x, y."""
    eyes = size * 0.45
    landmarks = np.array(
        [
            [x + size / 2 - eyes / 2, y + size * 0.4],
            [x + size / 2 + eyes / 2, y + size * 0.4],
            [x + size / 2, y + size * 0.65],
            [x + size / 2 - eyes / 2.4, y + size * 0.9],
            [x + size / 2 + eyes / 2.4, y + size * 0.9],
        ],
        dtype=np.float32,
    )
    return Face(box=np.array([x, y, size, size * 1.3], dtype=np.float32), landmarks=landmarks, score=score)


def quality(score: float = 0.9, *reasons: QualityReason) -> Quality:
    """All parts alike."""
    return Quality(
        score=score,
        size=score,
        pose=score,
        sharpness=score,
        exposure=score,
        visible=1.0,
        certainty=score,
        inter_ocular_px=40.0,
        exposure_fault=QualityReason.TOO_DARK,
        reasons=reasons,
    )


def face_event(*, seed: int = 1, jpeg: bytes | None = b"\xff\xd8\xff\xd9", final: bool = True) -> FaceEvent:
    """One event as the analyst makes them."""
    return FaceEvent(
        event_id=new_id(),
        camera_id=CAMERA_ID,
        track_id=new_id(),
        first_seen=NOON,
        last_seen=NOON + timedelta(seconds=3),
        final=final,
        model_id=MODEL_ID,
        embedding=unit_vector(seed),
        face=face(),
        quality=quality(),
        female_probability=None,
        portrait=Portrait(image_id=new_id(), jpeg=jpeg) if jpeg is not None else None,
        shot_count=4,
    )


def camera_health(state: CameraState) -> CameraHealth:
    """The sample camera in this state."""
    return CameraHealth(
        camera_id=CAMERA_ID,
        display_name="Door",
        state=state,
        last_frame_time=NOON,
        detail="",
        frames_per_second=9.5,
    )


async def spool_events(spool: Spool, count: int, *, jpeg: bytes | None = None) -> list[FaceEvent]:
    """Put so many events into a spool."""
    events = [face_event(seed=index, jpeg=jpeg) for index in range(count)]
    sink = SpoolSink(spool=spool, encode=lambda event: to_face_event(event).SerializeToString())
    for event in events:
        await sink.record(event)
    return events


class StillCameras:
    """Cameras that remember what was desired of them and do nothing."""

    def __init__(self, leases: LeaseBook | None = None) -> None:
        self.desired: list[tuple[DesiredCameras, bool]] = []
        self._leases = leases or LeaseBook()

    def desire(self, desired: DesiredCameras, *, authoritative: bool) -> None:
        self.desired.append((desired, authoritative))
        self._leases.replace(desired.leases)

    def health(self) -> Sequence[CameraHealth]:
        return [camera_health(CameraState.ONLINE)]
