"""Every row of every table comes back, into a database of any age, or none does."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from backup_worlds import (
    KEY,
    NO_TENANT,
    Rows,
    all_rows,
    backed_up,
    made_for_backups,
    not_logged,
    protection,
    restoration,
    snapshot_of,
)
from catalogue import APPEND_ONLY, connected, fill, insert_statement, set_scope
from database_fixtures import DatabaseFactory, FootfallDatabase
from fakes.memory_face_index import MemoryFaceIndex
from fakes.memory_images import MemoryImages
from fakes.model_parts import models_of
from footfall_migrations.run import current_revision, newest_revision, upgrade
from footfall_server.backup.errors import BackupError
from footfall_server.backup.folder import BackupReader
from footfall_server.backup.manifest import TableEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.readiness import Readiness
from footfall_server.services.audit_verification import AuditVerification
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.storage.postgres.bootstrap import BootstrapError, bootstrap_database
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.snapshots import SnapshotError
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock
from integration.server_backup.conftest import Bare

pytestmark = pytest.mark.integration

REVISIONS = {"alembic_version"}


@pytest.fixture
async def tenants(source: FootfallDatabase) -> tuple[UUID, UUID]:
    """Two, with a row in every table."""
    made = new_id(), new_id()
    for tenant_id in made:
        await fill(source.app_dsn, tenant_id)
    async with connected(source.superuser_dsn) as server:
        await server.execute(
            "insert into users (user_id, email, display_name, role) values ($1, $2, $3, 'system_admin')",
            new_id(),
            "root@footfall.example",
            "A\tB\n\\C\\N é",
        )
    return made


def restored(before: Rows, after: Rows, empty: set[str]) -> None:
    """That everything is as it was, with the entry of the restore in the installation's audit log."""
    assert before.keys() == after.keys()
    for table in before.keys() - REVISIONS - APPEND_ONLY:
        assert after[table] == ([] if table in empty else before[table]), table
    assert set(before["audit_log"]) < set(after["audit_log"])
    [added] = set(after["audit_log"]) - set(before["audit_log"])
    assert "backup.restore" in added
    heads = {row for row in after["audit_heads"] if str(NO_TENANT) not in row}
    assert heads == {row for row in before["audit_heads"] if str(NO_TENANT) not in row}


async def test_every_row_comes_back_into_an_empty_database(
    source: FootfallDatabase, backup_dsn: str, another: Bare, tenants: tuple[UUID, UUID], tmp_path: Path
) -> None:
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    before, empty = await all_rows(source), await not_logged(source)
    assert empty == {"pictures", "preview_demands"}
    assert all(len(rows) >= 2 for table, rows in before.items() if table not in REVISIONS)
    assert {each.name for each in backup.manifest.tables} == before.keys() - REVISIONS - empty

    target = await another()
    async with restoration(target, MemoryImages()) as made:
        told = await made.restore(backup)
    restored(before, await all_rows(target), empty)
    assert told.rows == sum(len(rows) for name, rows in before.items() if name not in REVISIONS | empty)
    assert await protection(target) == await protection(source)
    assert await current_revision(target.owner_dsn) == newest_revision()
    async with connected(target.owner_dsn) as owner:
        assert await owner.fetchval("select to_regnamespace('footfall_restore')") is None

    first, second = tenants
    async with connected(target.app_dsn) as app:
        with pytest.raises(asyncpg.PostgresError):
            await app.fetch("select * from visits")
        async with app.transaction():
            await set_scope(app, first)
            assert {row["tenant_id"] for row in await app.fetch("select tenant_id from visits")} == {first}
            await app.execute(await insert_statement(app, "visits", first))
        async with app.transaction():
            await set_scope(app, first)
            foreign = await insert_statement(app, "visits", second)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(foreign)
    engine = make_engine(target.app_dsn)
    verification = AuditVerification(transactions=PostgresTransactions(engine))
    assert [(await verification.verify(each)).ok for each in (NO_TENANT, *tenants)] == [True] * 3
    await engine.dispose()


async def test_an_older_backup_is_brought_up_to_date(
    another: Bare, database_factory: DatabaseFactory, tmp_path: Path
) -> None:
    old = await another(revision="0028")
    await fill(old.app_dsn, new_id())
    dsn = await made_for_backups(database_factory, old)
    backup = await backed_up(tmp_path / "backup", dsn, MemoryImages())
    assert backup.manifest.revision == "0028"
    empty = await not_logged(old)
    await upgrade(old.owner_dsn)
    after = await all_rows(old)
    # Into a database of the new release, one in between, and one that is empty.
    newer, older, bare = await another(revision="head"), await another(revision="0020"), await another()
    for target in (newer, older, bare):
        async with restoration(target, MemoryImages()) as made:
            await made.restore(backup)
        restored(after, await all_rows(target), empty)
        assert await current_revision(target.owner_dsn) == newest_revision()


