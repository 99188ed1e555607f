"""Whom a picture would be taken for, and who a staff member was before it was known as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.customer import CustomerView
from footfall_server.domain.face_examination import ExaminedFace
from footfall_server.domain.gallery_view import GalleryView, IdentityScore, may_be_one
from footfall_server.domain.identity import Principal
from footfall_server.domain.matching import Rule, Verdict, decide
from footfall_server.domain.quality_gates import GateReading, readings
from footfall_server.domain.staff import PAST
from footfall_server.domain.thresholds import Zones
from footfall_server.ports import Clock, FaceExaminer, Transactions
from footfall_server.services.candidates import CANDIDATES, Candidate, shown_candidates
from footfall_server.services.known_staff import StaffMember, current_staff
from footfall_server.services.merging import MergeDone, MergeOrder, Merging
from footfall_server.services.picture_refusals import refused
from footfall_server.services.resemblance import Resemblance, Resembled
from footfall_server.services.scope import begin_for, tenant_of
from footfall_server.services.tenant_models import TenantModels

PROPOSALS: Final = 20
CONVERSION: Final = "works here"
"""The reason that a conversion's merge gives."""


class Outcome(StrEnum):
    """What a camera's event with such a face would come to."""

    STAFF = "staff"
    CUSTOMER = "customer"
    UNDECIDED = "undecided"
    NOBODY = "nobody"
    TOO_POOR = "too_poor"


@dataclass(frozen=True, slots=True)
class RecognitionTest:
    """Whom a picture would be taken for; `recognised` when that is the one who was asked for."""

    outcome: Outcome
    recognised: bool
    rule: Rule
    candidates: Sequence[Candidate]
    margin: float | None
    zones: Zones
    gates: Sequence[GateReading]
    face: ExaminedFace = field(repr=False)
    model_id: str


@dataclass(frozen=True, slots=True)
class PastCustomer:
    """A customer who may be a staff member; `enrolled_id` is the enrolled face that it resembles most."""

    view: CustomerView
    score: float
    matches: bool
    enrolled_id: UUID


@dataclass(frozen=True, slots=True)
class PastCustomers:
    """The proposals, the surest first."""

    found: Sequence[PastCustomer]
    threshold: float
    since: datetime


