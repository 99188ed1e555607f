"""Restatements of reports in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select, tuple_

from footfall_server.domain.restatement import ChangeCause, DayNumbers, Restatement
from footfall_server.ports import TimeCursor
from footfall_server.ports.restatements import RestatementFilter
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import report_restatements

_OF = report_restatements.c


class PostgresRestatements:
    """RestatementRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, restatements: Sequence[Restatement]) -> None:
        """See RestatementRepository.add. They are few: most days change while they go on."""
        for each in restatements:
            await self._connection.run(
                insert(report_restatements).values(
                    tenant_id=self._connection.tenant_id,
                    restatement_id=each.restatement_id,
                    site_id=each.site_id,
                    day=each.day,
                    before=asdict(each.before),
                    after=asdict(each.after),
                    causes=[cause.value for cause in each.causes],
                    merge_ids=list(each.merge_ids),
                    restated_at=each.restated_at,
                )
            )

    async def list(
        self, matching: RestatementFilter, *, before: TimeCursor | None, limit: int
    ) -> Sequence[Restatement]:
        """See RestatementRepository.list."""
        page = (
            select(report_restatements)
            .where(one_of(_OF.site_id, matching.site_ids))
            .order_by(_OF.restated_at.desc(), _OF.restatement_id.desc())
            .limit(limit)
        )
        if matching.first is not None:
            page = page.where(_OF.day >= matching.first)
        if matching.last is not None:
            page = page.where(_OF.day <= matching.last)
        if before is not None:
            page = page.where(
                tuple_(_OF.restated_at, _OF.restatement_id) < tuple_(before.at, before.resource_id)
            )
        return [_to_restatement(row) for row in await self._connection.rows(page)]


def _to_restatement(row: Row[Any]) -> Restatement:
    return Restatement(
        restatement_id=row.restatement_id,
        site_id=row.site_id,
        day=row.day,
        before=DayNumbers(**row.before),
        after=DayNumbers(**row.after),
        causes=tuple(ChangeCause(each) for each in row.causes),
        merge_ids=tuple(row.merge_ids),
        restated_at=row.restated_at,
    )