async def test_sequences_go_on_where_they_were(
    source: FootfallDatabase, backup_dsn: str, database_factory: DatabaseFactory, tmp_path: Path
) -> None:
    target = await database_factory.create()
    for database, last in ((source, 41), (target, 3)):
        async with connected(database.owner_dsn) as owner:
            await owner.execute("create sequence tickets")
            await owner.execute("select setval('tickets', $1)", last)
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    async with restoration(target, MemoryImages()) as made:
        await made.restore(backup)
    async with connected(target.owner_dsn) as owner:
        assert await owner.fetchval("select nextval('tickets')") == 42
    await database_factory.drop(target)


@pytest.mark.usefixtures("tenants")
async def test_what_a_database_holds_is_not_replaced_unasked(
    source: FootfallDatabase, backup_dsn: str, tmp_path: Path
) -> None:
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    before, empty = await all_rows(source), await not_logged(source)
    await fill(source.app_dsn, new_id())
    later = await all_rows(source)
    assert len(later["visits"]) == 3
    async with restoration(source, MemoryImages()) as made:
        with pytest.raises(BackupError, match="--replace"):
            await made.restore(backup)
        assert await all_rows(source) == later
        await made.restore(backup, replace=True)
    restored(before, await all_rows(source), empty)


@pytest.mark.usefixtures("tenants")
async def test_nothing_is_restored_under_a_core_that_runs(
    source: FootfallDatabase, backup_dsn: str, tmp_path: Path
) -> None:
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    before = await all_rows(source)
    async with connected(source.app_dsn), restoration(source, MemoryImages()) as made:
        with pytest.raises(BackupError, match="stop the core first"):
            await made.restore(backup, replace=True)
    assert await all_rows(source) == before


class CutReader(BackupReader):
    """A disk that breaks while a table is loaded, after it was read once without a fault."""

    def rows(self, table: TableEntry) -> Iterator[bytes]:
        self.read = [*getattr(self, "read", []), table.name]
        yield from super().rows(table)
        if table.name == "visits" and self.read.count("visits") == 2:
            raise BackupError("the disk broke")


@pytest.mark.usefixtures("tenants")
async def test_an_interrupted_restore_changes_no_row_and_can_be_run_again(
    source: FootfallDatabase, backup_dsn: str, tmp_path: Path
) -> None:
    await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    before, empty, walls = await all_rows(source), await not_logged(source), await protection(source)
    await fill(source.app_dsn, new_id())
    later = await all_rows(source)
    async with restoration(source, MemoryImages()) as made:
        with pytest.raises(BackupError, match="broke"):
            await made.restore(CutReader(tmp_path / "backup", KEY), replace=True)
    assert await all_rows(source) == later, "all of it or nothing"
    assert await protection(source) == walls
    assert await is_ready(source), "the old rows go on being served"
    async with restoration(source, MemoryImages()) as made:
        await made.restore(BackupReader(tmp_path / "backup", KEY), replace=True)
    restored(before, await all_rows(source), empty)


class Sign:
    """What probes are told first."""

    def __init__(self) -> None:
        self.told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def set_serving(self, *, serving: bool) -> None:
        self.told.set_result(serving)


async def is_ready(database: FootfallDatabase) -> bool:
    """Whether a replica on this database would be sent calls."""
    engine = make_engine(database.app_dsn)
    transactions = PostgresTransactions(engine)
    models = models_of(transactions, SystemClock(), "ready-model-64", 64)
    sign = Sign()
    readiness = Readiness(
        transactions=transactions,
        index=IndexRecovery(transactions=transactions, index=MemoryFaceIndex(), models=models),
        images=MemoryImages(),
        sign=sign,
    )
    looking = asyncio.create_task(readiness.run())
    ready = await sign.told
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await engine.dispose()
    return ready


