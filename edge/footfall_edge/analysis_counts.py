"""What became of the faces that a camera saw."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class AnalysisCounts:
    """What became of one camera's tracks since its analyst began."""

    told: int = 0
    """Tracks that were told."""
    splits: int = 0
    """Tracks that turned out to show two people, and were told as two."""
    pictures: int = 0
    """Tracks that were left out, because the face never moved."""
