"""Backups in an operator's hands: the composition of what makes, checks and restores them."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from footfall_migrations.run import MIGRATION_LOCK

from footfall_server.adapters import open_face_index, open_image_store
from footfall_server.auth.erasure_key import ErasureKey, load_erasure_key
from footfall_server.backup.creation import BackupCreation
from footfall_server.backup.errors import BackupError, OtherKeyError
from footfall_server.backup.folder import BackupReader
from footfall_server.backup.keys import BackupKey, load_key
from footfall_server.backup.manifest import Manifest
from footfall_server.backup.restoration import Restoration, Sweep
from footfall_server.backup.schema import Schema
from footfall_server.backup.verification import faults_of
from footfall_server.database import open_transactions
from footfall_server.domain.jobs import JobResult
from footfall_server.erasing import erasing
from footfall_server.index_administration import index_maintenance
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.services.index_maintenance import RebuildProgress
from footfall_server.settings import BackupSettings, LogSettings, RestoreSettings, read_settings
from footfall_server.storage.postgres.restoring import open_target
from footfall_server.storage.postgres.snapshots import SnapshotError, open_snapshot
from footfall_server.system_clock import SystemClock
from footfall_server.telemetry import configure_logging

Tell = Callable[[str], None]


def erasure_sweep(transactions: Transactions, images: ImageStore, key: ErasureKey, clock: Clock) -> Sweep:
    """What erases again whom a tombstone names."""
    people = erasing(
        transactions=transactions, images=images, key=key, issuer="", every=timedelta(0), clock=clock
    )

    async def sweep(tenant_id: UUID) -> JobResult:
        # That somebody is back is no failure after a restore; that somebody is still there is one.
        erased = await people.sweep.sweep(tenant_id)
        again = await people.sweep.sweep(tenant_id)
        return JobResult(erased.summary, again.failure)

    return sweep


async def create_backup(folder: Path, key_file: Path, *, tell: Tell) -> dict[str, object]:
    """Makes a backup and says what is in it."""
    settings = read_settings(BackupSettings)
    _log_as(settings)
    key = load_key(key_file)
    dsn = settings.postgres.backup_dsn.get_secret_value()
    async with AsyncExitStack() as stack:
        images = open_image_store(settings.s3)
        stack.push_async_callback(images.close)
        creation = BackupCreation(
            snapshot=lambda: open_snapshot(dsn, migration_lock=MIGRATION_LOCK),
            images=images,
            clock=SystemClock(),
            tell=tell,
        )
        try:
            manifest = await creation.create(folder, key)
        except SnapshotError as error:
            raise BackupError(str(error)) from None
    return {"backup": str(folder), **told(manifest)}


def verify_backup(folder: Path, key_file: Path, *, tell: Tell) -> tuple[dict[str, object], Sequence[str]]:
    """What is in the backup, and what is wrong with it. Raises BackupError for what is no backup at all."""
    _log_as(read_settings(LogSettings))
    backup = BackupReader(folder, load_key(key_file))
    faults = faults_of(backup, tell)
    return {"backup": str(folder), **told(backup.manifest), "ok": not faults, "faults": faults}, faults


async def restore_backup(
    folder: Path, key_files: Sequence[Path], *, newer: Sequence[Path], replace: bool, tell: Tell
) -> dict[str, object]:
    """Restores a backup and says what came of it. Each is opened with the key that it was made with."""
    settings = read_settings(RestoreSettings)
    _log_as(settings)
    keys = [load_key(each) for each in key_files]
    erasure_key = load_erasure_key(settings.auth.keys_dir)
    backup, *others = [_opened(each, keys) for each in (folder, *newer)]
    owner_dsn = settings.postgres.owner_dsn.get_secret_value()
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        images = open_image_store(settings.s3)
        stack.push_async_callback(images.close)
        index = open_face_index(settings.milvus)
        stack.push_async_callback(index.close)
        transactions = await stack.enter_async_context(open_transactions(settings.postgres))
        maintenance = index_maintenance(transactions, index, settings.recognition)

        def progress(made: RebuildProgress) -> None:
            tell(f"restore: {made.model_id}: {made.left} faces left")

        async def rebuild_index() -> bool:
            return any([report.drifted async for report in maintenance.rebuild(progress)])

        restoration = Restoration(
            target=await stack.enter_async_context(open_target(owner_dsn)),
            schema=Schema(owner_dsn),
            transactions=transactions,
            images=images,
            rebuild_index=rebuild_index,
            sweep=erasure_sweep(transactions, images, erasure_key, clock),
            clock=clock,
            tell=tell,
        )
        restored = await restoration.restore(backup, newer=others, replace=replace)
    return {
        "backup_id": str(backup.manifest.backup_id),
        "created_at": backup.manifest.created_at.isoformat(),
        "tables": restored.tables,
        "rows": restored.rows,
        "objects": restored.objects,
        "objects_there": restored.objects_there,
        "objects_unnamed": restored.unnamed,
        "portraits_left": restored.portraits_left,
        "tombstones": restored.tombstones,
        "tenants_swept": restored.swept,
    }


def told(manifest: Manifest) -> dict[str, object]:
    """A backup as it is printed: ids and counts."""
    return {
        "backup_id": str(manifest.backup_id),
        "created_at": manifest.created_at.isoformat(),
        "revision": manifest.revision,
        "tenants": len(manifest.tenant_ids),
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "objects": manifest.objects.count,
        "objects_absent": manifest.objects.absent,
        "bytes": manifest.size,
    }


def _opened(folder: Path, keys: Sequence[BackupKey]) -> BackupReader:
    for key in keys:
        try:
            return BackupReader(folder, key)
        except OtherKeyError:
            continue
    raise OtherKeyError(f"{folder} was made with another key")


def _log_as(settings: LogSettings) -> None:
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
