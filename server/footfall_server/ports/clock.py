"""The present, so that tests own it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The present, aware, UTC."""
        ...
