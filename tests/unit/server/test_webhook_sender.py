"""To whom events are posted: judged before anything is connected, and no detour is taken."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from fakes.tls_files import server_files
from footfall_server.domain.webhook import SendFailure
from footfall_server.ports import SendFailedError
from footfall_server.webhook_sender import MOST_ANSWER_BYTES, HttpWebhookSender

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
Addresses = Sequence[IPv4Address | IPv6Address]


@dataclass
class Listener:
    """A socket of ours: what came in, connection by connection."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


def answering(status: str = "204 No Content", *headers: str, body: bytes = b"") -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers])
        writer.write(f"{head}\r\n\r\n".encode() + body)
        await writer.drain()

    return reply


@asynccontextmanager
async def listening(reply: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    found = Listener()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                [length] = [
                    int(line.split(b":")[1])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length:")
                ]
                found.requests.append(head + await reader.readexactly(length))
                await reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()


def sender(
    *,
    allow_private: bool = True,
    addresses: Addresses | None = None,
    tls: ssl.SSLContext | None = None,
    asked: list[str] | None = None,
    timeout: float = 5,
) -> HttpWebhookSender:
    async def resolve(host: str, _port: int) -> Addresses:
        if asked is not None:
            asked.append(host)
        if addresses is None:
            raise OSError(host)
        return addresses

    return HttpWebhookSender(
        allow_private=allow_private, timeout=timedelta(seconds=timeout), tls=tls, resolve=resolve
    )


async def failure(of: HttpWebhookSender, url: str) -> SendFailure:
    async with of.to(url) as receiver:
        with pytest.raises(SendFailedError) as told:
            await receiver.post({}, b"{}")
    return told.value.failure


LOCAL = [ip_address("127.0.0.1")]


async def test_the_address_that_was_judged_is_the_one_that_is_connected_to() -> None:
    asked: list[str] = []
    async with listening(answering()) as there:
        of = sender(addresses=LOCAL, asked=asked)
        async with of.to(f"http://shop.example:{there.port}/events?key=1") as receiver:
            assert await receiver.post({"webhook-id": "7"}, b'{"a":1}') == 204
            assert await receiver.post({"webhook-id": "8"}, b"{}") == 204
    assert asked == ["shop.example"], "resolved once: a name that leads elsewhere later changes nothing"
    assert there.connections == 1
    request = there.requests[0].lower()
    assert request.startswith(b"post /events?key=1 http/1.1\r\n")
    assert f"host: shop.example:{there.port}".encode() in request
    assert b"content-type: application/json" in request
    assert b"webhook-id: 7" in request
    assert request.endswith(b'\r\n\r\n{"a":1}')


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
async def test_a_name_that_leads_into_our_networks_is_not_connected_to(addresses: list[str]) -> None:
    found = [ip_address(each) for each in addresses]
    of = sender(allow_private=False, addresses=found)
    assert await failure(of, "https://shop.example/") is SendFailure.ADDRESS_REFUSED


async def test_a_setting_that_was_taken_back_holds_for_old_webhooks() -> None:
    asked: list[str] = []
    of = sender(allow_private=False, addresses=[ip_address("8.8.8.8")], asked=asked)
    for url in ("http://shop.example/", "https://127.0.0.1/", "https://localhost/"):
        assert await failure(of, url) is SendFailure.ADDRESS_REFUSED
    assert asked == []


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    async with listening(answering()) as elsewhere:
        reply = answering("307 Temporary Redirect", f"location: http://127.0.0.1:{elsewhere.port}/")
        async with (
            listening(reply) as there,
            sender(addresses=LOCAL).to(f"http://shop.example:{there.port}/") as receiver,
        ):
            assert await receiver.post({}, b"{}") == 307
        assert elsewhere.connections == 0


async def test_of_a_long_answer_no_more_is_read_than_is_needed() -> None:
    written = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            written += 65536
            await writer.drain()

    async with (
        listening(endless) as there,
        sender(addresses=LOCAL).to(f"http://shop.example:{there.port}/") as receiver,
    ):
        assert await receiver.post({}, b"{}") == 200
    assert MOST_ANSWER_BYTES < written < 100_000_000


async def test_a_receiver_that_trickles_has_no_more_time() -> None:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listening(trickle) as there:
        of = sender(addresses=LOCAL, timeout=0.3)
        assert await failure(of, f"http://shop.example:{there.port}/") is SendFailure.TIMEOUT


async def test_who_is_away_is_told_apart() -> None:
    assert await failure(sender(), "https://nowhere.example/") is SendFailure.NOT_RESOLVED
    assert await failure(sender(addresses=[]), "https://nowhere.example/") is SendFailure.NOT_RESOLVED
    async with listening(answering()) as there:
        port = there.port
    assert await failure(sender(addresses=LOCAL), f"http://shop.example:{port}/") is SendFailure.CONNECTION


async def test_a_certificate_has_to_be_the_names(tmp_path: Path) -> None:
    files = server_files(tmp_path, name="shop.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(files.certificate, files.private_key)
    trusting = ssl.create_default_context(cafile=files.certificate)
    async with listening(answering(), serving) as there:
        of = sender(addresses=LOCAL, tls=trusting)
        async with of.to(f"https://shop.example:{there.port}/") as receiver:
            assert await receiver.post({}, b"{}") == 204
        assert await failure(of, f"https://other.example:{there.port}/") is SendFailure.TLS
        untrusting = sender(addresses=LOCAL)
        assert await failure(untrusting, f"https://shop.example:{there.port}/") is SendFailure.TLS
    assert len(there.requests) == 1


async def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with (
        listening(answering()) as there,
        sender(addresses=LOCAL).to(f"http://shop.example:{there.port}/") as receiver,
    ):
        assert await receiver.post({}, b"{}") == 204
