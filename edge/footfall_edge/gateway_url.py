"""Where the gateway is, and what may be said to it in the clear."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself. Names other than localhost are not resolved."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_gateway_url(url: str) -> str:
    """The URL without a slash at its end. Raises ValueError, which says what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be http://host:port or https://host:port")
    if parts.path not in {"", "/"} or parts.query or parts.username:
        raise ValueError("must name a host and a port and nothing else")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https://: keys and faces go to another machine only over TLS")
    return url.rstrip("/")
