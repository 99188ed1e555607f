"""Turns faces seen at the edge into visits, each exactly once."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
import structlog

from footfall_server.domain.erasure import TombstoneMaker
from footfall_server.domain.face_event import FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.identity import Principal
from footfall_server.domain.recent_faces import RecentGallery
from footfall_server.errors import (
    ErrorKind,
    EventRefusedError,
    FieldViolation,
    FootfallError,
    invalid_fields,
)
from footfall_server.ports import Clock, FaceSearch, IndexHit, Transactions
from footfall_server.services.event_checks import EventChecks, EventTimes, RecognitionModel
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.ingest_batch import OPT_OUTS, IngestBatch, SearchedBatch
from footfall_server.services.opt_out_guard import OptOutGuard
from footfall_server.services.scope import tenant_of
from footfall_server.services.submission import Submission
from footfall_server.services.tenant_models import AcceptedModels, TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies

SEARCH_LIMIT = 10
TENANTS_REMEMBERED = 256
"""Of how many tenants recent faces are held, those that sent events last. What is not held is read again."""

Result = Recorded | FootfallError

_log = structlog.get_logger()


class FaceIngest:
    """The heart of the core. Every event is recorded once, whoever sends it how often, on any replica.

    The index is searched outside of any transaction. Then one exclusive transaction per batch and tenant
    sees what was recorded before, adds to the hits what the index may not know yet, decides the events in
    their order and writes all of it; what one replica decided, the next one sees. `images_withheld` counts
    events that brought pictures from where none may leave the shop, `hints_refuted` those whose worker took
    somebody for staff whom the core takes for somebody else, `templates_refused` those that brought a
    template from where nobody is recognised, and `left_out` those of people who asked not to be known again.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceSearch,
        crops: FaceCrops,
        clock: Clock,
        models: TenantModels,
        policies: ThresholdPolicies,
        times: EventTimes,
        tombstones: TombstoneMaker,
        opt_outs: OptOutGuard,
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._crops = crops
        self._clock = clock
        self._models = models
        self._policies = policies
        self._tombstones = tombstones
        self._opt_outs = opt_outs
        self._recents: OrderedDict[tuple[UUID, str], RecentGallery] = OrderedDict()
        self._checks = EventChecks(times=times)
        self.images_withheld = 0
        self.hints_refuted = 0
        self.templates_refused = 0
        self.left_out = 0

    async def record_many(self, principal: Principal, events: Sequence[FaceEvent]) -> Sequence[Recorded]:
        """Records all of the events, or none. Events of one track come in the order they were made.

        Raises EventRefusedError for the first bad one, with its place among `events`.
        """
        submissions = [Submission(principal, event) for event in events]
        results = await self._record(tenant_of(principal), submissions, all_or_none=True)
        return [result for result in results if isinstance(result, Recorded)]

    async def record_each(self, tenant_id: UUID, submissions: Sequence[Submission]) -> Sequence[Result]:
        """Records the good ones of some events of one tenant, in one transaction.

        Returns for each what became of it, or why it never will be recorded. Places in spools are
        acknowledged in the same transaction, those of refused events too. Raises what keeps all of them
        from being recorded now, such as UNAVAILABLE: then nothing was.
        """
        return await self._record(tenant_id, submissions, all_or_none=False)

    async def _record(
        self, tenant_id: UUID, submissions: Sequence[Submission], *, all_or_none: bool
    ) -> Sequence[Result]:
        """One transaction for each stretch of events of one model: nearly always one for all.

        Two models meet only while a tenant moves from one to another. They are compared with different
        faces, and the order of a spool has to be kept. Anonymous events go with any model.
        """
        accepted = await self._models.of(tenant_id)
        stretches = _stretches(submissions)
        if all_or_none and len(stretches) > 1:
            raise invalid_fields(
                [FieldViolation("events", "must all be embedded by one model", "face_events.one_model")]
            )
        results: list[Result] = []
        for stretch in stretches:
            results += await self._record_stretch(tenant_id, stretch, accepted, all_or_none=all_or_none)
        return results

    async def _record_stretch(
        self,
        tenant_id: UUID,
        submissions: Sequence[Submission],
        accepted: AcceptedModels,
        *,
        all_or_none: bool,
    ) -> Sequence[Result]:
        batch = await self._searched(tenant_id, submissions, accepted, all_or_none=all_or_none)
        try:
            return await self._commit(tenant_id, batch, all_or_none=all_or_none)
        except FootfallError as error:
            if error.reason == "MODEL_MISMATCH":
                self._models.forget(tenant_id)
            if error.kind is not ErrorKind.ABORTED:
                raise
            _log.info("ingest_transaction_retried", events=len(submissions))
            return await self._commit(tenant_id, batch, all_or_none=all_or_none)

    async def _searched(
        self,
        tenant_id: UUID,
        submissions: Sequence[Submission],
        accepted: AcceptedModels,
        *,
        all_or_none: bool,
    ) -> SearchedBatch:
        began = self._clock.now()
        named = next((each.event.model_id for each in submissions if not each.event.is_anonymous), "")
        model = accepted.all.get(named, accepted.in_use)
        refusals = [
            self._checks.refusal(submission.event, began, accepted.all, accepted.in_use.model_id)
            for submission in submissions
        ]
        if all_or_none:
            _raise_first(refusals)
        places = [place for place, refusal in enumerate(refusals) if refusal is None]
        asked = [place for place in places if not submissions[place].event.is_anonymous]
        queries = _unit_rows([submissions[place].event for place in asked], model.dimension)
        row_of = {place: row for row, place in enumerate(asked)}
        left_out = self._alike_opt_outs(tenant_id, model, queries)
        shown = [submissions[place] for place in places if row_of.get(place) not in left_out]
        images = await self._crops.store(tenant_id, shown)
        hits: Sequence[Sequence[IndexHit]] = ()
        if asked:
            hits = await self._index.search(tenant_id, model.model_id, queries, SEARCH_LIMIT)
        return SearchedBatch(
            submissions=submissions,
            refusals=refusals,
            model=model,
            queries=queries,
            sound=places,
            row_of=row_of,
            hits=hits,
            images=images,
            search_began=began,
        )

    def _alike_opt_outs(
        self, tenant_id: UUID, model: RecognitionModel, queries: npt.NDArray[np.float32]
    ) -> Collection[int]:
        """Rows of people who are left out, by what is held of these: of them no picture is stored at all.

        Whether they are is decided later, by what there is then, and by the tenant's own thresholds. This
        may cost somebody else a picture.
        """
        gallery = self._opt_outs.held(tenant_id, model)
        if not gallery:
            return ()
        match = self._policies.published(model.model_id).zones(len(gallery), OPT_OUTS).match
        return {row for row, face in enumerate(queries) if gallery.has(face, match=match)}

    async def _commit(
        self, tenant_id: UUID, searched: SearchedBatch, *, all_or_none: bool
    ) -> Sequence[Result]:
        unwanted: Sequence[str] = ()
        try:
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                batch = IngestBatch(
                    tx,
                    searched,
                    recents=self._recents_of(tenant_id, searched.model),
                    policy=self._policies.published(searched.model.model_id),
                    tombstones=self._tombstones,
                    opt_outs=self._opt_outs,
                    now=self._clock.now(),
                )
                refusals = await batch.sort()
                unwanted = batch.unwanted_objects
                if all_or_none:
                    _raise_first([refusals.get(place) for place in range(len(searched.submissions))])
                results = await batch.record()
        finally:
            # Not while the tenant's other events wait; also of a call that is refused as a whole.
            if unwanted:
                await self._crops.discard(unwanted)
        if batch.withheld:
            self.images_withheld += batch.withheld
            _log.info("images_withheld", events=batch.withheld, in_all=self.images_withheld)
        if batch.templates_refused:
            self.templates_refused += batch.templates_refused
            _log.info("templates_refused", events=batch.templates_refused, in_all=self.templates_refused)
        # Counted, and not logged: when such a person came is nobody's business.
        self.left_out += batch.events_left_out
        self._compare_hints(searched.submissions, results, batch.left_out)
        return results

    def _compare_hints(
        self, submissions: Sequence[Submission], results: Sequence[Result], left_out: Collection[UUID]
    ) -> None:
        """Notes where a worker took somebody for staff whom the core does not. The core's word counts.

        Of tracks that are left out nothing is noted.
        """
        for submission, result in zip(submissions, results, strict=True):
            hint = submission.event.staff_hint
            if hint is None or isinstance(result, FootfallError) or result.duplicate:
                continue
            if submission.event.track_id in left_out:
                continue
            if result.outcome is FaceOutcome.STAFF and result.customer_id == hint.staff_id:
                continue
            self.hints_refuted += 1
            _log.info(
                "staff_hint_refuted",
                event_id=str(result.event_id),
                staff_id=str(hint.staff_id),
                customer_id=None if result.customer_id is None else str(result.customer_id),
                outcome=result.outcome.value,
                gallery_version=hint.gallery_version,
                in_all=self.hints_refuted,
            )

    def _recents_of(self, tenant_id: UUID, model: RecognitionModel) -> RecentGallery:
        """What is held of a tenant's recent faces. Touched only inside its exclusive transactions."""
        key = tenant_id, model.model_id
        recents = self._recents.setdefault(key, RecentGallery(model.dimension))
        self._recents.move_to_end(key)
        if len(self._recents) > TENANTS_REMEMBERED:
            self._recents.popitem(last=False)
        return recents


def _stretches(submissions: Sequence[Submission]) -> Sequence[Sequence[Submission]]:
    """The events in their order, cut where the model changes."""
    stretches: list[list[Submission]] = []
    model_id = ""
    for each in submissions:
        own = each.event.model_id
        if not stretches or (own and model_id and own != model_id):
            stretches.append([])
            model_id = ""
        model_id = own or model_id
        stretches[-1].append(each)
    return stretches


def _raise_first(refusals: Sequence[FootfallError | None]) -> None:
    for place, refusal in enumerate(refusals):
        if refusal is not None:
            raise EventRefusedError(place, refusal)


def _unit_rows(events: Sequence[FaceEvent], dimension: int) -> npt.NDArray[np.float32]:
    """The embeddings, float32 (n, d), each made exactly of length 1."""
    rows = np.array([event.embedding for event in events], np.float32).reshape(len(events), dimension)
    unit: npt.NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
