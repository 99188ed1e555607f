"""The face index in an operator's hands: compared with the gallery, repaired, or made anew."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from footfall_server.adapters import open_face_index
from footfall_server.database import open_transactions
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import FaceIndex, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_maintenance import IndexMaintenance, RebuildProgress
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import IndexReport
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.tenant_models import TenantModels
from footfall_server.settings import IndexSettings, RecognitionSettings, read_settings
from footfall_server.system_clock import SystemClock
from footfall_server.telemetry import configure_logging

Say = Callable[[dict[str, object]], None]


async def verify_index(tenant_id: UUID | None, *, repair: bool, with_ids: bool, say: Say) -> bool:
    """Says one line for each tenant and model; whether anything differs and was not repaired."""
    drifted = False
    async with _open_maintenance() as maintenance:
        async for report in maintenance.verify(tenant_id, repair=repair):
            say(told(report, with_ids=with_ids))
            drifted = drifted or (report.drifted and not report.repaired)
    return drifted


async def rebuild_index(*, tell: Callable[[str], None], say: Say) -> bool:
    """Makes all collections anew. Progress goes to `tell`; then as verify_index."""
    drifted = False

    def tell_progress(progress: RebuildProgress) -> None:
        tell(f"index rebuild: {progress.model_id}: {progress.left} faces left")

    async with _open_maintenance() as maintenance:
        async for report in maintenance.rebuild(tell_progress):
            say(told(report, with_ids=False))
            drifted = drifted or report.drifted
    return drifted


def told(report: IndexReport, *, with_ids: bool) -> dict[str, object]:
    """A report as it is printed: ids and counts, and faces by id only when asked for."""
    line: dict[str, object] = {
        "tenant_id": str(report.tenant_id),
        "model_id": report.model_id,
        "gallery": report.gallery,
        "indexed": report.indexed,
        "waiting": report.waiting,
        "missing": len(report.missing),
        "orphaned": len(report.orphaned),
        "drifted": report.drifted,
        "repaired": report.repaired,
    }
    if with_ids:
        line["missing_ids"] = [str(each) for each in report.missing]
        line["orphaned_ids"] = [str(each) for each in report.orphaned]
    return line


@asynccontextmanager
async def _open_maintenance() -> AsyncIterator[IndexMaintenance]:
    settings = read_settings(IndexSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    async with open_transactions(settings.postgres) as transactions:
        index = open_face_index(settings.milvus)
        try:
            yield index_maintenance(transactions, index, settings.recognition)
        finally:
            await index.close()


def index_maintenance(
    transactions: Transactions, index: FaceIndex, recognition: RecognitionSettings
) -> IndexMaintenance:
    """What compares and rebuilds the index, on stores that are open."""
    clock = SystemClock()
    known = KnownModels(installation=RecognitionModel(recognition.model_id, recognition.dimension))
    models = TenantModels(transactions=transactions, known=known, clock=clock)
    return IndexMaintenance(
        transactions=transactions,
        index=index,
        models=models,
        recovery=IndexRecovery(transactions=transactions, index=index, models=models),
        # It is told what to carry, so nothing rings.
        writer=IndexWriter(transactions=transactions, index=index, changed=TenantBell(), clock=clock),
        clock=clock,
    )
