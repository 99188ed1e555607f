"""Looks at all of a tenant's faces at once, and suggests who may be one person. Changes nobody."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.clustering import Cluster, FaceGroup, Loner, cluster
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.overlap import overlaps
from footfall_server.domain.quality_gates import CREATE_GATES
from footfall_server.domain.suggestion import Suggestion, SuggestionKind, SuggestionSummary
from footfall_server.domain.thresholds import Zones
from footfall_server.ports import Clock, Transactions
from footfall_server.ports.clustering import OwnedFace
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies

_PAGE: Final = 2000
_FOUNDING: Final = {True: "a good shot", False: "a poor shot, so look at it"}
_ROUNDS: Final = 20
"""How often groups are made anew because people in them turn out to have been seen together."""


@dataclass(slots=True)
class _Sum:
    is_waiting: bool
    total: npt.NDArray[np.float64]
    count: int = 0
    best: float = 0.0


@dataclass(slots=True)
class _Population:
    """Sums of faces by root; faces themselves are not kept, so that a large tenant fits into memory."""

    sums: dict[UUID, _Sum] = field(default_factory=dict)

    def add(self, faces: Iterable[OwnedFace]) -> None:
        for face in faces:
            known = self.sums.get(face.root_id)
            if known is None:
                known = self.sums[face.root_id] = _Sum(
                    face.is_waiting, np.zeros(face.embedding.shape, np.float64)
                )
            known.total += face.embedding
            known.count += 1
            known.best = max(known.best, face.quality_score)

    def groups(self) -> Sequence[FaceGroup]:
        return [
            FaceGroup(
                identity_id=root_id,
                is_waiting=known.is_waiting,
                mean=np.asarray(known.total / known.count, np.float32),
                count=known.count,
                may_found=known.best >= CREATE_GATES.score,
            )
            for root_id, known in sorted(self.sums.items())
        ]


class Reclustering:
    """Finds suggestions: SuggestionFinder.

    Everybody is compared with everybody by all faces that are kept of them: exemplars, and for 30 days the
    faces of single tracks. Who is marked distinct, or was seen at the same moment by one camera, is never
    suggested as one.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        models: TenantModels,
        policies: ThresholdPolicies,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._models = models
        self._policies = policies

    async def refresh(self, tenant_id: UUID) -> SuggestionSummary:
        """Replaces the tenant's suggestions by what is found now. Merges nobody."""
        model_id = (await self._models.of(tenant_id)).in_use.model_id
        groups = await self._groups(tenant_id, model_id)
        async with self._transactions.begin(tenant_id) as tx:
            policy = self._policies.of(model_id, await tx.calibrations.get(model_id))
            zones = policy.zones(len(groups), "tenant")
            apart = {frozenset(pair) for pair in await tx.population.distinct_pairs()}
        clusters, loners = await self._clustered(tenant_id, groups, zones.cluster, apart)
        found = _suggestions(clusters, loners, zones, self._clock.now())
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            await tx.suggestions.replace_all(found)
        return SuggestionSummary(
            suggestions=len(found),
            customers=sum(not each.is_waiting for each in groups),
            waiting=sum(each.is_waiting for each in groups),
        )

    async def zones(self, tenant_id: UUID) -> Zones:
        """See SuggestionFinder.zones."""
        model_id = (await self._models.of(tenant_id)).in_use.model_id
        async with self._transactions.begin(tenant_id) as tx:
            policy = self._policies.of(model_id, await tx.calibrations.get(model_id))
            return policy.zones(await tx.model_faces.known_people(), "tenant")

    async def _groups(self, tenant_id: UUID, model_id: str) -> Sequence[FaceGroup]:
        population = _Population()
        async with self._transactions.begin(tenant_id) as tx:
            for read in (tx.population.exemplars, tx.population.track_faces):
                after: UUID | None = None
                while page := await read(model_id, after, _PAGE):
                    population.add(page)
                    after = page[-1].face_id
        return population.groups()

    async def _clustered(
        self, tenant_id: UUID, groups: Sequence[FaceGroup], threshold: float, apart: set[frozenset[UUID]]
    ) -> tuple[Sequence[Cluster], Sequence[Loner]]:
        """Clusters in which nobody was seen together: whoever was is told apart, and all is done again."""
        for _ in range(_ROUNDS):
            # The products of a large tenant take seconds, during which the loop has other things to do.
            clusters, loners = await asyncio.to_thread(cluster, groups, threshold, frozenset(apart))
            together = await self._seen_together(tenant_id, clusters)
            if together <= apart:
                return clusters, loners
            apart |= together
        return [each for each in clusters if not _has_pair(each, together)], loners

    async def _seen_together(self, tenant_id: UUID, clusters: Sequence[Cluster]) -> set[frozenset[UUID]]:
        cluster_of = {
            member.identity_id: number for number, each in enumerate(clusters) for member in each.members
        }
        if not cluster_of:
            return set()
        async with self._transactions.begin(tenant_id) as tx:
            sightings = await tx.sightings.of_customers(cluster_of.keys())
        return {
            frozenset({each.low_id, each.high_id})
            for each in overlaps(sightings)
            if cluster_of.get(each.low_id, -1) == cluster_of.get(each.high_id, -2)
        }


