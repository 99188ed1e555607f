"""The models whose embeddings a tenant takes, and calibrations, in PostgreSQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration, MeasuredPairs, ModelUsage, TenantModel
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import calibrations, tenant_models

_USAGE = text("""
select faces.model_id, count(*) as faces,
       count(distinct owner.root_id) filter (where root.state = 'confirmed') as customers
from gallery_faces faces
join customers owner on owner.customer_id = faces.customer_id
join customers root on root.customer_id = owner.root_id
group by faces.model_id
""")


class PostgresTenantModels:
    """TenantModelRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def list(self) -> Sequence[TenantModel]:
        """See TenantModelRepository.list."""
        rows = await self._connection.rows(
            select(tenant_models.c.model_id, tenant_models.c.in_use, tenant_models.c.added_at).order_by(
                tenant_models.c.in_use.desc(), tenant_models.c.model_id
            )
        )
        return [TenantModel(row.model_id, row.in_use, row.added_at) for row in rows]

    async def add(self, model: TenantModel) -> None:
        """See TenantModelRepository.add."""
        await self._connection.run(
            insert(tenant_models)
            .values(
                tenant_id=self._connection.tenant_id,
                model_id=model.model_id,
                in_use=model.in_use,
                added_at=model.added_at,
            )
            .on_conflict_do_nothing()
        )

    async def put_in_use(self, model_id: str) -> None:
        """See TenantModelRepository.put_in_use."""
        await self._connection.run(
            update(tenant_models).values(
                in_use=case((tenant_models.c.model_id == model_id, True), else_=False)
            )
        )

    async def remove(self, model_id: str) -> None:
        """See TenantModelRepository.remove."""
        await self._connection.run(delete(tenant_models).where(tenant_models.c.model_id == model_id))

    async def usage(self) -> Mapping[str, ModelUsage]:
        """See TenantModelRepository.usage."""
        rows = await self._connection.rows(_USAGE)
        return {row.model_id: ModelUsage(row.faces, row.customers) for row in rows}


class PostgresCalibrations:
    """CalibrationRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def get(self, model_id: str) -> AppliedCalibration | None:
        """See CalibrationRepository.get."""
        row = await self._connection.first(select(calibrations).where(calibrations.c.model_id == model_id))
        if row is None:
            return None
        return AppliedCalibration(
            model_id=row.model_id,
            target_rate=row.target_rate,
            tail=ImpostorTail(tuple(row.cosines), tuple(row.false_match_rates)),
            applied_at=row.applied_at,
            applied_by=row.applied_by,
            measured=(
                None
                if row.people is None
                else MeasuredPairs(row.people, tuple(row.genuine_counts), row.impostor_pairs)
            ),
        )

    async def apply(self, calibration: AppliedCalibration) -> None:
        """See CalibrationRepository.apply."""
        measured = calibration.measured
        values = {
            "target_rate": calibration.target_rate,
            "false_match_rates": list(calibration.tail.false_match_rates),
            "cosines": list(calibration.tail.cosines),
            "applied_at": calibration.applied_at,
            "applied_by": calibration.applied_by,
            "people": None if measured is None else measured.people,
            "genuine_counts": None if measured is None else list(measured.genuine_counts),
            "impostor_pairs": None if measured is None else measured.impostor_pairs,
        }
        await self._connection.run(
            insert(calibrations)
            .values(tenant_id=self._connection.tenant_id, model_id=calibration.model_id, **values)
            .on_conflict_do_update(constraint=calibrations.primary_key, set_=values)
        )

    async def reset(self, model_id: str) -> bool:
        """See CalibrationRepository.reset."""
        gone = delete(calibrations).where(calibrations.c.model_id == model_id)
        return await self._connection.run(gone) > 0
