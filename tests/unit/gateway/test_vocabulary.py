from footfall.v1 import error_reason_pb2
from footfall_gateway.error_replies import NO_CERTIFICATE, gateway_errors


def test_every_reason_that_the_gateway_says_is_in_the_vocabulary() -> None:
    values = error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
    known = {name.removeprefix("ERROR_REASON_") for name in values}
    said = {error.reason for error in (*gateway_errors(max_request_bytes=1), NO_CERTIFICATE)}
    assert said <= known, f"not in error_reason.proto: {sorted(said - known)}"
