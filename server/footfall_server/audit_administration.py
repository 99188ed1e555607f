"""The audit logs in an operator's hands: recomputed, or written to a file for an auditor."""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TextIO
from uuid import UUID

from footfall_server.audit_files import named, to_line
from footfall_server.database import open_transactions
from footfall_server.domain.audit import AuditHead
from footfall_server.domain.audit_chain import EMPTY
from footfall_server.ports import Transactions
from footfall_server.services.audit_export import AuditExport
from footfall_server.services.audit_logs import log_ids
from footfall_server.services.audit_verification import AuditVerification, LogReport
from footfall_server.settings import DatabaseSettings, read_settings
from footfall_server.system_clock import SystemClock
from footfall_server.telemetry import configure_logging

Say = Callable[[dict[str, object]], None]


async def verify_logs(log_id: UUID | None, *, anchors: Mapping[int, bytes], say: Say) -> str | None:
    """Says one line for each log, or for the one; what is wrong with the first bad one, or None."""
    wrong: str | None = None
    async with _open_transactions() as transactions:
        verification = AuditVerification(transactions=transactions)
        for each in await log_ids(transactions) if log_id is None else [log_id]:
            report = await verification.verify(each, anchors=anchors)
            say(told(report))
            if report.broken is not None and wrong is None:
                wrong = f"{named(each)}: {report.broken}"
    return wrong


async def export_log(log_id: UUID, output: Path, *, say: Say) -> None:
    """Writes the whole log, its own export included. Only its owner may read the file.

    Raises FileExistsError, TENANT_NOT_FOUND.
    """
    async with _open_transactions() as transactions:
        export = AuditExport(transactions=transactions, clock=SystemClock())
        await export.require(log_id)
        head = EMPTY
        with _new_file(output) as file:
            async for each in export.entries(log_id):
                file.write(f"{to_line(log_id, each)}\n")
                head = AuditHead(each.sequence, each.hash)
    say({"log": str(log_id), "entries": head.sequence, "hash": head.hash.hex()})


def told(report: LogReport) -> dict[str, object]:
    """A report as it is printed."""
    line: dict[str, object] = {
        "log": str(report.log_id),
        "entries": report.head.sequence,
        "hash": report.head.hash.hex(),
        "ok": report.ok,
    }
    if report.broken is not None:
        line |= {
            "sequence": report.broken.sequence,
            "fault": report.broken.fault.value,
            "said": report.broken.said,
        }
    return line


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file for its owner alone. It goes again when it is not finished: part of a log passes for a log."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        path.unlink()
        raise


@asynccontextmanager
async def _open_transactions() -> AsyncIterator[Transactions]:
    settings = read_settings(DatabaseSettings)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    async with open_transactions(settings.postgres) as transactions:
        yield transactions
