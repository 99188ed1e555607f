"""A track whose shots show two people is two tracks."""

from collections.abc import Sequence

import numpy as np

from footfall_edge.best_shot import OUTLIER_COSINE, SAME_COSINE, Shot, mean_embedding

_FEWEST = 2
"""Shots that make a person: one may be a bad frame."""
_ROUNDS = 4


def split_people(shots: Sequence[Shot]) -> tuple[list[Shot], list[Shot]] | None:
    """The shots of two people, each in order of time, who was seen first first; None when it is one person.

    Shots may come in any order. Spherical 2-means (Dhillon 2001) from the two shots that are least alike, in
    time or not: a tracker may slide to somebody and back. It counts when the two means are below
    OUTLIER_COSINE and each person has two shots or more that are SAME_COSINE like the others of theirs; a
    shot that is like neither is left out.
    """
    if len(shots) < 2 * _FEWEST:
        return None
    shots = sorted(shots, key=lambda shot: shot.at)
    vectors = np.stack([shot.embedding for shot in shots if shot.embedding is not None]).astype(np.float64)
    likeness = vectors @ vectors.T
    if likeness.min() >= OUTLIER_COSINE:
        return None
    seeds = np.unravel_index(int(likeness.argmin()), likeness.shape)
    is_second = likeness[seeds[1]] > likeness[seeds[0]]
    for _ in range(_ROUNDS):
        groups = _grouped(shots, is_second)
        if any(len(group) < _FEWEST for group in groups):
            return None
        means = np.stack([mean_embedding(group) for group in groups]).astype(np.float64)
        nearer = vectors @ means[1] > vectors @ means[0]
        if (nearer == is_second).all():
            break
        is_second = nearer
    groups = _grouped(shots, is_second)
    first, second = (_alike(group) for group in groups)
    if min(len(first), len(second)) < _FEWEST or float(means[0] @ means[1]) >= OUTLIER_COSINE:
        return None
    return (first, second) if first[0].at <= second[0].at else (second, first)


def _grouped(shots: Sequence[Shot], is_second: np.ndarray) -> tuple[list[Shot], list[Shot]]:
    return (
        [shot for shot, second in zip(shots, is_second, strict=True) if not second],
        [shot for shot, second in zip(shots, is_second, strict=True) if second],
    )


def _alike(shots: Sequence[Shot]) -> list[Shot]:
    """The shots that look like the mean of the others."""
    if len(shots) < _FEWEST:
        return []
    vectors = np.stack([shot.embedding for shot in shots if shot.embedding is not None]).astype(np.float64)
    others = vectors.sum(axis=0) - vectors
    likeness = (vectors * others).sum(axis=1) / np.maximum(np.linalg.norm(others, axis=1), 1e-9)
    return [shot for shot, alike in zip(shots, likeness, strict=True) if alike >= SAME_COSINE]
