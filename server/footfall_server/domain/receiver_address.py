"""Where events may be sent: the rules of receivers' URLs and of the addresses behind their names. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

_NO_URL: Final = "must be a URL such as https://shop.example/events"
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is one of the internet: not of this machine, its networks, or of none.

    An IPv6 address that carries an IPv4 address leads to that one, so both have to be public.
    """
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address.is_site_local or any(each is not None and not is_public(each) for each in carried):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def may_be_sent_to(address: IPv4Address | IPv6Address, *, allow_private: bool) -> bool:
    """Whether events go there. Never to many at once, nor to an address that is none."""
    if address.is_multicast or address.is_unspecified:
        return False
    return allow_private or is_public(address)


def fault_of_url(url: str, *, allow_private: bool) -> str | None:
    """What is wrong with a receiver's URL, as the end of a sentence; None when nothing is.

    Names are looked up when something is sent, so here only addresses that are written out are judged.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _NO_URL
    rules = {
        "must begin with https://": parts.scheme == "https" or (allow_private and parts.scheme == "http"),
        "must hold no user and password": parts.username is None and parts.password is None,
        "must hold no fragment": "#" not in url,
        _NO_URL: bool(parts.hostname) and port != 0 and all("!" <= each <= "~" for each in url),
        "must not lead to a private address": allow_private or _may_be_public(parts.hostname or ""),
    }
    return next((fault for fault, holds in rules.items() if not holds), None)


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host.partition("%")[0]))
    except ValueError:
        name = host.rstrip(".")
        return name != "localhost" and not name.endswith(".localhost")
