"""Moves from one model to another in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, Uuid, bindparam, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.models import ModelChange, ModelChangeProgress, ModelChangeState
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import model_changes

_OPEN = (ModelChangeState.RUNNING.value, ModelChangeState.PAUSED.value)

# One row per exemplar of the old model: whose it is, whether the new model has it, whether it is lost.
_EXEMPLARS = """
with exemplar as (
  select faces.exemplar_id, owner.root_id,
         exists (select 1 from gallery_faces other
                 where other.exemplar_id = faces.exemplar_id and other.model_id = :to_model_id) as done,
         exists (select 1 from model_change_losses lost
                 where lost.model_change_id = :model_change_id
                   and lost.exemplar_id = faces.exemplar_id) as lost
  from gallery_faces faces join customers owner on owner.customer_id = faces.customer_id
  where faces.model_id = :from_model_id
), hopeless as (
  select exemplar.root_id
  from exemplar join customers root on root.customer_id = exemplar.root_id and root.state = 'confirmed'
  group by exemplar.root_id
  having bool_and(exemplar.lost and not exemplar.done)
    and not exists (select 1 from customers member
                    join gallery_faces other on other.customer_id = member.customer_id
                    where member.root_id = exemplar.root_id and other.model_id = :to_model_id)
)
"""
_BOUND = (
    bindparam("from_model_id", type_=Text()),
    bindparam("to_model_id", type_=Text()),
    bindparam("model_change_id", type_=Uuid()),
)
_PROGRESS = text(
    _EXEMPLARS  # noqa: S608 - made of constants; whatever comes from outside is a parameter
    + """
select count(*) as faces, count(*) filter (where done) as done,
       count(*) filter (where lost and not done) as lost,
       (select count(*) from hopeless) as lost_customers
from exemplar
"""
).bindparams(*_BOUND)
_LOST_CUSTOMERS = text(
    _EXEMPLARS + "select root_id from hopeless order by root_id limit :limit"  # noqa: S608 - as above
).bindparams(*_BOUND)
_ADD_LOSSES = text("""
insert into model_change_losses (tenant_id, model_change_id, exemplar_id)
select :tenant_id, :model_change_id, lost from unnest(:exemplar_ids) lost
on conflict do nothing
""").bindparams(
    bindparam("tenant_id", type_=Uuid()),
    bindparam("model_change_id", type_=Uuid()),
    bindparam("exemplar_ids", type_=ARRAY(Uuid())),
)


class PostgresModelChanges:
    """ModelChangeRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, change: ModelChange, request_id: UUID | None) -> None:
        """See ModelChangeRepository.add."""
        given = insert(model_changes).values(
            tenant_id=self._connection.tenant_id,
            model_change_id=change.model_change_id,
            from_model_id=change.from_model_id,
            to_model_id=change.to_model_id,
            state=change.state.value,
            started_at=change.started_at,
            request_id=request_id,
        )
        try:
            await self._connection.run(given)
        except IntegrityError as error:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "MODEL_CHANGE_STATE",
                "another change of the model is not over yet",
                metadata={"state": "open"},
            ) from error

    async def get(self, model_change_id: UUID) -> ModelChange | None:
        """See ModelChangeRepository.get."""
        return await self._one(model_changes.c.model_change_id == model_change_id)

    async def requested(self, request_id: UUID) -> ModelChange | None:
        """See ModelChangeRepository.requested."""
        return await self._one(model_changes.c.request_id == request_id)

    async def open(self) -> ModelChange | None:
        """See ModelChangeRepository.open."""
        return await self._one(model_changes.c.state.in_(_OPEN))

    async def list(self, *, after: TimeCursor | None, limit: int) -> Sequence[ModelChange]:
        """See ModelChangeRepository.list."""
        place = tuple_(model_changes.c.started_at, model_changes.c.model_change_id)
        page = (
            select(model_changes)
            .order_by(model_changes.c.started_at.desc(), model_changes.c.model_change_id.desc())
            .limit(limit)
        )
        if after is not None:
            page = page.where(place < tuple_(after.at, after.resource_id))
        return [_to_change(row) for row in await self._connection.rows(page)]

    async def save(self, change: ModelChange) -> None:
        """See ModelChangeRepository.save."""
        outcome = change.outcome
        await self._connection.run(
            update(model_changes)
            .where(model_changes.c.model_change_id == change.model_change_id)
            .values(
                state=change.state.value,
                ended_at=change.ended_at,
                face_count=None if outcome is None else outcome.faces,
                done_count=None if outcome is None else outcome.done,
                lost_count=None if outcome is None else outcome.lost,
                lost_customer_count=None if outcome is None else outcome.lost_customers,
            )
        )

    async def claim(self, holder: UUID, *, now: datetime, until: datetime) -> ModelChange | None:
        """See ModelChangeRepository.claim."""
        row = await self._connection.first(
            update(model_changes)
            .where(
                model_changes.c.state == ModelChangeState.RUNNING.value,
                or_(
                    model_changes.c.lease_holder.is_(None),
                    model_changes.c.lease_holder == holder,
                    model_changes.c.leased_until <= now,
                ),
            )
            .values(lease_holder=holder, leased_until=until)
            .returning(model_changes)
        )
        return None if row is None else _to_change(row)

    async def add_losses(self, model_change_id: UUID, exemplar_ids: Collection[UUID]) -> None:
        """See ModelChangeRepository.add_losses."""
        await self._connection.run(
            _ADD_LOSSES,
            {
                "tenant_id": self._connection.tenant_id,
                "model_change_id": model_change_id,
                "exemplar_ids": list(exemplar_ids),
            },
        )

    async def progress(self, change: ModelChange) -> ModelChangeProgress:
        """See ModelChangeRepository.progress."""
        [row] = await self._connection.rows(_PROGRESS, _named(change))
        return ModelChangeProgress(row.faces, row.done, row.lost, row.lost_customers)

    async def lost_customers(self, change: ModelChange, limit: int) -> Sequence[UUID]:
        """See ModelChangeRepository.lost_customers."""
        rows = await self._connection.rows(_LOST_CUSTOMERS, {**_named(change), "limit": limit})
        return [row.root_id for row in rows]

    async def _one(self, condition: Any) -> ModelChange | None:
        row = await self._connection.first(select(model_changes).where(condition))
        return None if row is None else _to_change(row)


def _named(change: ModelChange) -> dict[str, object]:
    return {
        "from_model_id": change.from_model_id,
        "to_model_id": change.to_model_id,
        "model_change_id": change.model_change_id,
    }


def _to_change(row: Row[Any]) -> ModelChange:
    outcome = None
    if row.face_count is not None:
        outcome = ModelChangeProgress(row.face_count, row.done_count, row.lost_count, row.lost_customer_count)
    return ModelChange(
        model_change_id=row.model_change_id,
        from_model_id=row.from_model_id,
        to_model_id=row.to_model_id,
        state=ModelChangeState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=outcome,
    )