@pytest.mark.usefixtures("tenants", "source")
async def test_a_restore_that_lost_the_index_goes_on_without_loading_again(
    backup_dsn: str, another: Bare, tmp_path: Path
) -> None:
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    target, answers = await another(), [True, False]

    async def rebuild() -> bool:
        return answers.pop(0)

    async with restoration(target, MemoryImages(), rebuild_index=rebuild) as made:
        with pytest.raises(BackupError, match="index still differs"):
            await made.restore(backup)
    assert not await is_ready(target), "nobody is served before it is finished"
    async with connected(target.superuser_dsn) as server:
        await server.execute("update visits set rule_version = 77")
    async with restoration(target, MemoryImages(), rebuild_index=rebuild) as made:
        await made.restore(backup)
    async with connected(target.superuser_dsn) as server:
        assert await server.fetchval("select bool_and(rule_version = 77) from visits"), "loaded again"
    assert await is_ready(target)


@pytest.mark.usefixtures("tenants")
async def test_a_damaged_backup_replaces_nothing(
    source: FootfallDatabase, backup_dsn: str, tmp_path: Path
) -> None:
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    file = tmp_path / "backup" / "visits.rows.sealed"
    file.write_bytes(file.read_bytes()[:-3])
    before = await all_rows(source)
    async with restoration(source, MemoryImages()) as made:
        with pytest.raises(BackupError, match=r"damaged: visits\.rows\.sealed"):
            await made.restore(backup, replace=True)
    assert await all_rows(source) == before


async def test_a_backup_of_a_later_release_is_refused(
    source: FootfallDatabase, backup_dsn: str, another: Bare, tmp_path: Path
) -> None:
    async with connected(source.superuser_dsn) as server:
        await server.execute("update alembic_version set version_num = '9999'")
    backup = await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    target = await another()
    async with restoration(target, MemoryImages()) as made:
        with pytest.raises(BackupError, match="later release"):
            await made.restore(backup)
    assert await current_revision(target.owner_dsn) is None


@pytest.mark.usefixtures("backup_dsn")
async def test_a_role_that_sees_some_rows_makes_no_backup(
    source: FootfallDatabase,
    another: Bare,
    database_factory: DatabaseFactory,
    tmp_path: Path,
) -> None:
    for dsn in (source.app_dsn, source.owner_dsn):
        with pytest.raises(SnapshotError, match="bound by row-level security"):
            await backed_up(tmp_path / "backup", dsn, MemoryImages())
    empty = await another()
    dsn = await made_for_backups(database_factory, empty)
    with pytest.raises(SnapshotError, match="no schema"):
        await backed_up(tmp_path / "backup", dsn, MemoryImages())
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - a test's own folder


@pytest.mark.usefixtures("tenants", "source")
async def test_the_role_of_backups_reads_and_writes_nothing(
    backup_dsn: str,
) -> None:
    async with connected(backup_dsn) as role:
        assert await role.fetchval("select count(distinct tenant_id) from visits") == 2
        for statement in (
            "delete from visits",
            "update visits set rule_version = 1",
            "insert into tenants (tenant_id) values (gen_random_uuid())",
            "truncate visits",
            "create table taken ()",
            "set role footfall_owner",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await role.execute(statement)


async def test_the_role_of_backups_has_a_name_and_reads_one_database(
    source: FootfallDatabase, backup_dsn: str, database_factory: DatabaseFactory
) -> None:
    superuser = database_factory.server.superuser_dsn
    with pytest.raises(BootstrapError, match="name the role footfall_backup"):
        await bootstrap_database(superuser, source.owner_dsn, source.app_dsn, source.app_dsn)
    other = backup_dsn.replace(source.name, "postgres")
    with pytest.raises(BootstrapError, match="that of footfall_backup 'postgres'"):
        await bootstrap_database(superuser, source.owner_dsn, source.app_dsn, other)


async def test_no_migration_runs_while_the_snapshot_is_read(
    source: FootfallDatabase, backup_dsn: str
) -> None:
    async with snapshot_of(backup_dsn)() as snapshot, connected(source.owner_dsn) as owner:
        assert snapshot.revision == newest_revision()
        await owner.execute("set lock_timeout = '50ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await owner.execute("select pg_advisory_xact_lock($1)", 6_918_340_772_145_023)


@pytest.mark.usefixtures("source")
async def test_the_manifest_names_nobody(backup_dsn: str, tenants: tuple[UUID, UUID], tmp_path: Path) -> None:
    await backed_up(tmp_path / "backup", backup_dsn, MemoryImages())
    text = (tmp_path / "backup" / "manifest.json").read_text(encoding="utf-8")
    assert set(json.loads(text)["tenant_ids"]) == {str(each) for each in tenants}
    assert "footfall.example" not in text
