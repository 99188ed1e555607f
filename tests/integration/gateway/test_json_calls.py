"""The JSON form of the API: paths, streams as server-sent events, and errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from .conftest import INDEX_PAGE, Gateway, eventually


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=gateway.url, trust_env=False, timeout=20, headers=gateway.signed_in
    ) as made:
        yield made


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The google.rpc.Status in an answer."""
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    status: dict[str, Any] = answer.json()
    return status


def detail_of(answer: httpx.Response, kind: str) -> dict[str, Any]:
    details: list[dict[str, Any]] = error_of(answer)["details"]
    return next(detail for detail in details if detail["@type"].endswith(f"/google.rpc.{kind}"))


def reason_of(answer: httpx.Response) -> str:
    info = detail_of(answer, "ErrorInfo")
    assert info["domain"] == "footfall"
    return str(info["reason"])


async def test_get(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/sites", params={"pageSize": 2})
    assert answer.status_code == 200
    assert [site["displayName"] for site in answer.json()["sites"]] == ["replica-0", "replica-0"]
    assert answer.json()["nextPageToken"] == "", "empty fields are printed"
    assert answer.headers["x-request-id"]


async def test_post(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sites", json={"displayName": "Main Street", "visitGap": "10s"})
    assert answer.status_code == 200
    assert answer.json()["displayName"] == "Main Street"
    assert answer.json()["visitGap"] == "10s"


async def test_bytes_come_raw_with_their_type(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/images/0199a000-0000-7000-8000-000000000000")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


async def test_a_file_in_pieces_comes_whole_and_raw(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/reports/export?startDate=2026-11-01&endDate=2026-11-02")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "start_date,visits\r\n2026-11-01,7\r\n"


@pytest.mark.parametrize(
    ("file_format", "content_type", "data"),
    [
        ("REPORT_FORMAT_PNG", "image/png", b"\x89PNG\r\n\x1a\n\x00\xff"),
        ("REPORT_FORMAT_PDF", "application/pdf", b"%PDF-1.4\n\x00\xff"),
    ],
)
async def test_a_picture_of_a_report_comes_raw_under_its_name(
    client: httpx.AsyncClient, file_format: str, content_type: str, data: bytes
) -> None:
    days = {"startDate": "2026-11-01", "endDate": "2026-11-02"}
    answer = await client.get("/v1/reports/export", params={**days, "format": file_format})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert answer.content == data
    kind = content_type.rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="footfall.{kind}"'


async def test_the_token_reaches_the_core(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/auth/me")
    assert answer.json()["displayName"] == client.headers["authorization"]


async def test_a_stream_comes_as_server_sent_events_one_by_one(client: httpx.AsyncClient) -> None:
    url = "/v1/live?afterRevision=500&topics=TOPIC_VISITS"
    async with client.stream("GET", url, headers={"accept": "text/event-stream"}) as answer:
        seen = []
        lines = answer.aiter_lines()
        for _ in range(3):
            # The core says the next thing only when it is told to, so nothing can have been held back.
            assert (await client.get("/v1/auth/me")).status_code == 200
            async with asyncio.timeout(10):
                line = await anext(lines)
                while not line:
                    line = await anext(lines)
            seen.append(json.loads(line.removeprefix("data: "))["revision"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
    assert seen == ["501", "502", "503"]


async def test_a_stream_that_is_refused_is_an_error(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/live", params={"afterRevision": 5})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == 11
    assert reason_of(answer) == "REVISION_COMPACTED"


async def test_errors_of_the_core_keep_their_details(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sites", json={"displayName": ""})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == 3
    assert reason_of(answer) == "INVALID_FIELD"
    bad = detail_of(answer, "BadRequest")
    assert bad["fieldViolations"][0]["field"] == "site.display_name"


async def test_not_found_keeps_its_status(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/visits/0199a000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert reason_of(answer) == "VISIT_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        '{"displayName": "Vertraulich',
        "Vertraulich",
        '{"visitGap": "Vertraulich"}',
        '{"displayName": ["Vertraulich"]}',
        '{"displayName": 7}',
        "[1]",
        '{"a":' * 2000,
    ],
    ids=["open string", "no json", "no duration", "list for text", "number for text", "list", "deep"],
)
async def test_malformed_json(client: httpx.AsyncClient, body: str) -> None:
    """What is said helps, and quotes nothing of the body, which may hold a password or a face."""
    answer = await client.post("/v1/sites", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == 3
    assert error_of(answer)["message"].startswith("The body is not the JSON of this method's message.")
    assert "Vertraulich" not in answer.text
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_unknown_path(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/unicorns")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == 5
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_unknown_verb(client: httpx.AsyncClient) -> None:
    answer = await client.put("/v1/sites", json={})
    assert answer.status_code == 404
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_unknown_query_parameter(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/sites", params={"colour": "red"})
    assert answer.status_code == 400
    assert "colour" in error_of(answer)["message"]
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_query_parameter_of_another_type(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/sites", params={"pageSize": "many"})
    assert answer.status_code == 400
    assert "page_size" in error_of(answer)["message"]
    assert reason_of(answer) == "MALFORMED_REQUEST"


@pytest.mark.parametrize(("path", "headers"), [("/v1/sites/a%2Fb", {}), ("/v1/sites", {"odd_name": "1"})])
async def test_paths_and_headers_that_are_refused(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 400
    assert error_of(answer)["message"] == "The request's path or headers are not well-formed."
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_oversized_body(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sites", json={"displayName": "x" * 70_000})
    assert answer.status_code == 413
    assert "65536 bytes" in error_of(answer)["message"]
    assert reason_of(answer) == "MALFORMED_REQUEST"


async def test_everything_else_is_the_console(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.text == INDEX_PAGE


async def test_health_needs_no_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200


async def test_other_origins_get_no_permission(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/sites", headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_the_access_log_holds_no_secrets(client: httpx.AsyncClient, gateway: Gateway) -> None:
    answer = await client.get("/v1/sites", params={"pageToken": "canned-page-token"})
    request_id = answer.headers["x-request-id"]

    async def logged() -> bool:
        return request_id in gateway.access_log.read_text()

    await eventually(logged, "an entry in the access log")
    log = gateway.access_log.read_text()
    assert client.headers["authorization"].removeprefix("Bearer ") not in log
    assert "canned-page-token" not in log
    entry = next(json.loads(line) for line in log.splitlines() if request_id in line)
    assert entry["path"] == "/v1/sites"
    assert entry["status"] == 200
