"""The jobs that a core runs, with their schedules. All of them by night, one after the other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from footfall_server.domain.jobs import JobResult
from footfall_server.domain.retention import Retention, RetentionLimits
from footfall_server.ports import Clock, Transactions
from footfall_server.services.audit_anchors import AuditAnchors
from footfall_server.services.erasure_sweep import ErasureSweep
from footfall_server.services.image_purge import ImagePurge
from footfall_server.services.index_check import IndexCheck
from footfall_server.services.index_places import IndexPlaces
from footfall_server.services.job_runner import Job, Schedule
from footfall_server.services.opt_out_sweep import OptOutSweep
from footfall_server.services.reclustering import Reclustering
from footfall_server.services.report_day_check import ReportDayCheck
from footfall_server.services.report_verification import ReportVerification
from footfall_server.services.staff_upkeep import StaffUpkeep
from footfall_server.services.template_expiry import TemplateExpiry

NIGHT: Final = Schedule("0 2 * * *")
"""When a day's jobs begin."""
KEPT_FOR: Final = timedelta(days=30)
"""How long the faces of single tracks are kept, why events were decided as they were, and in which tracks
somebody was left out.

Faces of single tracks for no longer than the tenant keeps templates: they are such.
"""
RUNS_KEPT: Final = timedelta(days=90)
"""How long it is told how jobs went."""


@dataclass(frozen=True, slots=True)
class Works:
    """What the jobs do."""

    reclustering: Reclustering
    anchors: AuditAnchors
    purge: ImagePurge
    expiry: TemplateExpiry
    sweep: ErasureSweep
    opt_outs: OptOutSweep
    reports: ReportVerification
    index: IndexCheck
    places: IndexPlaces
    staff: StaffUpkeep
    report_days: ReportDayCheck


def tenant_jobs(
    works: Works, transactions: Transactions, clock: Clock, limits: RetentionLimits
) -> Sequence[Job]:
    """All jobs."""

    async def recluster(tenant_id: UUID) -> Mapping[str, int]:
        found = await works.reclustering.refresh(tenant_id)
        return {"suggestions": found.suggestions, "customers": found.customers, "waiting": found.waiting}

    async def forget(tenant_id: UUID) -> Mapping[str, int]:
        now = clock.now()
        async with transactions.begin(tenant_id) as tx:
            templates = Retention(limits, await tx.retention.rules()).templates().length
            return {
                "decisions": await tx.decisions.forget(now - KEPT_FOR),
                "track_faces": await tx.gallery.forget_track_faces(now - min(KEPT_FOR, templates)),
                "opt_out_tracks": await tx.opt_outs.forget_tracks(now - KEPT_FOR),
                "job_runs": await tx.jobs.forget(now - RUNS_KEPT),
            }

    return [
        Job("purge_images", "0 2 * * *", "Deletes pictures whose time is over.", works.purge.purge),
        Job(
            "expire_templates",
            "15 2 * * *",
            "Erases the templates of visitors who did not come for long.",
            works.expiry.expire,
        ),
        Job(
            "recluster",
            "30 2 * * *",
            "Looks for customers who may be one person.",
            _counting(recluster),
        ),
        Job(
            "forget_track_faces",
            "45 2 * * *",
            "Forgets the faces of single tracks, and why events were decided.",
            _counting(forget),
        ),
        Job(
            "verify_erasures",
            "40 2 * * *",
            "Looks whether anybody who was erased is back, and erases them again.",
            works.sweep.sweep,
        ),
        Job(
            "verify_opt_outs",
            "35 2 * * *",
            "Looks whether anybody who opted out is known, and erases them.",
            works.opt_outs.sweep,
        ),
        Job(
            "verify_reports",
            "0 3 * * sun",
            "Counts the kept days of reports anew from the visits, and says which differ.",
            works.reports.check,
        ),
        Job(
            "verify_index",
            "0 3 * * *",
            "Compares the face index with the gallery, and mends what differs.",
            works.index.check,
        ),
        Job(
            "keep_partitions",
            "15 3 * * *",
            "Makes and loads what the face index needs, and clears what is nobody's any more.",
            works.places.keep,
        ),
        Job(
            "refresh_staff_gallery",
            "20 3 * * *",
            "Forgets leavers, and tells cameras anew whose faces are staff's.",
            works.staff.refresh,
        ),
        Job(
            "refresh_report_days",
            "30 3 * * *",
            "Brings the days of reports up to date, and counts the last ones once more.",
            works.report_days.refresh,
        ),
        Job("audit_head", "50 2 * * *", "Notes where the audit log ends.", _counting(works.anchors.note)),
    ]


def _counting(
    work: Callable[[UUID], Awaitable[Mapping[str, int]]],
) -> Callable[[UUID], Awaitable[JobResult]]:
    """Work that either counts what it did or raises."""

    async def counted(tenant_id: UUID) -> JobResult:
        return JobResult(await work(tenant_id))

    return counted
