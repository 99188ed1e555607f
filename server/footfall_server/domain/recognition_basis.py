"""Why people may be recognised at a site. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = timedelta(days=3 * 366)
"""How far ahead a basis may expire: it is to be confirmed again at least every three years."""


class LawfulBasis(StrEnum):
    """What an operator relies on, as its law names it."""

    EXPLICIT_CONSENT = "explicit_consent"
    SUBSTANTIAL_PUBLIC_INTEREST = "substantial_public_interest"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RecognitionBasis:
    """A basis as it was recorded. `reference` says where the assessment is kept."""

    lawful_basis: LawfulBasis
    reference: str
    recorded_at: datetime
    expires_at: datetime


def may_recognise(at: datetime, *, anonymous: bool, expires_at: datetime | None) -> bool:
    """Whether people may be recognised at a moment, by when the basis expires; None is no basis."""
    return not anonymous and expires_at is not None and at < expires_at
