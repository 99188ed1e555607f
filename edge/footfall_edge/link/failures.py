"""What a failed call says, without anything personal."""

from dataclasses import dataclass

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2


class LinkEndedError(Exception):
    """The link is over, for a reason that the edge itself saw. The text says which."""


class TokenExpiringError(LinkEndedError):
    """The token ends soon: dial again with a new one, at once."""


class CertificateChangedError(LinkEndedError):
    """The worker has another certificate now: dial again with it, at once."""


class CertificateUnusableError(LinkEndedError):
    """There is no certificate to go on with. The text says what to do."""


class LinkSilentError(LinkEndedError):
    """The core has not been heard for three heartbeats."""


class ForeignSpoolError(LinkEndedError):
    """The core knows a longer history of this spool than the spool itself: it was restored from a copy."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A gRPC status: its code's name and ErrorInfo.reason, empty when there was none.

    cut_in_tls: the other end broke TLS off after our part of the handshake, as it does over a certificate
    that it does not take. gRPC says so in its text alone.
    """

    code: str
    reason: str
    cut_in_tls: bool = False


def read_failure(error: grpc.aio.AioRpcError) -> Failure:
    """Read the status and, from its details, the reason for machines."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return Failure(code=error.code().name, reason=_reason(value))
    cut = error.code() is grpc.StatusCode.UNAVAILABLE and "TSI_DATA_CORRUPTED" in (error.details() or "")
    return Failure(code=error.code().name, reason="", cut_in_tls=cut)


def _reason(details: bytes) -> str:
    try:
        status = status_pb2.Status.FromString(details)
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info):
                return str(info.reason)
    except DecodeError:
        pass
    return ""
