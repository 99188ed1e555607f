"""Why people may be recognised at a site, between the wire and the domain."""

from typing import Final

from footfall.v1 import site_service_pb2

from footfall_server.domain.recognition_basis import LawfulBasis, RecognitionBasis
from footfall_server.rpc.convert_values import from_timestamp, name, to_timestamp
from footfall_server.services.sites import StatedBasis

_BASIS_OF: Final = {
    site_service_pb2.LAWFUL_BASIS_EXPLICIT_CONSENT: LawfulBasis.EXPLICIT_CONSENT,
    site_service_pb2.LAWFUL_BASIS_SUBSTANTIAL_PUBLIC_INTEREST: LawfulBasis.SUBSTANTIAL_PUBLIC_INTEREST,
    site_service_pb2.LAWFUL_BASIS_OTHER: LawfulBasis.OTHER,
}
_ON_WIRE: Final = {basis: number for number, basis in _BASIS_OF.items()}


def to_basis(basis: RecognitionBasis) -> site_service_pb2.RecognitionBasis:
    return site_service_pb2.RecognitionBasis(
        lawful_basis=_ON_WIRE[basis.lawful_basis],
        reference=basis.reference,
        expire_time=to_timestamp(basis.expires_at),
        record_time=to_timestamp(basis.recorded_at),
    )


def from_basis(site: site_service_pb2.Site) -> StatedBasis | None:
    """What a site's operator states; None when it states nothing. Raises INVALID_FIELD."""
    if not site.HasField("recognition_basis"):
        return None
    basis = site.recognition_basis
    return StatedBasis(
        lawful_basis=_BASIS_OF[basis.lawful_basis],
        reference=name(basis.reference, "site.recognition_basis.reference"),
        expires_at=from_timestamp(basis.expire_time, "site.recognition_basis.expire_time"),
    )
