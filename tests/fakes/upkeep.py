"""The services of nightly upkeep, put together as a replica has them."""

from datetime import timedelta

from fakes.model_parts import DEFAULT, SFACE
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import Clock, FaceIndex, ImageStore, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_check import IndexCheck
from footfall_server.services.index_maintenance import IndexMaintenance
from footfall_server.services.index_places import IndexPlaces
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.report_day_check import ReportDayCheck
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import ReportVerification
from footfall_server.services.staff_leaving import StaffLeaving
from footfall_server.services.staff_upkeep import StaffUpkeep
from footfall_server.services.tenant_models import TenantModels

OTHER_MODELS = (DEFAULT, SFACE)
"""Models that the registry knows and no tenant of a test takes."""


class Upkeep:
    """`check`, `places`, `staff` and `report_days` are the works of the jobs."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        images: ImageStore,
        clock: Clock,
        model: RecognitionModel,
        patience: timedelta = timedelta(0),
    ) -> None:
        known = KnownModels(installation=model)
        self.models = TenantModels(transactions=transactions, clock=clock, known=known)
        recovery = IndexRecovery(transactions=transactions, index=index, models=self.models)
        self.writer = IndexWriter(transactions=transactions, clock=clock, index=index, changed=TenantBell())
        maintenance = IndexMaintenance(
            transactions=transactions,
            clock=clock,
            index=index,
            models=self.models,
            recovery=recovery,
            writer=self.writer,
        )
        self.check = IndexCheck(
            transactions=transactions,
            clock=clock,
            index=index,
            maintenance=maintenance,
            writer=self.writer,
            patience=patience,
            pause=timedelta(milliseconds=20),
        )
        self.places = IndexPlaces(
            transactions=transactions,
            clock=clock,
            index=index,
            models=self.models,
            known=known,
            recovery=recovery,
        )
        self.staff = StaffUpkeep(
            transactions=transactions,
            clock=clock,
            leaving=StaffLeaving(transactions=transactions, clock=clock, images=images),
            models=self.models,
        )
        days = ReportDays(transactions=transactions)
        verification = ReportVerification(transactions=transactions, days=days)
        self.report_days = ReportDayCheck(days=days, verification=verification, clock=clock)
