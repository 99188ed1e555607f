"""A backup that is made while people come in is of one moment."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from backup_worlds import all_rows, backed_up, restoration, snapshot_of
from catalogue import connected
from database_fixtures import FootfallDatabase
from fakes.manual_clock import START
from fakes.memory_images import MemoryImages
from fakes.synthetic_faces import face_event, person
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.storage.postgres.snapshots import DatabaseSnapshot, TableShape
from integration.server_backup.conftest import Bare
from real_chain import RealChain, Replica

pytestmark = pytest.mark.integration

MODEL = RecognitionModel("written-meanwhile-64", 64)

DANGLING = {
    "sightings without their visit": """
        select count(*) from sightings s where s.visit_id is not null
        and not exists (select from visits v where v.tenant_id = s.tenant_id and v.visit_id = s.visit_id)""",
    "visits without a sighting": """
        select count(*) from visits v where not exists
        (select from sightings s where s.tenant_id = v.tenant_id and s.visit_id = v.visit_id)""",
    "visits of nobody": """
        select count(*) from visits v where not exists
        (select from customers c where c.tenant_id = v.tenant_id and c.customer_id = v.customer_id)""",
    "faces of nobody": """
        select count(*) from gallery_faces f where not exists
        (select from customers c where c.tenant_id = f.tenant_id and c.customer_id = f.customer_id)""",
    "events without their visit": """
        select count(*) from recorded_events e where e.visit_id is not null
        and not exists (select from visits v where v.tenant_id = e.tenant_id and v.visit_id = e.visit_id)""",
    "sightings and events that differ in number": """
        select (select count(*) from sightings) - (select count(*) from recorded_events)""",
    "changes that no revision counts": """
        select count(*) from changes c where not exists
        (select from tenant_revisions r where r.tenant_id = c.tenant_id and r.revision >= c.revision)""",
}


class BusySnapshot:
    """Lets people come in before every table that is read."""

    def __init__(self, snapshot: DatabaseSnapshot, come: "People") -> None:
        self._snapshot = snapshot
        self._come = come

    def __getattr__(self, name: str) -> object:
        return getattr(self._snapshot, name)

    async def copy(self, table: TableShape, take: Callable[[bytes], object]) -> int:
        await self._come.batch()
        return await self._snapshot.copy(table, take)


class People:
    """Somebody new and somebody known with each batch."""

    def __init__(self, chain: RealChain, replica: Replica) -> None:
        self._chain = chain
        self._replica = replica
        self.events = 0

    async def batch(self) -> None:
        at = START + timedelta(seconds=10 * self.events)
        faces = [person(self.events), person(0)]
        events = [face_event(self._chain.camera_id, each, at=at, model_id=MODEL.model_id) for each in faces]
        await self._replica.ingest.record_many(self._chain.principal(), events)
        self.events += len(events)


async def test_each_visit_in_it_has_its_sighting_and_its_customer(
    source: FootfallDatabase, backup_dsn: str, milvus_uri: str, another: Bare, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        chain = RealChain(source, milvus_uri, stack, MODEL)
        await chain.open()
        people = People(chain, await chain.replica())
        for _ in range(3):
            await people.batch()

        @asynccontextmanager
        async def busy() -> AsyncIterator[BusySnapshot]:
            async with snapshot_of(backup_dsn)() as snapshot:
                yield BusySnapshot(snapshot, people)

        before = {table: len(rows) for table, rows in (await all_rows(source)).items()}
        backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages(), snapshot=busy)
        assert people.events > 60, "people came in all the while"

    rows = {each.name: each.rows for each in backup.manifest.tables}
    assert rows["sightings"] == 6, "what came after the moment is not in it"
    assert rows == {table: before[table] for table in rows}
    target = await another()
    async with restoration(target, MemoryImages()) as made:
        await made.restore(backup)
    async with connected(target.superuser_dsn) as server:
        found = {what: await server.fetchval(statement) for what, statement in DANGLING.items()}
        assert found == dict.fromkeys(DANGLING, 0)
        foreign_keys = await server.fetch(
            "select conrelid::regclass::text as child, conname from pg_constraint where contype = 'f'"
        )
        for row in foreign_keys:  # each is checked anew, against every row
            name = f"alter table {row['child']} alter constraint {row['conname']} not enforced"
            await server.execute(name)
            await server.execute(name.replace("not enforced", "enforced"))
        assert len(foreign_keys) >= 4
