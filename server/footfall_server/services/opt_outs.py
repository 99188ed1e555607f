"""People who asked not to be known again: put on the list, told, and taken off it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.batch import GalleryQuestions
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.opt_out import (
    MOST_OPT_OUTS,
    ListedOptOut,
    OptOut,
    Templates,
    best_templates,
)
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, FaceExaminer, TemplateSeal, TimeCursor, Transaction, Transactions
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.erasures import current_subject, kind_of
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.paging import Page, page_of
from footfall_server.services.picture_refusals import refused
from footfall_server.services.scope import begin_exclusive_for, begin_for, tenant_of
from footfall_server.services.tenant_models import AcceptedModels, TenantModels


@dataclass(frozen=True, slots=True)
class OptOutOrder:
    """Whom to leave out: somebody who is known, or whom a picture shows; one of the two is given.

    `ticket` is the number under which the person asked. The person consented to what is kept.
    """

    subject_id: UUID | None = None
    picture: bytes = field(default=b"", repr=False)
    ticket: str = field(default="", repr=False)
    request_id: UUID | None = None


class OptOutService:
    """Keeps sealed templates of people with their consent, so that cameras leave them out."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        removal: CustomerRemoval,
        examiner: FaceExaminer,
        models: TenantModels,
        seal: TemplateSeal,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._removal = removal
        self._examiner = examiner
        self._models = models
        self._seal = seal
        self._clock = clock

    async def create(self, principal: Principal, order: OptOutOrder) -> ListedOptOut:
        """Puts somebody on the list; the same request_id does it once.

        Somebody who is known is erased in the same act, so that nothing but the opt-out stays. Raises
        NOT_FOUND, UNAVAILABLE, FAILED_PRECONDITION / NOT_ENOUGH_FACES for somebody of whom no face is known,
        TOO_MANY_OPT_OUTS, and what picture_refusals.refused says of a picture.
        """
        of_picture = await self._of_picture(principal, order) if order.subject_id is None else {}
        async with begin_exclusive_for(self._transactions, principal) as tx:
            accepted = await self._models.within(tx)
            if order.request_id is not None:
                known = await tx.opt_outs.requested(order.request_id)
                if known is not None:
                    return self._listed(tx.tenant_id, known, accepted.in_use)
            if await tx.opt_outs.count() >= MOST_OPT_OUTS:
                raise _too_many()
            opt_out_id, now = new_id(), self._clock.now()
            erasure_id = None
            templates = of_picture
            if order.subject_id is not None:
                root = await current_subject(tx, order.subject_id)
                templates = await self._of_person(tx, root.customer_id, accepted)
                erasure = await self._removal.forget(
                    tx, principal, ErasureOrder(root.customer_id, kind_of(root), order.ticket)
                )
                erasure_id = erasure.erasure_id
            opt_out = OptOut(
                opt_out_id=opt_out_id,
                ticket=order.ticket,
                created_by=principal.subject_id,
                created_at=now,
                erasure_id=erasure_id,
                sealed={
                    model_id: self._seal.seal(tx.tenant_id, opt_out_id, model_id, found)
                    for model_id, found in templates.items()
                },
            )
            await tx.opt_outs.add(opt_out, order.request_id)
            detail = {
                "erasure_id": erasure_id,
                "templates": {model_id: len(found) for model_id, found in templates.items()},
                "ticket": order.ticket,
            }
            await tx.audit.append(self._entry(principal, Action.OPT_OUT_CREATE, opt_out_id, detail))
            return self._listed(tx.tenant_id, opt_out, accepted.in_use)

    async def list(
        self, principal: Principal, ticket: str, *, before: TimeCursor | None, limit: int
    ) -> Page[ListedOptOut, TimeCursor]:
        """Opt-outs under a ticket, or all when it is empty, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            model = (await self._models.within(tx)).in_use
            found = await tx.opt_outs.list(ticket, before=before, limit=limit + 1)
            listed = [self._listed(tx.tenant_id, each, model) for each in found]
        return page_of(
            listed, limit, lambda each: TimeCursor(each.opt_out.created_at, each.opt_out.opt_out_id)
        )

    async def delete(self, principal: Principal, opt_out_id: UUID) -> None:
        """Takes somebody off the list: the templates are gone. Raises NOT_FOUND.

        Exclusive, so that no batch of events that begins afterwards leaves the person out.
        """
        async with begin_exclusive_for(self._transactions, principal) as tx:
            if not await tx.opt_outs.delete(opt_out_id):
                raise not_found("opt_out", opt_out_id)
            await tx.audit.append(self._entry(principal, Action.OPT_OUT_DELETE, opt_out_id, {}))

    async def _of_picture(self, principal: Principal, order: OptOutOrder) -> Mapping[str, Templates]:
        """By each model that the tenant takes. The picture has to be as good as one to enrol by."""
        accepted = await self._models.of(tenant_of(principal))
        examination = await self._examiner.examine(order.picture, list(accepted.all))
        if examination.face is None or examination.refusal is not None:
            raise refused(examination.refusal)
        return {
            model_id: _unit(embedding[np.newaxis])
            for model_id, embedding in examination.face.embeddings.items()
        }

    async def _of_person(
        self, tx: Transaction, root_id: UUID, accepted: AcceptedModels
    ) -> Mapping[str, Templates]:
        """The best faces of somebody, by each model. Raises NOT_ENOUGH_FACES."""
        found: dict[str, Templates] = {}
        for model_id in accepted.all:
            answers = await tx.batches.gallery(
                GalleryQuestions(
                    face_ids=(),
                    near_ids=(),
                    customer_ids=[root_id],
                    site_ids=(),
                    model_id=model_id,
                    since=self._clock.now(),
                )
            )
            theirs = next((each for each in answers.identities if each.root_id == root_id), None)
            templates = None if theirs is None else best_templates(theirs.exemplars)
            if templates is not None:
                found[model_id] = _unit(templates)
        if accepted.in_use.model_id not in found:
            raise _no_face(root_id)
        return found

    def _listed(self, tenant_id: UUID, opt_out: OptOut, model: RecognitionModel) -> ListedOptOut:
        """Cameras go by it while its templates are of the model in use, and open."""
        sealed = opt_out.sealed.get(model.model_id)
        if sealed is None:
            return ListedOptOut(opt_out, in_force=False)
        opened = self._seal.open(
            tenant_id, opt_out.opt_out_id, model.model_id, sealed, dimension=model.dimension
        )
        return ListedOptOut(opt_out, in_force=opened is not None)

    def _entry(
        self, principal: Principal, action: Action, opt_out_id: UUID, detail: Mapping[str, object]
    ) -> AuditEntry:
        return AuditEntry.of(
            principal, action, opt_out_id, at=self._clock.now(), detail=detail, resource="opt_out"
        )


def _unit(faces: Templates) -> Templates:
    rows: Templates = (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32)
    return rows


def _no_face(subject_id: UUID) -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "NOT_ENOUGH_FACES",
        "no face of the person is known, so the person cannot be left out by it; use a picture",
        metadata={"subject_id": str(subject_id), "needed": "1", "found": "0"},
    )


def _too_many() -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "TOO_MANY_OPT_OUTS",
        f"a tenant has at most {MOST_OPT_OUTS} opt-outs; delete one first",
        metadata={"most": str(MOST_OPT_OUTS)},
    )
