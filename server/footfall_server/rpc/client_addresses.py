"""From where a call comes, as far as that can be known."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

from footfall_server.rpc.interceptors.behaviour import Context
from footfall_server.rpc.interceptors.request_ids import metadata_value

HEADER = "x-footfall-client-address"
"""Written by the gateway over whatever a client says; believed from the gateway alone."""

UNKNOWN = "unknown"
IPV6_PREFIX = 64
"""What one subscriber is given (RFC 6177); each address of it counts as the same client."""


class ClientAddresses:
    """Tells clients apart: by the gateway's word for what it forwards, by the connection for all else."""

    def __init__(self, *, gateways: Sequence[IPv4Network | IPv6Network]) -> None:
        self._gateways = tuple(gateways)

    def key(self, context: Context) -> str:
        """An IPv4 address or an IPv6 network of 64 bits; "unknown" for what is neither."""
        peer = _peer_address(context.peer())
        if peer is not None and self._is_gateway(peer):
            told = _address(metadata_value(context, HEADER) or "")
            peer = told or peer
        return _key(peer)

    def _is_gateway(self, peer: IPv4Address | IPv6Address) -> bool:
        return any(peer.version == network.version and peer in network for network in self._gateways)


def _peer_address(peer: str) -> IPv4Address | IPv6Address | None:
    """The address in what gRPC calls a peer: `ipv4:192.0.2.1:4711` or `ipv6:%5B::1%5D:4711`."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return None
    return _address(rest.rpartition(":")[0].strip("[]"))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _key(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
