"""Who is left out: the templates that are kept, and how faces are compared with them."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import pytest
from fakes.manual_clock import START
from fakes.opt_outs import an_opt_out_seal
from fakes.synthetic_faces import DIMENSION, MODEL_ID, person, shot_of
from footfall_server.domain.gallery_view import Exemplar
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.opt_out import (
    TEMPLATES,
    OptOut,
    OptOutGallery,
    Templates,
    best_templates,
    likeness,
)
from footfall_server.domain.person import Provenance
from hypothesis import given, settings
from hypothesis import strategies as st

TENANT, OTHER_TENANT = UUID(int=1), UUID(int=2)
ONE, OTHER = UUID(int=11), UUID(int=12)


def shots(number: int, count: int) -> Templates:
    return np.stack([shot_of(person(number), cosine=0.8, seed=seed) for seed in range(count)])


def exemplar(embedding: np.ndarray, provenance: Provenance, quality: float) -> Exemplar:
    return Exemplar(new_id(), ONE, provenance, quality, embedding, None, START)


def test_what_was_sealed_opens_for_the_same_opt_out_alone() -> None:
    seal, theirs = an_opt_out_seal(), shots(1, 3)
    sealed = seal.seal(TENANT, ONE, MODEL_ID, theirs)
    opened = seal.open(TENANT, ONE, MODEL_ID, sealed, dimension=DIMENSION)
    assert opened is not None
    assert np.array_equal(opened, theirs)
    assert seal.seal(TENANT, ONE, MODEL_ID, theirs) != sealed, "every seal has a nonce of its own"
    for tenant_id, opt_out_id, model_id in (
        (OTHER_TENANT, ONE, MODEL_ID),
        (TENANT, OTHER, MODEL_ID),
        (TENANT, ONE, "another"),
    ):
        assert seal.open(tenant_id, opt_out_id, model_id, sealed, dimension=DIMENSION) is None


def test_another_key_and_damaged_bytes_open_nothing() -> None:
    seal, theirs = an_opt_out_seal(), shots(1, 2)
    sealed = seal.seal(TENANT, ONE, MODEL_ID, theirs)
    assert an_opt_out_seal(2).open(TENANT, ONE, MODEL_ID, sealed, dimension=DIMENSION) is None
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for bytes_ in (damaged, sealed[:5], b"", sealed[:12]):
        assert seal.open(TENANT, ONE, MODEL_ID, bytes_, dimension=DIMENSION) is None
    assert seal.open(TENANT, ONE, MODEL_ID, sealed, dimension=DIMENSION - 1) is None


def test_a_dump_has_no_usable_template() -> None:
    theirs = shots(1, 1)
    sealed = an_opt_out_seal().seal(TENANT, ONE, MODEL_ID, theirs)
    assert theirs.tobytes()[:16] not in sealed
    opt_out = OptOut(ONE, "T-1", None, START, None, {MODEL_ID: sealed})
    assert repr(sealed) not in repr(opt_out)


def test_the_best_faces_are_kept_and_trusted_ones_first() -> None:
    faces = [
        exemplar(person(1), Provenance.LEARNED, 0.99),
        *(exemplar(person(number), Provenance.CREATED, number / 10) for number in range(2, 8)),
    ]
    best = best_templates(faces)
    assert best is not None
    assert best.shape == (TEMPLATES, DIMENSION)
    assert np.array_equal(best, np.stack([person(number) for number in (7, 6, 5, 4, 3)]))
    assert best_templates([]) is None


def test_a_gallery_goes_with_what_is_there() -> None:
    first = OptOutGallery({ONE: shots(1, 2)})
    both = first.with_only({ONE, OTHER}, {OTHER: shots(2, 1)})
    assert both.opt_out_ids == {ONE, OTHER}
    assert both.has(person(1), match=0.6)
    assert both.has(person(2), match=0.6)
    other = both.with_only({OTHER}, {})
    assert other.opt_out_ids == {OTHER}
    assert not other.has(person(1), match=0.6)
    assert not OptOutGallery().has(person(1), match=-1.0)
    assert (len(OptOutGallery()), len(both)) == (0, 2)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 5)), min_size=1, max_size=6),
    st.integers(1, 6),
    st.floats(0.3, 0.95),
    st.floats(-0.5, 0.99),
)
@settings(max_examples=60, deadline=None)
def test_a_face_is_compared_with_each_person_as_a_whole(
    people: Sequence[tuple[int, int]], seen: int, cosine: float, match: float
) -> None:
    theirs = {UUID(int=place): shots(number, count) for place, (number, count) in enumerate(people)}
    face = shot_of(person(seen), cosine=cosine, seed=99)
    scores = [likeness(each, face[np.newaxis]) for each in theirs.values()]
    if min(abs(score - match) for score in scores) > 1e-5:
        assert OptOutGallery(theirs).has(face, match=match) is (max(scores) >= match)


def test_a_persons_score_is_that_of_galleries() -> None:
    theirs = np.stack([person(1), person(2)])
    across = float(person(1) @ person(2))
    assert likeness(theirs, person(1)[np.newaxis]) == pytest.approx(0.5 + 0.5 * (1 + across) / 2, abs=1e-5)
