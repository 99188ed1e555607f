"""A basis on which people are recognised in tests, at any of their times."""

from datetime import UTC, datetime, timedelta
from typing import Final

from footfall.v1 import site_service_pb2
from footfall_server.domain.recognition_basis import LawfulBasis, RecognitionBasis

CONSENT: Final = RecognitionBasis(
    LawfulBasis.EXPLICIT_CONSENT,
    "DPIA 2026-01",
    datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2190, 1, 1, tzinfo=UTC),
)


def stated(now: datetime) -> site_service_pb2.RecognitionBasis:
    """What an administrator states for a year."""
    basis = site_service_pb2.RecognitionBasis(
        lawful_basis=site_service_pb2.LAWFUL_BASIS_EXPLICIT_CONSENT, reference="DPIA 2026-01"
    )
    basis.expire_time.FromDatetime(now + timedelta(days=365))
    return basis
