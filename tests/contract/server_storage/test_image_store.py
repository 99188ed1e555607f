"""Contract of the image store, on the fake and on a real S3 server."""

import http.client
import io
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from fakes.memory_images import MemoryImages
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import ImageStore, StoredObject
from footfall_server.ports.images import LifeCycleCheck
from footfall_server.storage.s3 import S3ImageStore, S3Limits
from footfall_server.storage.s3_buckets import DERIVED_SUFFIX, RAW_SUFFIX
from minio import Minio
from minio.commonconfig import ENABLED as MINIO_ENABLED
from minio.commonconfig import Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.versioningconfig import ENABLED, VersioningConfig
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64
ANNOUNCED = StoredObject(len(JPEG), "image/jpeg")


@pytest.fixture(params=["memory", "s3"])
def endpoint(request: pytest.FixtureRequest) -> S3Endpoint | None:
    if request.param == "memory":
        return None
    found = request.getfixturevalue("s3_endpoint")
    assert isinstance(found, S3Endpoint)
    return found


@pytest.fixture
async def store(endpoint: S3Endpoint | None) -> AsyncIterator[ImageStore]:
    if endpoint is None:
        yield MemoryImages()
        return
    real = _real(endpoint)
    await real.prepare()
    yield real
    await real.close()


@pytest.fixture
def key() -> str:
    return f"tenants/{secrets.token_hex(8)}/faces/{secrets.token_hex(8)}.jpg"


def _real(endpoint: S3Endpoint, bucket: str | None = None, public: str | None = None) -> S3ImageStore:
    return S3ImageStore(
        endpoint=endpoint.endpoint,
        access_key=endpoint.access_key,
        secret_key=endpoint.secret_key,
        bucket=bucket or endpoint.bucket,
        public_endpoint=public,
        limits=S3Limits(connect_timeout=timedelta(seconds=1), retries=1),
    )


def _send(method: str, url: str, body: bytes | None = None, content_type: str = "image/jpeg") -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, {"Content-Type": content_type})
        return connection.getresponse().status
    finally:
        connection.close()


async def test_what_is_put_comes_back_until_it_is_deleted(store: ImageStore, key: str) -> None:
    await store.put(key, JPEG, "image/jpeg")
    assert await store.get(key) == JPEG
    assert await store.stat(key) == StoredObject(len(JPEG), "image/jpeg")
    await store.put(key, JPEG[:100], "image/jpeg")
    assert await store.get(key) == JPEG[:100]
    await store.delete(key)
    assert await store.get(key) is None
    assert await store.stat(key) is None


async def test_what_is_not_there_is_no_failure(store: ImageStore, key: str) -> None:
    assert await store.get(key) is None
    assert await store.stat(key) is None
    await store.delete(key)


async def test_a_url_is_made_for_the_key(store: ImageStore, key: str) -> None:
    url = await store.presign_put(key, timedelta(minutes=5), ANNOUNCED)
    assert urlsplit(url).scheme in {"http", "https"}
    assert key in urlsplit(url).path


async def test_a_url_is_never_made_for_long(store: ImageStore, key: str) -> None:
    for lifetime in (timedelta(minutes=10, seconds=1), timedelta(days=7), timedelta(0)):
        with pytest.raises(ValueError, match="lives at most"):
            await store.presign_put(key, lifetime, ANNOUNCED)


async def test_a_folder_is_deleted_with_all_in_it_and_nothing_beside(store: ImageStore) -> None:
    mark = secrets.token_hex(8)
    inside = [f"tenants/{mark}/sites/{number}/faces/a.jpg" for number in range(5)]
    beside = [f"tenants/{mark}0/faces/a.jpg", f"tenants/x{mark}/faces/a.jpg"]
    for each in (*inside, *beside):
        await store.put(each, JPEG, "image/jpeg")
    assert await store.keys(f"tenants/{mark}/") == inside
    assert await store.delete_all(f"tenants/{mark}/") == len(inside)
    assert await store.keys(f"tenants/{mark}/") == []
    assert [await store.get(each) for each in inside] == [None] * len(inside)
    assert [await store.get(each) for each in beside] == [JPEG] * len(beside)
    assert await store.delete_all(f"tenants/{mark}/") == 0, "again it does no harm"
    for reaching_further in ("", "/", f"tenants/{mark}"):
        with pytest.raises(ValueError, match="ends with a slash"):
            await store.delete_all(reaching_further)
        with pytest.raises(ValueError, match="ends with a slash"):
            await store.keys(reaching_further)


