import httpx
import pytest
from footfall_web.bundle import accepted_encodings

SCRIPT = "/assets/index-abc.js"


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
    ],
)
async def test_the_best_built_encoding_is_served(
    client: httpx.AsyncClient, accept: str, encoding: str | None
) -> None:
    async with client.stream("GET", SCRIPT, headers={"accept-encoding": accept}) as answer:
        body = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)
    if encoding == "br":
        assert body == b"brotli bytes"


async def test_assets_never_change_and_other_files_are_asked_for_again(client: httpx.AsyncClient) -> None:
    script = await client.get(SCRIPT, headers={"accept-encoding": "gzip"})
    icon = await client.get("/favicon.svg")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert icon.headers["cache-control"] == "no-cache"
    assert icon.headers["content-type"] == "image/svg+xml"


async def test_a_known_etag_is_answered_without_a_body(client: httpx.AsyncClient) -> None:
    etag = (await client.get("/favicon.svg")).headers["etag"]
    answer = await client.get("/favicon.svg", headers={"if-none-match": f'"other", {etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_each_encoding_has_its_own_etag(client: httpx.AsyncClient) -> None:
    etags = set()
    for accept in ("br", "gzip", "identity"):
        async with client.stream("GET", SCRIPT, headers={"accept-encoding": accept}) as answer:
            etags.add(answer.headers["etag"])
    assert len(etags) == 3


@pytest.mark.parametrize("path", [f"{SCRIPT}.br", f"{SCRIPT}.gz"])
async def test_compressed_siblings_are_no_files_of_their_own(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("", set()),
        ("BR", {"br"}),
        ("gzip; q=0.000, br; q=0.001", {"br"}),
        (" , gzip ,", {"gzip"}),
    ],
)
def test_accept_encoding_is_parsed(header: str, names: set[str]) -> None:
    assert accepted_encodings(header) == names