def _has_pair(found: Cluster, pairs: Collection[frozenset[UUID]]) -> bool:
    members = {each.identity_id for each in found.members}
    return any(pair <= members for pair in pairs)


def _suggestions(
    clusters: Sequence[Cluster], loners: Sequence[Loner], zones: Zones, at: datetime
) -> Sequence[Suggestion]:
    found = [each for group in clusters for each in _of_cluster(group, zones, at)]
    found += [
        Suggestion(
            suggestion_id=new_id(),
            kind=SuggestionKind.CONFIRM,
            customer_id=None,
            other_ids=(loner.group.identity_id,),
            score=loner.nearest,
            threshold=zones.new,
            evidence=(
                f"{_FOUNDING[loner.group.may_found]}, and nobody else is more alike than {loner.nearest:.2f}",
                f"strangers are below {zones.new:.2f} in a gallery of {zones.gallery_size}",
            ),
            created_at=at,
        )
        for loner in loners
        if loner.nearest < zones.new
    ]
    return found


def _of_cluster(found: Cluster, zones: Zones, at: datetime) -> Sequence[Suggestion]:
    """A merge for each further customer, and one suggestion for all who wait."""
    first, *others = found.members
    by_kind: Mapping[SuggestionKind, list[tuple[FaceGroup, ...]]] = defaultdict(list)
    waiting = tuple(each for each in others if each.is_waiting)
    if first.is_waiting:
        by_kind[SuggestionKind.CONFIRM].append((first, *waiting))
    elif waiting:
        by_kind[SuggestionKind.RESOLVE].append(waiting)
    by_kind[SuggestionKind.MERGE].extend((each,) for each in others if not each.is_waiting)
    return [
        Suggestion(
            suggestion_id=new_id(),
            kind=kind,
            customer_id=None if kind is SuggestionKind.CONFIRM else first.identity_id,
            other_ids=tuple(each.identity_id for each in group),
            score=min(found.likeness.get(each.identity_id, 1.0) for each in group),
            threshold=zones.cluster,
            evidence=_evidence(first, group, zones),
            created_at=at,
        )
        for kind, groups in by_kind.items()
        for group in groups
    ]


def _evidence(first: FaceGroup, group: Sequence[FaceGroup], zones: Zones) -> tuple[str, ...]:
    faces = sum(each.count for each in group if each is not first)
    return (
        f"compared {first.count} with {faces} faces, every pair",
        f"one person from {zones.cluster:.2f} on in a gallery of {zones.gallery_size}",
        "never seen at the same moment by one camera",
    )