async def test_what_is_erased_is_gone_and_what_begins_alike_stays(store: ImageStore, key: str) -> None:
    beside = f"{key}.old"
    for each in (key, beside):
        await store.put(each, JPEG, "image/jpeg")
    assert await store.erase([key, f"{key}-never"]) == 0
    assert await store.get(key) is None
    assert await store.get(beside) == JPEG
    assert await store.erase([]) == 0


async def test_preparing_again_changes_nothing(store: ImageStore, key: str) -> None:
    await store.put(key, JPEG, "image/jpeg")
    await store.prepare()
    assert await store.get(key) == JPEG


async def test_a_presigned_url_takes_this_object_and_no_other(s3_endpoint: S3Endpoint, key: str) -> None:
    store = _real(s3_endpoint)
    await store.prepare()
    url = await store.presign_put(key, timedelta(minutes=5), ANNOUNCED)
    assert _send("PUT", url, JPEG) == http.client.OK
    assert await store.stat(key) == StoredObject(len(JPEG), "image/jpeg")
    other = url.replace(key, key + "x")
    assert _send("PUT", other, JPEG) == http.client.FORBIDDEN
    for method in ("GET", "HEAD", "DELETE", "POST"):
        answered = _send(method, url)
        refused = {http.client.FORBIDDEN, http.client.METHOD_NOT_ALLOWED}
        assert answered in refused, f"a URL to write lets {method} through: {answered}"
    assert await store.get(key) == JPEG
    await store.close()


async def test_a_presigned_url_lists_nothing(s3_endpoint: S3Endpoint, key: str) -> None:
    store = _real(s3_endpoint)
    await store.prepare()
    await store.put(key, JPEG, "image/jpeg")
    parts = urlsplit(await store.presign_put(key, timedelta(minutes=5), ANNOUNCED))
    server = f"{parts.scheme}://{parts.netloc}"
    bucket = f"{server}/{s3_endpoint.bucket}{RAW_SUFFIX}"
    assert parts.path.startswith(urlsplit(bucket).path)
    for address in (
        bucket,
        f"{bucket}/",
        f"{bucket}/tenants/",
        f"{server}/{s3_endpoint.bucket}/",
        f"{server}/",
    ):
        for query in (parts.query, f"list-type=2&{parts.query}", "list-type=2", ""):
            answered = _send("GET", f"{address}?{query}")
            assert answered == http.client.FORBIDDEN, f"{address} was listed with {query!r}: {answered}"
    await store.close()


async def test_a_presigned_url_ends(s3_endpoint: S3Endpoint, key: str) -> None:
    store = _real(s3_endpoint)
    await store.prepare()
    url = await store.presign_put(key, timedelta(minutes=10), ANNOUNCED)
    # An hour ago it was signed: made by the same signer, whose clock is the only thing that is not now.
    earlier = datetime.now(UTC) - timedelta(hours=1)
    old = store._signer.get_presigned_url(
        "PUT", f"{s3_endpoint.bucket}{RAW_SUFFIX}", key, expires=timedelta(minutes=10), request_date=earlier
    )
    assert _send("PUT", old, JPEG) == http.client.FORBIDDEN
    longer = url.replace("X-Amz-Expires=600", "X-Amz-Expires=604800")
    assert longer != url
    assert _send("PUT", longer, JPEG) == http.client.FORBIDDEN, "its end is part of what is signed"
    assert _send("PUT", url, JPEG) == http.client.OK
    await store.close()


@pytest.mark.parametrize(
    ("data", "content_type"),
    [(JPEG + b"x", "image/jpeg"), (JPEG * 200, "image/jpeg"), (JPEG[:-1], "image/jpeg"), (JPEG, "text/html")],
    ids=["one byte more", "much more", "less", "another type"],
)
async def test_a_presigned_url_takes_only_what_was_announced(
    s3_endpoint: S3Endpoint, key: str, data: bytes, content_type: str
) -> None:
    store = _real(s3_endpoint)
    await store.prepare()
    url = await store.presign_put(key, timedelta(minutes=5), ANNOUNCED)
    assert _send("PUT", url, data, content_type) == http.client.FORBIDDEN
    assert await store.stat(key) is None, "something stayed in the store"
    await store.close()


