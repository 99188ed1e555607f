"""Finds who is meant by a picture that somebody brought along to be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.face_examination import ExaminedFace
from footfall_server.domain.identity import Principal
from footfall_server.domain.thresholds import Zones
from footfall_server.ports import Clock, FaceExaminer, Transactions
from footfall_server.services.candidates import CANDIDATES, Candidate, shown_candidates
from footfall_server.services.picture_refusals import refused
from footfall_server.services.resemblance import Resemblance
from footfall_server.services.scope import tenant_of
from footfall_server.services.tenant_models import TenantModels


@dataclass(frozen=True, slots=True)
class FoundSubjects:
    """The people whom a picture resembles, best first; `face` is where it was found in the picture."""

    candidates: Sequence[Candidate]
    zones: Zones
    face: ExaminedFace = field(repr=False)


class SubjectSearch:
    """Searches all people of the tenant, those who wait included. The picture is not kept."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        examiner: FaceExaminer,
        resemblance: Resemblance,
        models: TenantModels,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._examiner = examiner
        self._resemblance = resemblance
        self._models = models
        self._clock = clock

    async def find(self, principal: Principal, picture: bytes, ticket: str) -> FoundSubjects:
        """Whom it resembles. That somebody asked is audited, with the ticket.

        Raises what picture_refusals.refused says when no one face was found, and UNAVAILABLE.
        """
        tenant_id = tenant_of(principal)
        model = (await self._models.of(tenant_id)).in_use
        examination = await self._examiner.examine(picture, [model.model_id])
        if examination.face is None:
            raise refused(examination.refusal)
        face = examination.face
        searched = await self._resemblance.search(tenant_id, model, [face.embeddings[model.model_id]])
        async with self._transactions.begin_exclusive(tenant_id, sites=principal.site_ids) as tx:
            resembled = await self._resemblance.within(tx, searched)
            alike = [each for each in resembled.scores(0) if each.score >= resembled.zones.new]
            candidates = await shown_candidates(tx, principal, alike[:CANDIDATES])
            detail = {"candidates": len(candidates), "ticket": ticket}
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.ERASURE_SEARCH,
                    None,
                    at=self._clock.now(),
                    detail=detail,
                    resource="erasure",
                )
            )
        return FoundSubjects(candidates, resembled.zones, face)
