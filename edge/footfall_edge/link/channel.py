"""Opens the way to the gateway."""

from pathlib import Path
from urllib.parse import urlsplit

import grpc
import grpc.aio

from footfall_edge.gateway_url import is_loopback
from footfall_edge.identity.worker_identity import WorkerIdentity

_MAX_MESSAGE = 16 * 1024 * 1024
_OPTIONS: list[tuple[str, int]] = [
    # Below the idle times of NAT gateways; the gateway allows it (its own ping interval is the same).
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", _MAX_MESSAGE),
    ("grpc.max_send_message_length", _MAX_MESSAGE),
]


def open_channel(
    gateway_url: str, ca_file: Path | None = None, identity: WorkerIdentity | None = None
) -> grpc.aio.Channel:
    """A channel of its own for http://host:port (h2c) or https://host:port (TLS).

    ca_file: PEM of the authority to trust in place of the public ones. identity: whom the connection shows
    itself as (mutual TLS). Raises OSError when the file cannot be read. Nothing is sent yet.
    """
    parts = urlsplit(gateway_url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    target = f"{f'[{host}]' if ':' in host else host}:{parts.port or (443 if secure else 80)}"
    options = [*_OPTIONS]
    if is_loopback(host):
        # A proxy that the environment names cannot reach this machine's own loopback.
        options.append(("grpc.enable_http_proxy", 0))
    if not secure:
        return grpc.aio.insecure_channel(target, options=options)
    roots = ca_file.read_bytes() if ca_file else None
    if identity is None:
        credentials = grpc.ssl_channel_credentials(roots)
    else:
        credentials = grpc.ssl_channel_credentials(roots, identity.key_pem, identity.certificate_pem)
    return grpc.aio.secure_channel(target, credentials, options=options)