async def test_a_url_that_was_tampered_with_is_worth_nothing(s3_endpoint: S3Endpoint, key: str) -> None:
    store = _real(s3_endpoint)
    await store.prepare()
    url = await store.presign_put(key, timedelta(minutes=5), ANNOUNCED)
    for old, new in (("content-length%3B", ""), ("X-Amz-Expires=300", "X-Amz-Expires=3000")):
        assert old in url
        assert _send("PUT", url.replace(old, new), JPEG) == http.client.FORBIDDEN
    assert await store.stat(key) is None
    await store.close()


def _client(endpoint: S3Endpoint) -> Minio:
    return Minio(
        endpoint.endpoint, access_key=endpoint.access_key, secret_key=endpoint.secret_key, secure=False
    )


def _rules(client: Minio, bucket: str) -> Mapping[str | None, int | None]:
    """For how many days what begins with a prefix is kept; None where only old versions go."""
    lifecycle = client.get_bucket_lifecycle(bucket)
    assert lifecycle is not None
    return {
        rule.rule_filter.prefix: rule.expiration.days if rule.expiration else None for rule in lifecycle.rules
    }


async def test_new_buckets_are_private_and_forget(s3_endpoint: S3Endpoint, key: str) -> None:
    bucket = f"faces-{secrets.token_hex(4)}"
    store = _real(s3_endpoint, bucket)
    await store.prepare()
    portrait, record = key.replace("tenants/", "staff/"), key.replace("tenants/", "imports/")
    for each, place in ((key, RAW_SUFFIX), (portrait, DERIVED_SUFFIX), (record, "")):
        await store.put(each, JPEG, "image/jpeg")
        address = f"http://{s3_endpoint.endpoint}/{bucket}{place}/{each}"
        assert _send("GET", address) == http.client.FORBIDDEN
        assert _client(s3_endpoint).stat_object(f"{bucket}{place}", each).size == len(JPEG)
    client = _client(s3_endpoint)
    assert _rules(client, f"{bucket}{RAW_SUFFIX}") == {"tenants/": 30}
    assert _rules(client, f"{bucket}{DERIVED_SUFFIX}") == {"staff/": None}
    assert _rules(client, bucket) == {"tenants/": 30, "imports/": 1, "staff/": None}
    await store.close()


async def test_what_was_there_before_there_were_more_buckets_is_there(
    s3_endpoint: S3Endpoint, key: str
) -> None:
    """Put as an older release did, into the one bucket; found, shown, listed and deleted by this one."""
    bucket = f"faces-{secrets.token_hex(4)}"
    store, client = _real(s3_endpoint, bucket), _client(s3_endpoint)
    client.make_bucket(bucket)
    portrait = key.replace("tenants/", "staff/")
    old = [key, f"{key}.2", portrait]
    for each in old:
        client.put_object(bucket, each, io.BytesIO(JPEG), len(JPEG), content_type="image/jpeg")
    assert await store.get(key) == JPEG, "before a core of this release made its buckets"
    assert await store.keys("tenants/") == old[:2]
    await store.prepare()
    await store.put(f"{key}.3", JPEG, "image/jpeg")
    assert [await store.stat(each) for each in old] == [StoredObject(len(JPEG), "image/jpeg")] * 3
    assert await store.keys("tenants/") == [*old[:2], f"{key}.3"]
    assert {each.key: each.place for each in await store.versions("tenants/")} == {
        key: bucket,
        f"{key}.2": bucket,
        f"{key}.3": f"{bucket}{RAW_SUFFIX}",
    }
    await store.put(key, JPEG[:100], "image/jpeg")
    assert await store.get(key) == JPEG[:100], "the newer one is shown"
    await store.delete(key)
    assert await store.get(key) is None, "and both go"
    assert await store.erase([f"{key}.2"]) == 0
    assert await store.delete_versions(await store.versions("tenants/")) == 0
    assert await store.keys("tenants/") == []
    assert await store.delete_all("staff/") == 1
    assert [*client.list_objects(bucket, recursive=True)] == []
    await store.close()


