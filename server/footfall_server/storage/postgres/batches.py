"""A batch of events in PostgreSQL: one round trip for what it has to know, one for what it leaves behind."""

from collections.abc import Sequence

from footfall_server.domain.batch import BatchAnswers, BatchQuestions, BatchRecords, VisitReach
from footfall_server.domain.visit import Visit
from footfall_server.storage.postgres.batch_reading import (
    LOOK_UP,
    NEAR,
    look_up_arguments,
    near_arguments,
    to_answers,
    to_visits,
)
from footfall_server.storage.postgres.batch_writing import WRITE, write_arguments
from footfall_server.storage.postgres.statements import TenantConnection


class PostgresBatches:
    """BatchRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers:
        """See BatchRepository.look_up."""
        [row] = await self._connection.fetch(LOOK_UP, look_up_arguments(questions))
        return to_answers(row)

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        """See BatchRepository.visits_near."""
        if not reaches:
            return []
        return to_visits(await self._connection.fetch(NEAR, near_arguments(reaches)))

    async def write(self, records: BatchRecords) -> None:
        """See BatchRepository.write."""
        await self._connection.fetch(WRITE, write_arguments(self._connection.tenant_id, records))
