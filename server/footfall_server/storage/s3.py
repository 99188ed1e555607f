"""The image store on anything that speaks S3."""

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import structlog
import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError

from footfall_server.domain.image import StoredVersion
from footfall_server.errors import unavailable
from footfall_server.ports import StoredObject
from footfall_server.ports.images import LifeCycleCheck, checked_lifetime, checked_prefix
from footfall_server.storage.s3_buckets import Buckets, LifeCycleRule, as_config, lacking
from footfall_server.storage.s3_presigning import with_signed_headers

Result = TypeVar("Result")

MISSING: Final = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})
NO_BUCKET: Final = "NoSuchBucket"
ALREADY_OURS: Final = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
NO_POLICY: Final = frozenset({"NoSuchBucketPolicy", "NotImplemented", "MethodNotAllowed"})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class S3Limits:
    """How long calls take at most, and how many run at once."""

    connect_timeout: timedelta = timedelta(seconds=2)
    read_timeout: timedelta = timedelta(seconds=10)
    retries: int = 2
    threads: int = 8


class S3ImageStore:
    """ImageStore. Calls block in a few threads of its own, and none blocks for long.

    Pictures of faces have buckets of their own beside `bucket`: see Buckets. What was put into `bucket`
    before that is found, listed and deleted there.

    Endpoints are `host:port`, without scheme or path. `public_endpoint` is where edge workers reach the
    store when that is not where the core does. `region` is fixed, since asking the store for it would cost
    a call.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        raw_bucket: str = "",
        derived_bucket: str = "",
        public_endpoint: str | None = None,
        secure: bool = False,
        public_secure: bool | None = None,
        region: str = "us-east-1",
        limits: S3Limits | None = None,
    ) -> None:
        # urllib3 warns of every retry, with the object's path.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
        chosen = limits or S3Limits()
        self._buckets = Buckets(bucket, raw=raw_bucket, derived=derived_bucket)
        self._secret_key = secret_key
        self._pool = ThreadPoolExecutor(chosen.threads, thread_name_prefix="s3")
        self._http = _http_pool(chosen)

        def client(address: str, *, with_tls: bool) -> Minio:
            return Minio(
                address,
                access_key=access_key,
                secret_key=secret_key,
                secure=with_tls,
                region=region,
                http_client=self._http,
            )

        self._client = client(endpoint, with_tls=secure)
        # Signing needs no connection, but the host that the URL names is part of what is signed.
        self._signer = client(
            public_endpoint or endpoint, with_tls=secure if public_secure is None else public_secure
        )

    async def close(self) -> None:
        """Lets calls under way finish and drops the connections."""
        await asyncio.to_thread(self._pool.shutdown)
        self._http.clear()

    async def prepare(self) -> None:
        """See ImageStore.prepare."""
        for bucket, rules in self._buckets.life_cycles.items():
            await self._run("prepare", self._prepare, bucket, rules)

    async def keep_life_cycle(self) -> LifeCycleCheck:
        """See ImageStore.keep_life_cycle."""
        restored = missing = 0
        for bucket, rules in self._buckets.life_cycles.items():
            lacked, lacks = await self._run("life_cycle", self._keep_life_cycle, bucket, rules)
            restored += lacked - lacks
            missing += lacks
        return LifeCycleCheck(restored=restored, missing=missing)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """See ImageStore.put."""
        await self._run("put", self._put, key, data, content_type)

    async def get(self, key: str) -> bytes | None:
        """See ImageStore.get."""
        for bucket in self._buckets.places(key):
            if (found := await self._look("get", None, self._get, bucket, key)) is not None:
                return found
        return None

    async def stat(self, key: str) -> StoredObject | None:
        """See ImageStore.stat."""
        for bucket in self._buckets.places(key):
            if (found := await self._look("stat", None, self._stat, bucket, key)) is not None:
                return found
        return None

    async def presign_put(self, key: str, lifetime: timedelta, announced: StoredObject) -> str:
        """See ImageStore.presign_put. Computed here; the store is not asked."""
        bucket = self._buckets.home(key)
        url = self._signer.presigned_put_object(bucket, key, expires=checked_lifetime(lifetime))
        headers = {"content-length": str(announced.size_bytes), "content-type": announced.content_type}
        return with_signed_headers(url, secret_key=self._secret_key, headers=headers)

    async def delete(self, key: str) -> None:
        """See ImageStore.delete. Its home and where it may have been before are asked side by side."""
        places = self._buckets.places(key)
        await asyncio.gather(*(self._look("delete", None, self._delete, bucket, key) for bucket in places))

    async def keys(self, prefix: str) -> Sequence[str]:
        """See ImageStore.keys."""
        places = self._buckets.places(checked_prefix(prefix))
        nothing: list[str] = []
        found = [await self._look("keys", nothing, self._keys, bucket, prefix) for bucket in places]
        return sorted({key for each in found for key in each})

    async def versions(self, prefix: str) -> Sequence[StoredVersion]:
        """See ImageStore.versions."""
        return await self._versions_in(checked_prefix(prefix))

    async def delete_versions(self, versions: Sequence[StoredVersion]) -> int:
        """See ImageStore.delete_versions."""
        failed = 0
        for place in dict.fromkeys(each.place for each in versions):
            there = [each for each in versions if each.place == place]
            failed += await self._run("delete_versions", self._delete_versions, place, there)
        return failed

    async def erase(self, keys: Sequence[str]) -> int:
        """See ImageStore.erase. One listing per key: a store has no other way to ask for versions."""
        found = await asyncio.gather(*(self._versions_of(key) for key in keys))
        await self.delete_versions([version for each in found for version in each])
        doomed = [key for key, each in zip(keys, found, strict=True) if each]
        left = await asyncio.gather(*(self._versions_of(key) for key in doomed))
        return sum(map(bool, left))

    async def delete_all(self, prefix: str) -> int:
        """See ImageStore.delete_all. Takes a while when there are many."""
        places = self._buckets.places(checked_prefix(prefix))
        return sum([await self._look("delete_all", 0, self._delete_all, bucket, prefix) for bucket in places])

    async def _versions_of(self, key: str) -> Sequence[StoredVersion]:
        """Of one object: what begins with its key may be others."""
        return [each for each in await self._versions_in(key) if each.key == key]

    async def _versions_in(self, prefix: str) -> Sequence[StoredVersion]:
        places = self._buckets.places(prefix)
        nothing: list[StoredVersion] = []
        found = [await self._look("versions", nothing, self._versions, bucket, prefix) for bucket in places]
        return [version for each in found for version in each]

    async def _look(
        self, what: str, nothing: Result, work: Callable[..., Result], bucket: str, *arguments: object
    ) -> Result:
        """As _run; a bucket that no core of this release has made yet holds nothing."""

        def there() -> Result:
            try:
                return work(bucket, *arguments)
            except S3Error as error:
                if error.code == NO_BUCKET and bucket != self._buckets.base:
                    return nothing
                raise

        return await self._run(what, there)

    async def _run(self, what: str, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, *arguments)
        except (S3Error, ServerError, InvalidResponseError, HTTPError, OSError) as error:
            code = error.code if isinstance(error, S3Error) else None
            _log.warning("image_store.failed", call=what, error=type(error).__name__, code=code)
            raise unavailable("STORE_UNAVAILABLE", "the object store cannot be reached") from error

    # What follows runs in the pool's threads.

    def _prepare(self, bucket: str, rules: frozenset[LifeCycleRule]) -> None:
        if not self._client.bucket_exists(bucket):
            try:
                self._client.make_bucket(bucket)
            except S3Error as error:
                if error.code not in ALREADY_OURS:  # another replica was quicker
                    raise
        try:
            self._client.delete_bucket_policy(bucket)
        except S3Error as error:
            if error.code not in NO_POLICY:
                raise
        self._client.set_bucket_lifecycle(bucket, as_config(rules))

    def _keep_life_cycle(self, bucket: str, rules: frozenset[LifeCycleRule]) -> tuple[int, int]:
        """How many rules were not there, and how many are not there now."""
        lacks = 0
        try:
            lacks = lacked = lacking(rules, self._client.get_bucket_lifecycle(bucket))
            if lacked:
                self._client.set_bucket_lifecycle(bucket, as_config(rules))
                lacks = lacking(rules, self._client.get_bucket_lifecycle(bucket))
        except S3Error as error:
            # The store answers, and will not: what it does with the bucket is not known to be right.
            _log.warning("image_store.life_cycle_refused", bucket=bucket, code=error.code)
            lacked = lacks = len(rules)
        return lacked, lacks

    def _put(self, key: str, data: bytes, content_type: str) -> None:
        bucket = self._buckets.home(key)
        self._client.put_object(bucket, key, io.BytesIO(data), len(data), content_type=content_type)

    def _get(self, bucket: str, key: str) -> bytes | None:
        try:
            response = self._client.get_object(bucket, key)
        except S3Error as error:
            if error.code in MISSING:
                return None
            raise
        try:
            return bytes(response.read())
        finally:
            response.close()
            response.release_conn()

    def _delete(self, bucket: str, key: str) -> None:
        # A bucket with versions would note the deletion of what it never had.
        if bucket == self._buckets.home(key) or self._stat(bucket, key) is not None:
            self._client.remove_object(bucket, key)

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        found = self._client.list_objects(bucket, prefix=prefix, recursive=True)
        return [str(each.object_name) for each in found]

    def _versions(self, bucket: str, prefix: str) -> list[StoredVersion]:
        found = self._client.list_objects(bucket, prefix=prefix, recursive=True, include_version=True)
        return [
            StoredVersion(str(each.object_name), _version_of(each), each.last_modified, bucket)
            for each in found
            if each.last_modified is not None
        ]

    def _delete_versions(self, bucket: str, versions: Sequence[StoredVersion]) -> int:
        doomed = [DeleteObject(each.key, each.version_id or None) for each in versions]
        failed = list(self._client.remove_objects(bucket, doomed))
        if failed:
            _log.warning("image_store.not_deleted", objects=len(failed), code=failed[0].code)
        return len(failed)

    def _delete_all(self, bucket: str, prefix: str) -> int:
        keys = self._keys(bucket, prefix)
        if failed := list(self._client.remove_objects(bucket, map(DeleteObject, keys))):
            _log.warning("image_store.not_deleted", objects=len(failed), code=failed[0].code)
            raise OSError(f"{len(failed)} objects were not deleted")
        return len(keys)

    def _stat(self, bucket: str, key: str) -> StoredObject | None:
        try:
            found = self._client.stat_object(bucket, key)
        except S3Error as error:
            if error.code in MISSING:
                return None
            raise
        return StoredObject(size_bytes=int(found.size or 0), content_type=str(found.content_type or ""))


def _version_of(found: Object) -> str:
    """A store without versions calls the only one null."""
    return "" if found.version_id in {None, "null"} else str(found.version_id)


def _http_pool(limits: S3Limits) -> urllib3.PoolManager:
    """Few and quick retries: the caller has its own, and minio's default takes minutes."""
    return urllib3.PoolManager(
        maxsize=limits.threads,
        timeout=urllib3.Timeout(
            connect=limits.connect_timeout.total_seconds(), read=limits.read_timeout.total_seconds()
        ),
        retries=urllib3.Retry(
            total=limits.retries,
            backoff_factor=0.1,
            status_forcelist=[500, 502, 503, 504],
            allowed_methods=None,
        ),
        cert_reqs="CERT_REQUIRED",
    )
