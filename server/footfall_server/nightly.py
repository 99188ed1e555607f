"""Puts together what is done by night, for each tenant and for the installation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from footfall_server.domain.jobs import JobRun
from footfall_server.domain.retention import RetentionLimits
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import Clock, FaceIndex, ImageStore, Transactions
from footfall_server.services.audit_anchors import AuditAnchors
from footfall_server.services.erasure_sweep import ErasureSweep
from footfall_server.services.image_purge import ImagePurge
from footfall_server.services.index_check import IndexCheck
from footfall_server.services.index_maintenance import IndexMaintenance
from footfall_server.services.index_places import IndexPlaces
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.job_runner import JobRunner
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.opt_out_sweep import OptOutSweep
from footfall_server.services.reclustering import Reclustering
from footfall_server.services.report_day_check import ReportDayCheck
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import ReportVerification
from footfall_server.services.staff_leaving import StaffLeaving
from footfall_server.services.staff_upkeep import StaffUpkeep
from footfall_server.services.template_expiry import TemplateExpiry
from footfall_server.services.tenant_jobs import NIGHT, Works, tenant_jobs
from footfall_server.services.tenant_models import TenantModels

_SHARE_OF_CHECKS: Final = 0.25
"""Of the event loop's thread, which answers calls meanwhile."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What jobs work on."""

    transactions: Transactions
    images: ImageStore
    index: FaceIndex
    clock: Clock


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is known of models, and what sees to their collections."""

    known: KnownModels
    models: TenantModels
    recovery: IndexRecovery


@dataclass(frozen=True, slots=True)
class Sweeps:
    """What looks whether anybody is known who must not be."""

    erasures: ErasureSweep
    opt_outs: OptOutSweep


def job_runner(
    stores: Stores,
    limits: RetentionLimits,
    reclustering: Reclustering,
    sweeps: Sweeps,
    recognition: Recognition,
    *,
    job_ended: Callable[[JobRun], None],
) -> JobRunner:
    """Whatever is done by night."""
    transactions, images, index, clock = stores.transactions, stores.images, stores.index, stores.clock
    models, recovery = recognition.models, recognition.recovery
    anchors = AuditAnchors(transactions=transactions, clock=clock)
    # It is told what to carry, so nothing rings.
    writer = IndexWriter(transactions=transactions, index=index, changed=TenantBell(), clock=clock)
    places = IndexPlaces(
        transactions=transactions,
        index=index,
        models=models,
        known=recognition.known,
        recovery=recovery,
        clock=clock,
    )
    days = ReportDays(transactions=transactions)
    reports = ReportVerification(transactions=transactions, days=days, share=_SHARE_OF_CHECKS)
    works = Works(
        reclustering=reclustering,
        anchors=anchors,
        purge=ImagePurge(transactions=transactions, images=images, clock=clock, limits=limits),
        expiry=TemplateExpiry(transactions=transactions, images=images, clock=clock, limits=limits),
        sweep=sweeps.erasures,
        opt_outs=sweeps.opt_outs,
        reports=reports,
        index=IndexCheck(
            transactions=transactions,
            index=index,
            maintenance=IndexMaintenance(
                transactions=transactions,
                index=index,
                models=models,
                recovery=recovery,
                writer=writer,
                clock=clock,
            ),
            writer=writer,
            clock=clock,
        ),
        places=places,
        staff=StaffUpkeep(
            transactions=transactions,
            leaving=StaffLeaving(transactions=transactions, images=images, clock=clock),
            models=models,
            clock=clock,
        ),
        report_days=ReportDayCheck(days=days, verification=reports, clock=clock),
    )

    async def keep_installation() -> None:
        since = NIGHT.last_until(clock.now())
        await anchors.note_installation(not_since=since)
        await places.keep_installation(not_since=since)

    return JobRunner(
        transactions=transactions,
        clock=clock,
        jobs=tenant_jobs(works, transactions, clock, limits),
        each_look=keep_installation,
        ended=job_ended,
    )
