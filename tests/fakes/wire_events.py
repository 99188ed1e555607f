"""Face events as an edge worker sends them, of people who are told apart by a number."""

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from fakes.manual_clock import START
from fakes.shop import MODEL_ID
from footfall.v1 import face_event_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.rpc.convert_values import to_timestamp

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60 + b"\xff\xd9"


def embedding_of(person: int) -> bytes:
    """A face that nobody else has: random directions in 512 dimensions are all but orthogonal."""
    vector = np.random.default_rng(person).standard_normal(512).astype("<f4")
    return (vector / np.linalg.norm(vector)).astype("<f4").tobytes()


def face_event(
    camera_id: UUID,
    *,
    person: int = 1,
    at: datetime = START - timedelta(minutes=5),
    final: bool = True,
    track_id: UUID | None = None,
    image_id: UUID | None = None,
    image_bytes: int = 64,
) -> face_event_pb2.FaceEvent:
    """One event of a good shot."""
    event = face_event_pb2.FaceEvent(
        event_id=str(new_id()),
        camera_id=str(camera_id),
        track_id=str(track_id or new_id()),
        first_seen_time=to_timestamp(at),
        last_seen_time=to_timestamp(at + timedelta(seconds=2)),
        final=final,
        embedding=face_event_pb2.Embedding(model_id=MODEL_ID, vector=embedding_of(person)),
        detection_score=0.9,
        quality=face_event_pb2.FaceQuality(
            score=0.9, size=0.9, pose=0.9, sharpness=0.9, exposure=0.9, inter_ocular_px=60
        ),
        shot_count=4,
    )
    if image_id is not None:
        event.image.image_id = str(image_id)
        event.image.size_bytes = image_bytes
        event.image.content_type = "image/jpeg"
    return event
