"""Brings the kept days of reports up to date once a night, and counts the last ones once more."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.jobs import JobResult
from footfall_server.ports import Clock
from footfall_server.services.report_days import ReportDays
from footfall_server.services.report_verification import DIFFERENT, ReportVerification, VerificationScope

CHECKED: Final = 7
"""How many days are counted again, yesterday the last of them."""

_log = structlog.get_logger()


class ReportDayCheck:
    """What replicas do every two seconds is done to its end here, and looked at: a mark may be missed."""

    def __init__(self, *, days: ReportDays, verification: ReportVerification, clock: Clock) -> None:
        self._days = days
        self._verification = verification
        self._clock = clock

    async def refresh(self, tenant_id: UUID) -> JobResult:
        """Counts marks that were counted anew, days that were looked at, and those that were mended.

        Raises UNAVAILABLE.
        """
        marks = await self._days.refresh(tenant_id)
        today = self._clock.now().date()
        recently = VerificationScope(first=today - timedelta(days=CHECKED), last=today - timedelta(days=1))
        found = await self._verification.verify(tenant_id, recently, repair=True)
        wrong = found.differing - found.repaired
        summary = {"marks": marks, "checked": found.days, "mended": found.repaired}
        if found.differing:
            log = _log.error if wrong else _log.warning
            log("report_days_differed", tenant_id=str(tenant_id), wrong=wrong, **summary)
        return JobResult(summary, DIFFERENT if wrong else "")
