"""The certificate that a call's connection was made with, as the gateway tells it.

Envoy puts the SHA-256 of a certificate that it verified into `x-forwarded-client-cert`, and takes the header
away where it verified none. Whoever reaches the core beside the gateway can write anything there; that opens
nothing, since the header is only ever compared with what a signed token wants.
"""

import re

from footfall_server.rpc.interceptors.behaviour import Context
from footfall_server.rpc.interceptors.request_ids import metadata_value

HEADER = "x-forwarded-client-cert"

_ELEMENT = re.compile(r"(?:^|;)Hash=(?P<hash>[0-9a-f]{64})(?=;|$)")


def presented_certificate(context: Context) -> str:
    """The certificate's SHA-256 in hexadecimal; empty when there is none, or several are told of."""
    header = metadata_value(context, HEADER) or ""
    found = [] if "," in header else _ELEMENT.findall(header)
    return found[0] if len(found) == 1 else ""