class StaffRecognition:
    """Asks of the gallery what ingest would ask, and changes nothing but by `convert`.

    Thresholds are those of the tenant's whole gallery, the strictest that ingest applies anywhere.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        examiner: FaceExaminer,
        resemblance: Resemblance,
        models: TenantModels,
        merging: Merging,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._examiner = examiner
        self._resemblance = resemblance
        self._models = models
        self._merging = merging
        self._clock = clock

    async def test(self, principal: Principal, staff_id: UUID, picture: bytes) -> RecognitionTest:
        """Whom the picture would be taken for. It is not kept; that it was asked is audited.

        Raises NOT_FOUND for who is no staff, and what picture_refusals.refused says when no one face was
        found. A face that is too poor is compared all the same.
        """
        tenant_id = tenant_of(principal)
        async with begin_for(self._transactions, principal) as tx:
            await current_staff(tx, principal, staff_id)
        model = (await self._models.of(tenant_id)).in_use
        examination = await self._examiner.examine(picture, [model.model_id])
        if examination.face is None:
            raise refused(examination.refusal)
        face = examination.face
        searched = await self._resemblance.search(tenant_id, model, [face.embeddings[model.model_id]])
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            member = await current_staff(tx, principal, staff_id)
            resembled = await self._resemblance.within(tx, searched)
            scores, zones = resembled.scores(0), resembled.zones
            verdict = decide(
                scores,
                face.quality,
                widest=zones,
                scope=lambda _: zones,
                same=partial(_may_be_one, resembled.view, zones),
            )
            candidates = await shown_candidates(tx, principal, scores[:CANDIDATES])
            outcome = _outcome_of(verdict, scores)
            recognised = verdict.match is not None and verdict.match.identity.root_id == member.staff_id
            detail = {"outcome": outcome.value, "recognised": recognised}
            await tx.audit.append(self._entry(principal, Action.STAFF_TEST_RECOGNITION, member, detail))
        return RecognitionTest(
            outcome=outcome,
            recognised=recognised,
            rule=verdict.rule,
            candidates=candidates,
            margin=scores[0].score - scores[1].score if len(scores) > 1 else None,
            zones=zones,
            gates=readings(face.quality),
            face=face,
            model_id=model.model_id,
        )

    async def past_customers(self, principal: Principal, staff_id: UUID) -> PastCustomers:
        """Customers of the last 30 days at the caller's sites whom the enrolled faces resemble.

        Without those who are marked as other people. Raises NOT_FOUND.
        """
        tenant_id = tenant_of(principal)
        now = self._clock.now()
        model = (await self._models.of(tenant_id)).in_use
        async with begin_for(self._transactions, principal) as tx:
            member = await current_staff(tx, principal, staff_id)
            enrolled = await tx.enrolments.embeddings(member.family, model.model_id)
        searched = await self._resemblance.search(tenant_id, model, list(enrolled.values()))
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            member = await current_staff(tx, principal, staff_id)
            resembled = await self._resemblance.within(tx, searched, also=[member.staff_id])
            best = _best(member, resembled, list(enrolled))
            detail = {"enrolled": len(enrolled)}
            await tx.audit.append(self._entry(principal, Action.STAFF_PAST_CUSTOMERS, member, detail))
        async with begin_for(self._transactions, principal) as tx:
            views = await tx.customers.views(best, sites=principal.site_ids)
        since = now - PAST
        found = [
            PastCustomer(view, score, score >= resembled.zones.match, enrolled_id)
            for customer_id, (score, enrolled_id) in best.items()
            if (view := views.get(customer_id)) is not None
            and view.last_seen_at is not None
            and view.last_seen_at >= since
        ]
        found.sort(key=lambda each: (-each.score, each.view.customer.customer_id))
        return PastCustomers(found[:PROPOSALS], resembled.zones.match, since)

    async def convert(
        self, principal: Principal, staff_id: UUID, customer_ids: Sequence[UUID], *, request_id: UUID | None
    ) -> MergeDone:
        """Makes customers one with the staff member: their visits leave the reports. It can be unmerged.

        Raises NOT_FOUND, and as Merging.merge. The same request_id does it once.
        """
        async with self._transactions.begin_exclusive(tenant_of(principal)) as tx:
            member = await current_staff(tx, principal, staff_id)
            order = MergeOrder(member.staff_id, customer_ids, reason=CONVERSION, request_id=request_id)
            done = await self._merging.merge_within(tx, principal, order)
            if done.new:
                detail = {"merge_id": done.merge.merge_id, "customer_ids": list(customer_ids)}
                await tx.audit.append(self._entry(principal, Action.STAFF_CONVERT, member, detail))
        return done

    def _entry(
        self, principal: Principal, action: Action, member: StaffMember, detail: Mapping[str, object]
    ) -> AuditEntry:
        return AuditEntry.of(
            principal, action, member.staff_id, at=self._clock.now(), detail=detail, resource="staff"
        )


def _may_be_one(view: GalleryView, zones: Zones, one: IdentityScore, other: IdentityScore) -> bool:
    return may_be_one(view, one.identity, other.identity, least=zones.new)


def _outcome_of(verdict: Verdict, scores: Sequence[IdentityScore]) -> Outcome:
    if verdict.rule is Rule.BELOW_MATCH_GATE:
        return Outcome.TOO_POOR
    if verdict.match is not None:
        return Outcome.STAFF if verdict.match.identity.is_staff else Outcome.CUSTOMER
    if not scores or scores[0].score < verdict.zones.new:
        return Outcome.NOBODY
    return Outcome.UNDECIDED


def _best(
    member: StaffMember, resembled: Resembled, enrolled: Sequence[UUID]
) -> Mapping[UUID, tuple[float, UUID]]:
    """By customer: the best score of any enrolled face, and which one it is of."""
    best: dict[UUID, tuple[float, UUID]] = {}
    for row, enrolled_id in enumerate(enrolled):
        for each in resembled.scores(row):
            identity = each.identity
            out = identity.is_staff or identity.is_waiting or each.score < resembled.zones.cluster
            if out or resembled.view.are_apart(identity.root_id, member.staff_id):
                continue
            if each.score > best.get(identity.root_id, (-1.0, enrolled_id))[0]:
                best[identity.root_id] = (each.score, enrolled_id)
    return best
