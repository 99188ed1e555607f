"""Where events are never sent: this machine, its networks, and what leads there in disguise."""

from ipaddress import ip_address

import pytest
from footfall_server.domain.receiver_address import fault_of_url, is_public, may_be_sent_to

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - what is refused
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:a00:1::1",
]
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", PRIVATE)
def test_no_address_of_ours_is_public(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not may_be_sent_to(ip_address(text), allow_private=False)


@pytest.mark.parametrize("text", PUBLIC)
def test_addresses_of_the_internet_are(text: str) -> None:
    assert may_be_sent_to(ip_address(text), allow_private=False)


def test_whoever_allows_private_addresses_allows_these_and_not_all() -> None:
    for text in ("127.0.0.1", "10.0.0.1", "169.254.1.1", "::1", "fd12::1"):
        assert may_be_sent_to(ip_address(text), allow_private=True)
    for text in ("224.0.0.1", "0.0.0.0", "::", "ff02::1"):  # noqa: S104 - what is refused
        assert not may_be_sent_to(ip_address(text), allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "shop.example/events",
        "//shop.example/",
        "https://",
        "https:///events",
        "https://user@shop.example/",
        "https://user:pass@shop.example/",
        "https://shop.example/#part",
        "https://shop.example/#",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example/ events",
        "https://shop.example/\r\nhost: other",
        "https://shöp.example/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://x.localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    assert fault_of_url(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example:8443/events?key=1",
        "https://xn--shp-fla.example/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]:444/x",
    ],
)
def test_urls_that_are_taken(url: str) -> None:
    assert fault_of_url(url, allow_private=False) is None


def test_with_private_addresses_goes_http() -> None:
    assert fault_of_url("http://127.0.0.1:8080/x", allow_private=True) is None
    assert fault_of_url("http://localhost/x", allow_private=True) is None
    assert fault_of_url("file:///etc/passwd", allow_private=True)
