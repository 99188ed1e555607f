"""Opens the way to the gateway."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import grpc.aio

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


def open_channel(gateway_url: str, ca_file: Path | None = None) -> grpc.aio.Channel:
    """A channel of its own for http://host:port (h2c) or https://host:port (TLS).

    ca_file: PEM of the authority to trust in place of the public ones. Raises OSError when it cannot
    be read. Nothing is sent yet.
    """
    parts = urlsplit(gateway_url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    target = f"{f'[{host}]' if ':' in host else host}:{parts.port or (443 if secure else 80)}"
    options = [*_OPTIONS]
    if _is_loopback(host):
        # A proxy that the environment names cannot reach this machine's own loopback.
        options.append(("grpc.enable_http_proxy", 0))
    if not secure:
        return grpc.aio.insecure_channel(target, options=options)
    roots = ca_file.read_bytes() if ca_file else None
    return grpc.aio.secure_channel(target, grpc.ssl_channel_credentials(roots), options=options)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
