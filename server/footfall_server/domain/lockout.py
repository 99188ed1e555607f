"""How long the next guess of a password has to wait. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FREE_ATTEMPTS = 4
"""Wrong passwords in a row that cost nothing: people mistype."""

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)

FORGOTTEN_AFTER = timedelta(hours=24)
"""A row of wrong attempts ends when none was made for so long."""


@dataclass(frozen=True, slots=True)
class LoginAttempts:
    """The wrong passwords in a row for one address, known or not. `last_at` is when the last was counted."""

    failures: int
    blocked_until: datetime
    last_at: datetime

    @classmethod
    def none_before(cls, at: datetime) -> "LoginAttempts":
        """Of an address that nothing is known of."""
        return cls(failures=0, blocked_until=at, last_at=at)

    def wait(self, at: datetime) -> timedelta:
        """How long until the next attempt is looked at; zero or less when it is now."""
        return self.blocked_until - at

    def counted(self, at: datetime) -> "LoginAttempts":
        """With one more attempt, which counts as wrong until it proves right."""
        failures = (0 if at - self.last_at >= FORGOTTEN_AFTER else self.failures) + 1
        return replace(self, failures=failures, blocked_until=at + wait_after(failures), last_at=at)


def wait_after(failures: int) -> timedelta:
    """The wait after so many wrong attempts: 1 s after the fifth, doubling with each up to 15 minutes."""
    if failures <= FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failures - FREE_ATTEMPTS - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
