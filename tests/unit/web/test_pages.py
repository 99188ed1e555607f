import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/live", "/visits/0199", "/sites?x=1"])
async def test_every_route_of_the_console_is_answered_with_its_page(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert 'id="root"' in answer.text
    assert answer.headers["cache-control"] == "no-cache", "an old page would ask for files that are gone"


async def test_each_page_has_its_own_nonce_in_policy_and_meta(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/live") for _ in range(2)]
    for answer, nonce in ((first, "nonce-0"), (second, "nonce-1")):
        assert f'content="{nonce}"' in answer.text
        assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        assert "__CSP_NONCE__" not in answer.text


async def test_the_policy_forbids_inline_scripts_frames_and_foreign_hosts(client: httpx.AsyncClient) -> None:
    policy = dict(
        part.split(" ", 1) for part in (await client.get("/")).headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' blob: data:"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)


async def test_pages_carry_the_security_headers(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["permissions-policy"].startswith("camera=(self)")


@pytest.mark.parametrize(
    "path", ["/assets/gone-123.js", "/robots.txt", "/.vite/manifest.json", "/index.html.map"]
)
async def test_a_file_that_is_not_there_is_not_the_page(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404, "a script that is answered with HTML fails with a riddle"


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../secret"])
async def test_no_path_leads_out_of_the_bundle(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert "root:" not in answer.text
    assert answer.status_code in {200, 404}


async def test_only_reading_is_possible(client: httpx.AsyncClient) -> None:
    assert (await client.post("/live")).status_code == 405
    assert (await client.head("/live")).status_code == 200


async def test_health_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
