"""The people whom the faces of a batch may be, with their exemplars, as the batch goes on. Pure.

A person's score is half that of the closest exemplar and half the mean over all of them. The closest alone
lets a stranger in by one lucky picture, the more so the more pictures there are; the mean alone keeps out
somebody whose exemplars differ. On 1,011 portraits of 300 people the two together make a third of the
false merges of the closest one at the same number of people.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.face_event import Embedding
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance

CLOSEST_SHARE: Final = 0.5
"""How much of a person's score is that of the closest exemplar; the rest is the mean over all."""


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A face that somebody is recognised by. `owner_id` is whose it was before merges."""

    face_id: UUID
    owner_id: UUID
    provenance: Provenance
    quality_score: float
    embedding: Embedding = field(repr=False)
    track_id: UUID | None
    created_at: datetime

    @property
    def is_trusted(self) -> bool:
        """Whether it may teach others: a learned face never does."""
        return self.provenance is not Provenance.LEARNED


@dataclass(slots=True)
class KnownIdentity:
    """A root identity with all of its exemplars.

    `site_ids` are those of the batch's sites where it was seen, `track_ids` its sightings as long as it
    waits, and `learned` how many exemplars it learned today.
    """

    root_id: UUID
    state: IdentityState
    kind: CustomerKind
    exemplars: list[Exemplar]
    site_ids: set[UUID] = field(default_factory=set)
    track_ids: set[UUID] = field(default_factory=set)
    learned: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether it is not a customer yet."""
        return self.state is IdentityState.WAITING

    @property
    def is_staff(self) -> bool:
        """Whether it works here."""
        return self.kind is CustomerKind.STAFF


@dataclass(frozen=True, slots=True)
class FarHit:
    """A face too far to matter, kept to explain the decision."""

    face_id: UUID
    root_id: UUID
    score: float
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class IdentityScore:
    """How alike a face is to a person: cosine similarities, -1..1.

    `score` is what decides, `face_score` that of the closest exemplar `face`, and `trusted_score` that of
    the closest exemplar that may teach others; -1 when there is none.
    """

    identity: KnownIdentity
    score: float
    face_score: float
    face: Exemplar
    trusted_score: float


class GalleryView:
    """Who may be meant in a batch. What the batch decides is seen by the rest of it.

    `apart` holds pairs of roots who cannot be one person: marked distinct, or seen at the same moment.
    """

    def __init__(self, identities: Iterable[KnownIdentity], apart: Iterable[frozenset[UUID]]) -> None:
        self._identities = {each.root_id: each for each in identities}
        self._moved: dict[UUID, UUID] = {}
        self._made: set[UUID] = set()
        self._apart = set(apart)

    def get(self, customer_id: UUID) -> KnownIdentity | None:
        """The identity, or who it became in this batch."""
        return self._identities.get(self.root_of(customer_id))

    def root_of(self, customer_id: UUID) -> UUID:
        """Who somebody is after what this batch resolved."""
        while customer_id in self._moved:
            customer_id = self._moved[customer_id]
        return customer_id

    def add(self, identity: KnownIdentity) -> None:
        """Makes somebody known to the rest of the batch."""
        self._identities[identity.root_id] = identity
        self._made.add(identity.root_id)

    def learn(self, identity: KnownIdentity, exemplar: Exemplar) -> None:
        """Adds an exemplar, which the rest of the batch finds though the index does not know it yet."""
        identity.exemplars.append(exemplar)
        self._made.add(identity.root_id)

    def absorb(self, target: KnownIdentity, source: KnownIdentity) -> None:
        """Makes `source` part of `target`: its exemplars, sites, sightings, and whom it cannot be."""
        target.exemplars.extend(source.exemplars)
        target.site_ids |= source.site_ids
        target.track_ids |= source.track_ids
        self._moved[source.root_id] = target.root_id
        del self._identities[source.root_id]
        if source.root_id in self._made:
            self._made.add(target.root_id)
        for pair in [pair for pair in self._apart if source.root_id in pair]:
            self._apart |= {frozenset({target.root_id, other}) for other in pair - {source.root_id}}

    def keep_apart(self, one: UUID, other: UUID) -> None:
        """Notes that two cannot be one person."""
        self._apart.add(frozenset({self.root_of(one), self.root_of(other)}))

    def are_apart(self, one: UUID, other: UUID) -> bool:
        """Whether two cannot be one person."""
        return frozenset({self.root_of(one), self.root_of(other)}) in self._apart

    def scores(
        self, embedding: Embedding, near: Collection[UUID], excluded: Collection[UUID]
    ) -> Sequence[IdentityScore]:
        """How alike the face is to whoever is near or was made in this batch, best first.

        Of equal ones the lowest id comes first, so that every replica decides alike.
        """
        barred = {self.root_of(each) for each in excluded}
        roots = ({self.root_of(each) for each in near} | self._made) - barred
        found = [
            score_of(embedding, identity)
            for root in roots
            if (identity := self._identities.get(root)) is not None and identity.exemplars
        ]
        return sorted(found, key=lambda each: (-each.score, each.identity.root_id))


def score_of(embedding: Embedding, identity: KnownIdentity) -> IdentityScore:
    """How alike a face is to a person who has exemplars."""
    cosines = cosines_with(embedding, identity.exemplars)
    best = int(cosines.argmax())
    trusted = [
        float(cosine) for cosine, each in zip(cosines, identity.exemplars, strict=True) if each.is_trusted
    ]
    return IdentityScore(
        identity=identity,
        score=combined(cosines),
        face_score=float(cosines[best]),
        face=identity.exemplars[best],
        trusted_score=max(trusted, default=-1.0),
    )


def cosines_with(embedding: Embedding, exemplars: Sequence[Exemplar]) -> npt.NDArray[np.float32]:
    """The cosine similarity to each exemplar, (n,)."""
    cosines: npt.NDArray[np.float32] = np.stack([each.embedding for each in exemplars]) @ embedding
    return cosines


def combined(cosines: npt.NDArray[np.float32]) -> float:
    """A person's score from those of the single faces."""
    return float(CLOSEST_SHARE * cosines.max() + (1 - CLOSEST_SHARE) * cosines.mean())


def likeness(one: KnownIdentity, other: KnownIdentity) -> float:
    """How alike two people's exemplars are, by the same measure, over all pairs."""
    left = np.stack([each.embedding for each in one.exemplars])
    right = np.stack([each.embedding for each in other.exemplars])
    cosines: npt.NDArray[np.float32] = left @ right.T
    return combined(cosines)


def may_be_one(view: GalleryView, one: KnownIdentity, other: KnownIdentity, *, least: float) -> bool:
    """Whether two people whom one face matches may be the same.

    Nothing that is known speaks against it, and their own faces are not strangers to each other: alike at
    least so much.
    """
    return not view.are_apart(one.root_id, other.root_id) and likeness(one, other) >= least


def apart_pairs(pairs: Iterable[tuple[UUID, UUID]]) -> frozenset[frozenset[UUID]]:
    """Pairs of roots. Two who were made one by force are no pair any more."""
    return frozenset(frozenset({one, other}) for one, other in pairs if one != other)
