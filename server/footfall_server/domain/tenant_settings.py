"""What a tenant settles once for all of its sites. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from footfall_server.domain.places import DEFAULT_BUSINESS_DAY_START
from footfall_server.domain.report_period import Weekday


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """`week_start` is where reports' weeks begin that say nothing else.

    `business_day_start` is given to sites that are created without one, counts from local midnight and is
    below 24 hours. Sites that exist keep theirs.
    """

    week_start: Weekday = Weekday.MONDAY
    business_day_start: timedelta = DEFAULT_BUSINESS_DAY_START
