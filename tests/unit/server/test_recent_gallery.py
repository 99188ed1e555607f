"""The recent faces that a process holds: whatever comes and goes, they are searched exactly."""

from uuid import UUID, uuid4

import numpy as np
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.recent_faces import RecentFaces, RecentGallery
from hypothesis import given
from hypothesis import strategies as st
from storage_samples import NOON

DIMENSION = 8


def _face(number: int) -> GalleryFace:
    embedding = np.random.default_rng(number).standard_normal(DIMENSION).astype(np.float32)
    embedding /= np.linalg.norm(embedding)
    customer_id = UUID(int=1000 + number)
    return GalleryFace(
        UUID(int=number), customer_id, "model", embedding, 0.8, uuid4(), NOON, exemplar_id=UUID(int=number)
    )


_NUMBERS = st.sets(st.integers(0, 200))


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS), max_size=8))
def test_what_is_held_is_what_came_and_did_not_go(steps: list[tuple[set[int], set[int]]]) -> None:
    gallery = RecentGallery(DIMENSION)
    expected: set[int] = set()
    for added, gone in steps:
        gallery.apply([_face(number) for number in added], [UUID(int=number) for number in gone])
        expected = (expected - gone) | added
    assert {face_id.int for face_id in gallery.face_ids} == expected
    assert len(gallery.face_ids) == len(expected), "each once"
    for face_id, embedding in zip(gallery.face_ids, gallery.embeddings, strict=True):
        np.testing.assert_array_equal(embedding, _face(face_id.int).embedding)


def test_a_batch_keeps_what_it_saw() -> None:
    """The gallery may change under a batch whose connection died; what it found stays."""
    gallery = RecentGallery(DIMENSION)
    first, second = _face(1), _face(2)
    gallery.apply([first], [])
    recents = RecentFaces(gallery, np.stack([first.embedding]), floor=0.45)
    gallery.apply([second], [first.face_id])
    [(face_id, score)] = recents.near(0)
    assert face_id == first.face_id
    assert score > 0.99


def test_whatever_is_near_is_told_and_else_the_closest() -> None:
    gallery = RecentGallery(DIMENSION)
    faces = [_face(number) for number in range(6)]
    gallery.apply(faces, [])
    queries = np.stack([faces[0].embedding])
    cosines = {face.face_id: float(face.embedding @ faces[0].embedding) for face in faces}
    near = dict(RecentFaces(gallery, queries, floor=0.2).near(0))
    assert near.keys() == {face_id for face_id, cosine in cosines.items() if cosine >= 0.2}
    assert list(dict(RecentFaces(gallery, queries, floor=1.1).near(0))) == [faces[0].face_id]
    assert RecentFaces(RecentGallery(DIMENSION), queries, floor=0.2).near(0) == []