async def test_deleting_leaves_no_mark_where_nothing_was(s3_endpoint: S3Endpoint, key: str) -> None:
    bucket = f"faces-{secrets.token_hex(4)}"
    store, client = _real(s3_endpoint, bucket), _client(s3_endpoint)
    await store.prepare()
    client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    await store.put(key, JPEG, "image/jpeg")
    await store.delete(key)
    assert await store.versions("tenants/") == []
    await store.close()


async def test_a_life_cycle_that_was_removed_comes_back(s3_endpoint: S3Endpoint) -> None:
    bucket = f"faces-{secrets.token_hex(4)}"
    store, client = _real(s3_endpoint, bucket), _client(s3_endpoint)
    await store.prepare()
    assert await store.keep_life_cycle() == LifeCycleCheck()
    before = {each: _rules(client, each) for each in (bucket, f"{bucket}{RAW_SUFFIX}")}
    client.delete_bucket_lifecycle(f"{bucket}{RAW_SUFFIX}")
    longer = LifecycleConfig(
        [Rule(MINIO_ENABLED, rule_filter=Filter(prefix="tenants/"), expiration=Expiration(days=365))]
    )
    client.set_bucket_lifecycle(bucket, longer)
    assert await store.keep_life_cycle() == LifeCycleCheck(restored=4)
    assert {each: _rules(client, each) for each in before} == before
    assert await store.keep_life_cycle() == LifeCycleCheck()
    await store.close()


async def test_a_life_cycle_that_the_store_refuses_is_missing(
    s3_endpoint: S3Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = f"faces-{secrets.token_hex(4)}"
    store, client = _real(s3_endpoint, bucket), _client(s3_endpoint)
    await store.prepare()
    client.delete_bucket_lifecycle(f"{bucket}{RAW_SUFFIX}")
    monkeypatch.setattr(store._client, "set_bucket_lifecycle", lambda *_: None)
    assert await store.keep_life_cycle() == LifeCycleCheck(missing=1), "it says yes and does nothing"

    def refused(*_: object) -> None:
        raise S3Error("AccessDenied", "no", "", "", "", None)  # type: ignore[arg-type]

    monkeypatch.setattr(store._client, "get_bucket_lifecycle", refused)
    assert await store.keep_life_cycle() == LifeCycleCheck(missing=5), "what cannot be read is not known"
    await store.close()


async def test_a_bucket_that_was_opened_to_all_is_closed_again(s3_endpoint: S3Endpoint, key: str) -> None:
    bucket = f"faces-{secrets.token_hex(4)}"
    store, client = _real(s3_endpoint, bucket), _client(s3_endpoint)
    await store.prepare()
    await store.put(key, JPEG, "image/jpeg")
    raw = f"{bucket}{RAW_SUFFIX}"
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{raw}/*"],
    }
    client.set_bucket_policy(raw, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    address = f"http://{s3_endpoint.endpoint}/{raw}/{key}"
    assert _send("GET", address) == http.client.OK
    await store.prepare()
    assert _send("GET", address) == http.client.FORBIDDEN
    await store.close()


async def test_urls_name_the_public_endpoint_without_asking_it(s3_endpoint: S3Endpoint, key: str) -> None:
    store = _real(s3_endpoint, public="images.example.com:8443")
    url = await store.presign_put(key, timedelta(minutes=5), ANNOUNCED)
    assert urlsplit(url).netloc == "images.example.com:8443"
    await store.close()


async def test_a_store_that_is_away_is_unavailable(unused_tcp_port: int) -> None:
    away = S3ImageStore(
        endpoint=f"127.0.0.1:{unused_tcp_port}",
        access_key="a",
        secret_key="s",
        bucket="faces",
        limits=S3Limits(connect_timeout=timedelta(seconds=1), retries=1),
    )
    calls = (
        away.prepare,
        partial(away.put, "k", b"1", "image/jpeg"),
        partial(away.get, "k"),
        partial(away.stat, "k"),
        partial(away.delete, "k"),
        partial(away.keys, "k/"),
        partial(away.delete_all, "k/"),
        away.keep_life_cycle,
    )
    for call in calls:
        with pytest.raises(FootfallError) as caught:
            await call()
        assert caught.value.kind is ErrorKind.UNAVAILABLE
        assert caught.value.reason == "STORE_UNAVAILABLE"
        assert caught.value.retry_after is not None
    await away.close()
