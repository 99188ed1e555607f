"""The staff gallery, between the wire and the domain."""

import numpy as np
from footfall.v1 import ingest_service_pb2

from footfall_server.domain.staff_gallery import StaffFace, StaffGalleryDelta


def to_gallery_delta(delta: StaffGalleryDelta) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        gallery_delta=ingest_service_pb2.GalleryDelta(
            from_version=delta.from_version,
            version=delta.version,
            model_id=delta.model_id,
            faces=map(_to_face, delta.faces),
            removed_face_ids=map(str, delta.removed_face_ids),
            threshold=delta.threshold,
        )
    )


def _to_face(face: StaffFace) -> ingest_service_pb2.GalleryFace:
    vector = np.empty(0, np.float32) if face.embedding is None else face.embedding
    return ingest_service_pb2.GalleryFace(
        face_id=str(face.face_id), staff_id=str(face.staff_id), vector=vector.astype("<f4").tobytes()
    )
