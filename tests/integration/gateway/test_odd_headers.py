"""Headers that HTTP allows and gRPC does not: nobody makes the core fail by one."""

import asyncio
import json

import pytest

from .conftest import HOST, Gateway

ODD: dict[str, bytes] = {
    "a name with a dollar": b"$mf8: 1",
    "a name with a hash": b"i3#c~: 1",
    "a name with an apostrophe": b"n'f: 1",
    "one odd letter": b"!: 1",
    "a name in upper case": b"X-Shop: 1",
    "a value outside ASCII": "x-shop: Süd".encode(),
    "a value that is no UTF-8": b"x-shop: \xff\xfe",
    "a control character": b"x-shop: a\x01b",
    "a tab": b"x-shop: a\tb",
    "a binary header that is no base64": b"x-shop-bin: %%%",
    "an odd timeout": b"grpc-timeout: soon",
    "a binary header": b"x-shop-bin: AAAA",
    "a timeout that is too long": b"grpc-timeout: 999999999S",
    "an odd encoding": b"grpc-encoding: \xff",
    "an unknown encoding": b"grpc-encoding: br",
    "an encoding": b"grpc-encoding: gzip",
    "an odd accepted encoding": b"grpc-accept-encoding: zip, \xff",
    "te": b"te: gzip",
    "a status": b"grpc-status: 99",
    "an empty token": b"authorization: ",
    "a token outside ASCII": "authorization: Bearer ü".encode(),
    "an agent outside ASCII": "user-agent: ü".encode(),
    "an id outside ASCII": "x-request-id: ü".encode(),
    "a trace outside ASCII": "traceparent: ü".encode(),
}


async def said(gateway: Gateway, header: bytes) -> tuple[int, bytes]:
    """The status and the body that a request with a header as it stands is answered with."""
    reader, writer = await asyncio.open_connection(HOST, gateway.port)
    lines = [b"GET /v1/sites HTTP/1.1", b"host: shop.example", b"connection: close", header]
    if not header.startswith(b"authorization"):
        lines.append(b"authorization: Bearer " + gateway.tokens.token().encode())
    try:
        writer.write(b"\r\n".join([*lines, b"", b""]))
        async with asyncio.timeout(30):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    finally:
        writer.close()
    return int(head.split(b" ", 2)[1]), body


@pytest.mark.parametrize("case", ODD)
async def test_an_odd_header_is_dropped_or_refused(gateway: Gateway, case: str) -> None:
    status, body = await said(gateway, ODD[case])
    assert status < 500, body
    if status != 200:
        details = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["details"]
        bad_token = ODD[case].startswith(b"authorization")
        assert details[0]["reason"] == ("UNAUTHENTICATED" if bad_token else "MALFORMED_REQUEST")
        assert None not in details[0].get("metadata", {}).values(), "what is not known is left out"
