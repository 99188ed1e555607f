"""What an exact search in memory finds is what comparing with everybody finds."""

import threading
from collections.abc import Sequence
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import pytest
from footfall_server.domain import exact_gallery
from footfall_server.domain.exact_gallery import ExactGallery
from hypothesis import given
from hypothesis import strategies as st

DIMENSION = 8
Vectors = npt.NDArray[np.float32]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_gallery, "BLOCK", 4)


def some(count: int, seed: int) -> tuple[list[UUID], Vectors]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return [uuid4() for _ in range(count)], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def by_comparing(
    face_ids: Sequence[UUID], faces: Vectors, query: Vectors, limit: int
) -> list[tuple[UUID, float]]:
    scores = [(face_id, float(face @ query)) for face_id, face in zip(face_ids, faces, strict=True)]
    return sorted(scores, key=lambda each: -each[1])[:limit]


@given(
    count=st.integers(0, 30), queries=st.integers(0, 5), limit=st.integers(1, 12), seed=st.integers(0, 2**32)
)
def test_it_finds_what_comparing_with_everybody_finds(
    count: int, queries: int, limit: int, seed: int
) -> None:
    face_ids, faces = some(count, seed)
    _, asked = some(queries, seed + 1)
    gallery = ExactGallery()
    half = count // 2
    gallery.add(face_ids[:half], faces[:half])
    gallery.add(face_ids, faces)  # what is held already changes nothing
    assert len(gallery) == count
    found = gallery.nearest(asked, limit)
    assert len(found) == queries
    for query, hits in zip(asked, found, strict=True):
        expected = by_comparing(face_ids, faces, query, limit)
        assert [face_id for face_id, _ in hits] == [face_id for face_id, _ in expected]
        np.testing.assert_allclose([score for _, score in hits], [score for _, score in expected], atol=1e-6)


def test_a_face_is_compared_by_its_direction_alone() -> None:
    face_ids, faces = some(2, 1)
    gallery = ExactGallery()
    gallery.add(face_ids, faces * np.float32(3))
    [[(nearest, score), _]] = gallery.nearest(faces[:1], 2)
    assert nearest == face_ids[0]
    assert score == pytest.approx(1.0)


def test_one_that_looks_alike_in_every_way_is_told_by_its_id() -> None:
    face_ids, faces = some(1, 1)
    twins = sorted([face_ids[0], uuid4()])
    gallery = ExactGallery()
    gallery.add(twins[::-1], np.repeat(faces, 2, axis=0))
    [hits] = gallery.nearest(faces, 5)
    assert [face_id for face_id, _ in hits] == twins


def test_searches_in_threads_see_whole_faces_while_others_are_added() -> None:
    face_ids, faces = some(400, 3)
    gallery = ExactGallery()
    wrong: list[float] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            for hits in gallery.nearest(faces[:3], 400):
                place = {face_id: row for row, face_id in enumerate(face_ids)}
                rows = [place[face_id] for face_id, _ in hits]
                wrong.extend(set(rows) ^ set(range(len(rows))))

    searching = threading.Thread(target=search)
    searching.start()
    for start in range(0, 400, 7):
        gallery.add(face_ids[start : start + 7], faces[start : start + 7])
    done.set()
    searching.join()
    assert not wrong, "a search sees the faces that were added first, each once"
    assert len(gallery) == 400
