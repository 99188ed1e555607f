"""Moves a tenant from one embedding model to another, with everybody it knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.models import (
    ModelChange,
    ModelChangeProgress,
    ModelChangeState,
    ModelUsage,
    TenantModel,
)
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, CropEmbedder, TimeCursor, Transaction, Transactions
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.model_registry import KnownModel, KnownModels
from footfall_server.services.paging import Page, page_of
from footfall_server.services.reembedding import Reembedding
from footfall_server.services.scope import begin_for, tenant_of
from footfall_server.services.tenant_models import TenantModels

LOST_CUSTOMERS_TOLD = 20


@dataclass(frozen=True, slots=True)
class TakenModel:
    """A model whose embeddings the tenant takes."""

    known: KnownModel
    in_use: bool
    usage: ModelUsage


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change, and how far it is; of one that ended, how far it was."""

    change: ModelChange
    progress: ModelChangeProgress


class ModelChangeService:
    """Starts, shows, pauses, finishes and takes back changes of the model.

    Nothing but gallery faces and the list of models that the tenant takes is ever touched: customers, their
    names, numbers, visits and merges stay what they are.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        models: TenantModels,
        known: KnownModels,
        embedder: CropEmbedder,
        index: IndexRecovery,
        reembedding: Reembedding,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._models = models
        self._known = known
        self._embedder = embedder
        self._index = index
        self._reembedding = reembedding
        self._clock = clock

    async def list_models(self, principal: Principal) -> Sequence[TakenModel]:
        """The models whose embeddings the tenant takes, the one in use first."""
        async with begin_for(self._transactions, principal) as tx:
            accepted = await self._models.within(tx)
            usage = await tx.tenant_models.usage()
        return [
            TakenModel(
                known=self._known.get(model_id),
                in_use=model_id == accepted.in_use.model_id,
                usage=usage.get(model_id, ModelUsage()),
            )
            for model_id in accepted.all
        ]

    async def start(self, principal: Principal, to_model_id: str, *, request_id: UUID | None) -> ChangeView:
        """Takes the embeddings of another model too, and has every face embedded again.

        The same request_id starts one change. Raises MODEL_UNKNOWN for a model that is not registered or
        whose file is not on this machine, MODEL_CHANGE_STATE for the one in use and while another change
        is open, UNAVAILABLE when its collection cannot be made.
        """
        tenant_id = tenant_of(principal)
        if request_id is not None:
            async with self._transactions.begin(tenant_id) as tx:
                if (made := await tx.model_changes.requested(request_id)) is not None:
                    return await self._viewed(tx, made)
        model = self._known.get(to_model_id).model
        await self._embedder.require(to_model_id)
        # Before the first event of the new model comes: without a collection it would be refused.
        await self._index.prepare_for(model)
        now = self._clock.now()
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            if request_id is not None and (made := await tx.model_changes.requested(request_id)) is not None:
                return await self._viewed(tx, made)
            in_use = (await self._models.within(tx)).in_use.model_id
            if (other := await tx.model_changes.open()) is not None:
                raise _wrong_state(other.state.value, "another change of the model is not over yet")
            if to_model_id == in_use:
                raise _wrong_state("in_use", f"{to_model_id} is in use already")
            change = ModelChange(new_id(), in_use, to_model_id, ModelChangeState.RUNNING, now)
            await tx.tenant_models.add(TenantModel(in_use, in_use=True, added_at=now))
            await tx.tenant_models.add(TenantModel(to_model_id, in_use=False, added_at=now))
            await tx.model_changes.add(change, request_id)
            await self._note(tx, principal, Action.MODEL_CHANGE_START, change)
            view = await self._viewed(tx, change)
        self._changed(tenant_id)
        return view

    async def get(self, principal: Principal, model_change_id: UUID) -> ChangeView:
        """Raises NOT_FOUND."""
        async with begin_for(self._transactions, principal) as tx:
            return await self._viewed(tx, await _found(tx, model_change_id))

    async def list(
        self, principal: Principal, *, after: TimeCursor | None, limit: int
    ) -> Page[ChangeView, TimeCursor]:
        """One page, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.model_changes.list(after=after, limit=limit + 1)
            page = page_of(found, limit, lambda change: TimeCursor(change.started_at, change.model_change_id))
            views = [await self._viewed(tx, change) for change in page.items]
        return Page(views, page.next_after)

    async def pause(self, principal: Principal, model_change_id: UUID) -> ChangeView:
        """Embeds nothing again until it is resumed. Raises NOT_FOUND, MODEL_CHANGE_STATE when it is over."""
        return await self._put(principal, model_change_id, ModelChangeState.PAUSED, Action.MODEL_CHANGE_PAUSE)

    async def resume(self, principal: Principal, model_change_id: UUID) -> ChangeView:
        """Goes on. Raises as pause."""
        return await self._put(
            principal, model_change_id, ModelChangeState.RUNNING, Action.MODEL_CHANGE_RESUME
        )

    async def finish(self, principal: Principal, model_change_id: UUID, *, accept_loss: bool) -> ChangeView:
        """Puts the new model to use and forgets the faces of the old one.

        Raises MODEL_CHANGE_STATE when it is over, while there are faces to embed, and unless accept_loss is
        set for customers who would not be recognised any more: metadata has how many, and some of them.
        """
        tenant_id = tenant_of(principal)
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            change = await _found_open(tx, model_change_id)
            progress = await tx.model_changes.progress(change)
            if progress.left:
                raise _wrong_state(
                    change.state.value,
                    f"{progress.left} faces are not embedded yet",
                    left_count=str(progress.left),
                )
            if progress.lost_customers and not accept_loss:
                lost = await tx.model_changes.lost_customers(change, LOST_CUSTOMERS_TOLD)
                raise _wrong_state(
                    change.state.value,
                    f"{progress.lost_customers} customers would not be recognised any more;"
                    " set accept_loss to finish all the same",
                    lost_customer_count=str(progress.lost_customers),
                    customer_ids=",".join(str(each) for each in lost),
                )
            await tx.tenant_models.put_in_use(change.to_model_id)
            await tx.tenant_models.remove(change.from_model_id)
            view = await self._end(tx, principal, change, state=ModelChangeState.FINISHED, progress=progress)
        await self._over(tenant_id)
        return view

    async def roll_back(self, principal: Principal, model_change_id: UUID) -> ChangeView:
        """Keeps the old model and forgets the faces of the new one. Raises as pause."""
        tenant_id = tenant_of(principal)
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            change = await _found_open(tx, model_change_id)
            progress = await tx.model_changes.progress(change)
            await tx.tenant_models.remove(change.to_model_id)
            view = await self._end(
                tx, principal, change, state=ModelChangeState.ROLLED_BACK, progress=progress
            )
        await self._over(tenant_id)
        return view

    async def _put(
        self, principal: Principal, model_change_id: UUID, state: ModelChangeState, action: Action
    ) -> ChangeView:
        tenant_id = tenant_of(principal)
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            change = await _found_open(tx, model_change_id)
            if change.state is not state:
                change = replace(change, state=state)
                await tx.model_changes.save(change)
                await self._note(tx, principal, action, change)
            view = await self._viewed(tx, change)
        self._changed(tenant_id)
        return view

    async def _end(
        self,
        tx: Transaction,
        principal: Principal,
        change: ModelChange,
        *,
        state: ModelChangeState,
        progress: ModelChangeProgress,
    ) -> ChangeView:
        ended = replace(change, state=state, ended_at=self._clock.now(), outcome=progress)
        await tx.model_changes.save(ended)
        finished = state is ModelChangeState.FINISHED
        action = Action.MODEL_CHANGE_FINISH if finished else Action.MODEL_CHANGE_ROLL_BACK
        await self._note(
            tx, principal, action, ended, lost=progress.lost, lost_customers=progress.lost_customers
        )
        return ChangeView(ended, progress)

    async def _over(self, tenant_id: UUID) -> None:
        """Forgets the faces of the model that is left behind; what fails here is done by the background."""
        self._changed(tenant_id)
        try:
            await self._reembedding.forget(tenant_id)
        except FootfallError:
            self._reembedding.wake()

    def _changed(self, tenant_id: UUID) -> None:
        self._models.forget(tenant_id)
        self._reembedding.wake()

    async def _viewed(self, tx: Transaction, change: ModelChange) -> ChangeView:
        return ChangeView(change, change.outcome or await tx.model_changes.progress(change))

    async def _note(
        self, tx: Transaction, principal: Principal, action: Action, change: ModelChange, **counts: int
    ) -> None:
        detail: Mapping[str, object] = {
            "from_model_id": change.from_model_id,
            "to_model_id": change.to_model_id,
            **counts,
        }
        await tx.audit.append(
            AuditEntry.of(
                principal,
                action,
                change.model_change_id,
                at=self._clock.now(),
                detail=detail,
                resource="model_change",
            )
        )


async def _found(tx: Transaction, model_change_id: UUID) -> ModelChange:
    change = await tx.model_changes.get(model_change_id)
    if change is None:
        raise not_found("model_change", model_change_id)
    return change


async def _found_open(tx: Transaction, model_change_id: UUID) -> ModelChange:
    change = await _found(tx, model_change_id)
    if not change.is_open:
        raise _wrong_state(change.state.value, f"the change is {change.state.value.replace('_', ' ')}")
    return change


def _wrong_state(state: str, message: str, **metadata: str) -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "MODEL_CHANGE_STATE",
        message,
        metadata={"state": state, **metadata},
    )
