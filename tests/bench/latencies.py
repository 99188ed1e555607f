"""What benchmarks say of how long something took."""

import statistics
from collections.abc import Sequence


def milliseconds(seconds: Sequence[float], percent: int) -> float:
    """The percentile of at least two times, in milliseconds."""
    return round(statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000, 1)
