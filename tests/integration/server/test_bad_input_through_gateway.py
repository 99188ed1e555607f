"""Bad input as JSON, through a real Envoy to a real core: the status, what is said, nothing recorded."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from fakes.shop import AUDIENCE, ISSUER, Shop
from fakes.wire_events import JPEG, embedding_of
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from gateway_door import MAX_BODY, Door, Event, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

MARKER = "Q7-vertraulich-Q7"

Change = Callable[[Event], object]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """A core with fakes for its stores, and Envoy before it."""
    async with open_door(tmp_path_factory.mktemp("door")) as door:
        yield door


def status_of(answer: httpx.Response) -> dict[str, Any]:
    """The google.rpc.Status in an answer, which has to be one with ErrorInfo of ours."""
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    status: dict[str, Any] = answer.json()
    assert status["message"], "nothing is said for people"
    assert detail(status, "ErrorInfo")["domain"] == "footfall"
    return status


def detail(status: dict[str, Any], kind: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        each for each in status["details"] if each["@type"].endswith(f"/google.rpc.{kind}")
    ]
    assert len(found) == 1, f"{kind} is missing in {status}"
    return found[0]


def reason_of(answer: httpx.Response) -> str:
    return str(detail(status_of(answer), "ErrorInfo")["reason"])


def fields_of(answer: httpx.Response) -> list[str]:
    return [each["field"] for each in detail(status_of(answer), "BadRequest")["fieldViolations"]]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def with_crop(crop: bytes) -> Change:
    return lambda event: event.update(cropJpeg=b64(crop))


def with_vector(vector: bytes) -> Change:
    return lambda event: event["embedding"].update(vector=b64(vector))


BAD_FIELDS: dict[str, tuple[Change, str]] = {
    "wrong dimension": (with_vector(embedding_of(1)[:1024]), "event.embedding.vector"),
    "part of a value": (with_vector(embedding_of(1) + b"\0"), "event.embedding.vector"),
    "NaN embedding": (with_vector(b"\0\0\xc0\x7f" * 512), "event.embedding.vector"),
    "not normalised": (with_vector(b"\0\0\x80\x3f" * 512), "event.embedding.vector"),
    "no vector": (lambda event: event["embedding"].pop("vector"), "event.embedding.vector"),
    "NaN score": (lambda event: event["quality"].update(score="NaN"), "event.quality.score"),
    "score above 1": (lambda event: event.update(detectionScore=1.5), "event.detection_score"),
    "unknown enum number": (lambda event: event["quality"].update(reasons=[99]), "event.quality.reasons[0]"),
    "no id": (lambda event: event.update(cameraId=MARKER), "event.camera_id"),
    "no time": (lambda event: event.pop("firstSeenTime"), "event.first_seen_time"),
    "oversized crop": (with_crop(JPEG + MARKER.encode() + b"\0" * 65536), "event.crop_jpeg"),
    "no JPEG": (with_crop(b"GIF89a" + MARKER.encode()), "event.crop_jpeg"),
}


@pytest.mark.parametrize("case", BAD_FIELDS)
async def test_a_bad_field_is_named(door: Door, case: str) -> None:
    change, field = BAD_FIELDS[case]
    event = door.event()
    change(event)
    before = door.shop.snapshot()
    answer = await door.send("POST", "/v1/events/face", token=door.shop.token(Role.WORKER), body=event)
    assert answer.status_code == 400
    assert status_of(answer)["code"] == 3
    assert (reason_of(answer), set(fields_of(answer))) == ("INVALID_FIELD", {field})
    assert MARKER not in answer.text
    assert door.shop.snapshot() == before


@pytest.mark.parametrize("case", ["unknown camera", "other tenant's camera", "other site's camera"])
async def test_a_camera_that_is_not_the_senders_is_not_there(door: Door, case: str) -> None:
    camera_id = {
        "unknown camera": new_id(),
        "other tenant's camera": door.shop.foreign.camera.camera_id,
        "other site's camera": door.shop.own.other_camera.camera_id,
    }[case]
    event = {**door.event(), "cameraId": str(camera_id)}
    before = door.shop.snapshot()
    for path, body in (("/v1/events/face", event), ("/v1/events/face/batch", {"events": [event]})):
        answer = await door.send("POST", path, token=door.shop.token(Role.WORKER), body=body)
        assert (answer.status_code, reason_of(answer)) == (404, "CAMERA_NOT_FOUND")
        assert detail(status_of(answer), "ErrorInfo")["metadata"] == {"camera_id": str(camera_id)}
    assert door.shop.snapshot() == before


MALFORMED: dict[str, bytes] = {
    "not JSON": MARKER.encode(),
    "cut off": b'{"eventId": "' + MARKER.encode(),
    "a list": b'["' + MARKER.encode() + b'"]',
    "number for text": b'{"eventId": 7}',
    "text for number": b'{"detectionScore": "' + MARKER.encode() + b'"}',
    "text for message": b'{"embedding": "' + MARKER.encode() + b'"}',
    "no base64": b'{"embedding": {"vector": "%%%' + MARKER.encode() + b'"}}',
    "no time": b'{"firstSeenTime": "' + MARKER.encode() + b'"}',
    "no enum value": b'{"quality": {"reasons": ["' + MARKER.encode() + b'"]}}',
    "no UTF-8": b'{"eventId": "\xff\xfe' + MARKER.encode() + b'"}',
    "bare NaN": b'{"detectionScore": NaN}',
    "too deep": b'{"a":' * 5000,
}


@pytest.mark.parametrize("case", MALFORMED)
async def test_malformed_json_is_refused_and_not_quoted(door: Door, case: str) -> None:
    before = door.shop.snapshot()
    answer = await door.send(
        "POST", "/v1/events/face", token=door.shop.token(Role.WORKER), content=MALFORMED[case]
    )
    assert (answer.status_code, reason_of(answer)) == (400, "MALFORMED_REQUEST")
    assert status_of(answer)["code"] == 3
    assert MARKER not in answer.text
    assert door.shop.snapshot() == before


@pytest.mark.parametrize("in_pieces", [False, True], ids=["with a length", "in pieces"])
async def test_an_oversized_body_is_refused_before_the_core(door: Door, *, in_pieces: bool) -> None:
    body = json.dumps({**door.event(), "cropJpeg": b64(JPEG + b"\0" * MAX_BODY)}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    before = door.shop.snapshot()
    content = pieces() if in_pieces else body
    answer = await door.send("POST", "/v1/events/face", token=door.shop.token(Role.WORKER), content=content)
    assert (answer.status_code, reason_of(answer)) == (413, "MALFORMED_REQUEST")
    assert f"{MAX_BODY} bytes" in status_of(answer)["message"]
    assert door.shop.snapshot() == before


async def test_a_batch_of_many_bad_events_is_still_answered_in_full(door: Door) -> None:
    before = door.shop.snapshot()
    answer = await door.send(
        "POST", "/v1/events/face/batch", token=door.shop.token(Role.WORKER), body={"events": [{}] * 64}
    )
    assert (answer.status_code, reason_of(answer)) == (400, "INVALID_FIELD")
    assert len(fields_of(answer)) == 16
    assert status_of(answer)["message"].endswith("; and 240 more")
    assert door.shop.snapshot() == before


BAD_REQUESTS: dict[str, tuple[str, str, dict[str, object] | None, str]] = {
    "zone": ("POST", "/v1/sites", {"displayName": "x", "timeZone": "+02:00"}, "site.time_zone"),
    "gap": ("POST", "/v1/sites", {"displayName": "x", "visitGap": "86401s"}, "site.visit_gap"),
    "blank name": ("POST", "/v1/sites", {"displayName": "  "}, "site.display_name"),
    "control characters": ("POST", "/v1/sites", {"displayName": "a\u0007b"}, "site.display_name"),
    "request id": ("POST", "/v1/sites?requestId=7", {"displayName": "x"}, "request_id"),
    "page size": ("GET", "/v1/sites?pageSize=-1", None, "page_size"),
    "page token": ("GET", "/v1/sites?pageToken=AAAA", None, "page_token"),
    "site id": ("GET", "/v1/sites/7", None, "site_id"),
    "visit id": ("GET", "/v1/visits/7", None, "visit_id"),
    "image id": ("GET", "/v1/images/7", None, "image_id"),
    "watched site": ("GET", "/v1/live?siteId=7", None, "site_id"),
    "watched revision": ("GET", "/v1/live?afterRevision=-1", None, "after_revision"),
    "source": (
        "POST",
        "/v1/cameras",
        {"siteId": str(new_id()), "displayName": "x", "sourceUrl": f"ftp://a:{MARKER}@b/"},
        "camera.source_url",
    ),
}


@pytest.mark.parametrize("case", BAD_REQUESTS)
async def test_bad_requests_of_people_name_their_field(door: Door, case: str) -> None:
    method, path, body, field = BAD_REQUESTS[case]
    before = door.shop.snapshot()
    answer = await door.send(method, path, token=door.shop.token(Role.TENANT_ADMIN), body=body)
    assert (answer.status_code, fields_of(answer)) == (400, [field])
    assert MARKER not in answer.text
    assert door.shop.snapshot() == before


async def test_bad_credentials_are_not_quoted(door: Door) -> None:
    for credentials, status, reason in (
        ({"password": {"email": "a@b.example", "password": MARKER}}, 401, "BAD_CREDENTIALS"),
        ({"password": {"email": MARKER, "password": MARKER}}, 400, "INVALID_FIELD"),
        ({"apiKey": f"ffk_{MARKER}"}, 401, "BAD_CREDENTIALS"),
        ({}, 400, "INVALID_FIELD"),
    ):
        answer = await door.send("POST", "/v1/auth/token", token=None, body=credentials)
        assert (answer.status_code, reason_of(answer)) == (status, reason)
        assert MARKER not in answer.text


def claims(shop: Shop, *, lifetime: timedelta = timedelta(minutes=10)) -> dict[str, object]:
    now = shop.clock.now().timestamp()
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(new_id()),
        "iat": int(now) - 1800,
        "nbf": int(now) - 1800,
        "exp": int(now + lifetime.total_seconds()),
        "jti": str(new_id()),
        "role": "worker",
        "tenant_id": str(shop.own.tenant.tenant_id),
        "site_ids": [str(shop.own.site.site_id)],
    }


def tokens(shop: Shop, folder: Path) -> dict[str, str]:
    """A good token and those that are not to be believed, made of the same claims."""
    ours = shop.keys.newest
    generate_key(folder, at=datetime(2026, 1, 2, tzinfo=UTC))
    strangers = load_keys(folder).newest
    pem = ours.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    head = {"kid": ours.kid}
    confused = f"{part({'alg': 'HS256', 'typ': 'JWT', **head})}.{part(claims(shop))}"
    tag = base64.urlsafe_b64encode(hmac.digest(pem, confused.encode(), hashlib.sha256)).rstrip(b"=").decode()
    good = jwt.encode(claims(shop), ours.private, algorithm="RS256", headers=head)
    expired = claims(shop, lifetime=timedelta(minutes=-10))
    return {
        "good": good,
        "expired": jwt.encode(expired, ours.private, algorithm="RS256", headers=head),
        "another key": jwt.encode(claims(shop), strangers.private, algorithm="RS256", headers=head),
        "no signature": f"{part({'alg': 'none', 'typ': 'JWT', **head})}.{part(claims(shop))}.",
        "public key as secret": f"{confused}.{tag}",
        "tampered": f"{good[:-8]}AAAAAAAA",
        "no token at all": MARKER,
    }


async def test_tokens_that_are_not_to_be_believed(door: Door, tmp_path: Path) -> None:
    event = door.event()
    made = tokens(door.shop, tmp_path)
    good = made.pop("good")
    before = door.shop.snapshot()
    said = set()
    for name, token in [*made.items(), ("none", None)]:
        for method, path, body in (("POST", "/v1/events/face", event), ("GET", "/v1/live", None)):
            answer = await door.send(method, path, token=token, body=body)
            assert (answer.status_code, reason_of(answer)) == (401, "UNAUTHENTICATED"), name
            assert status_of(answer)["code"] == 16
            assert token is None or token not in answer.text
            said.add(status_of(answer)["message"])
    assert len(said) == 1, f"what was wrong is told: {said}"
    assert door.shop.snapshot() == before
    answer = await door.send("POST", "/v1/events/face", token=good, body=event)
    assert answer.status_code == 200, "the same event with a good token"
    assert door.shop.snapshot() != before


async def test_every_path_of_customers_leads_to_its_method(door: Door) -> None:
    """Good input comes through as well: paths with verbs after a colon, and deletions."""
    token = door.shop.token(Role.TENANT_ADMIN)

    async def said(method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = await door.send(method, path, token=token, body=body)
        return dict(answer.json()) if answer.is_success else {"reason": reason_of(answer)}

    def reason_of(answer: httpx.Response) -> str:
        return str(detail(status_of(answer), "ErrorInfo")["reason"])

    one, two = [await said("POST", "/v1/customers", {"displayName": name}) for name in ("Ann", "")]
    path = f"/v1/customers/{one['customerId']}"
    assert (await said("GET", path))["displayName"] == "Ann"
    renamed = await said("PATCH", f"{path}?updateMask=displayName,kind", {"kind": "CUSTOMER_KIND_STAFF"})
    assert (renamed["displayName"], renamed["kind"]) == ("", "CUSTOMER_KIND_STAFF")
    listed = await said("GET", "/v1/customers?kind=CUSTOMER_KIND_STAFF")
    assert [each["customerId"] for each in listed["customers"]] == [one["customerId"]]
    assert (await said("GET", f"{path}/sightings"))["sightings"] == []
    assert await said("POST", f"{path}/distinct", {"otherCustomerId": two["customerId"]}) == {}
    assert await said("DELETE", f"{path}/distinct/{two['customerId']}") == {}
    sources = {"sourceCustomerIds": [two["customerId"]]}
    assert (await said("POST", f"{path}/merge", {**sources, "validateOnly": True}))["mergeId"] == ""
    merge = await said("POST", f"{path}/merge", sources)
    assert (await said("GET", "/v1/merges"))["merges"][0]["mergeId"] == merge["mergeId"]
    assert "undoTime" in await said("POST", f"/v1/merges/{merge['mergeId']}/undo", {})
    split = {"trackIds": [str(new_id())]}
    assert await said("POST", f"{path}/split", split) == {"reason": "INVALID_FIELD"}
    assert (await said("GET", "/v1/merge-suggestions"))["suggestions"] == []
    found = await said("POST", "/v1/merge-suggestions:refresh", {})
    assert found.keys() == {"suggestionCount", "customerCount", "waitingCount"}
    for verb in ("accept", "dismiss"):
        answered = await said("POST", f"/v1/merge-suggestions/{new_id()}:{verb}", {})
        assert answered == {"reason": "SUGGESTION_NOT_FOUND"}
    assert await said("DELETE", path) == {}
    assert await said("GET", path) == {"reason": "CUSTOMER_NOT_FOUND"}
