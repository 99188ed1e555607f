"""The machine's own time, for a shop behind others that go by it: Envoy checks tokens, browsers show days."""

from datetime import UTC, datetime

from fakes.manual_clock import ManualClock


class RunningClock(ManualClock):
    """Implements Clock; it is no test's to move."""

    def now(self) -> datetime:
        return datetime.now(UTC)
