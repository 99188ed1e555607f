"""A batch of events in PostgreSQL: a round trip for each thing that it has to know or leaves behind."""

from collections.abc import Sequence

from footfall_server.domain.batch import (
    BatchAnswers,
    BatchQuestions,
    BatchRecords,
    GalleryAnswers,
    GalleryQuestions,
    IdentityChanges,
    VisitReach,
)
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
from footfall_server.storage.postgres.gallery_reading import GALLERY, gallery_arguments, to_gallery
from footfall_server.storage.postgres.people_writing import WRITE_PEOPLE, people_arguments
from footfall_server.storage.postgres.statements import TenantConnection


class PostgresBatches:
    """BatchRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers:
        """See BatchRepository.look_up."""
        [row] = await self._connection.fetch(LOOK_UP, look_up_arguments(questions))
        return to_answers(row)

    async def gallery(self, questions: GalleryQuestions) -> GalleryAnswers:
        """See BatchRepository.gallery."""
        [row] = await self._connection.fetch(GALLERY, gallery_arguments(questions))
        return to_gallery(row, questions)

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        """See BatchRepository.visits_near."""
        if not reaches:
            return []
        return to_visits(await self._connection.fetch(NEAR, near_arguments(reaches)))

    async def write(self, records: BatchRecords) -> None:
        """See BatchRepository.write."""
        tenant_id = self._connection.tenant_id
        if _is_something(records.people):
            await self._connection.fetch(
                WRITE_PEOPLE, people_arguments(tenant_id, records.at, records.people)
            )
        await self._connection.fetch(WRITE, write_arguments(tenant_id, records))


def _is_something(people: IdentityChanges) -> bool:
    """Whether there is anything but tracks' faces, which are written beside the sightings."""
    return bool(
        people.made
        or people.numbered
        or people.resolved
        or people.faces
        or people.removed_faces
        or people.moved_faces
        or people.seen_at
    )
