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
from minio.commonconfig import ENABLED, Filter
from minio.datatypes import Object
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from urllib3.exceptions import HTTPError

from footfall_server.domain.image import StoredVersion
from footfall_server.errors import unavailable
from footfall_server.ports import StoredObject
from footfall_server.ports.images import checked_lifetime, checked_prefix
from footfall_server.storage.s3_presigning import with_signed_headers

Result = TypeVar("Result")

LIFE_CYCLE: Final = {"tenants/": ("faces", timedelta(days=30)), "imports/": ("imports", timedelta(days=1))}
"""The bucket's life cycle, by prefix, with the rule's name: a second net below the core's own retention."""

MISSING: Final = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})
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
        public_endpoint: str | None = None,
        secure: bool = False,
        public_secure: bool | None = None,
        region: str = "us-east-1",
        limits: S3Limits | None = None,
    ) -> None:
        # urllib3 warns of every retry, with the object's path.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
        chosen = limits or S3Limits()
        self._bucket = bucket
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
        await self._run("prepare", self._prepare)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """See ImageStore.put."""
        await self._run("put", self._put, key, data, content_type)

    async def get(self, key: str) -> bytes | None:
        """See ImageStore.get."""
        return await self._run("get", self._get, key)

    async def stat(self, key: str) -> StoredObject | None:
        """See ImageStore.stat."""
        return await self._run("stat", self._stat, key)

    async def presign_put(self, key: str, lifetime: timedelta, announced: StoredObject) -> str:
        """See ImageStore.presign_put. Computed here; the store is not asked."""
        url = self._signer.presigned_put_object(self._bucket, key, expires=checked_lifetime(lifetime))
        headers = {"content-length": str(announced.size_bytes), "content-type": announced.content_type}
        return with_signed_headers(url, secret_key=self._secret_key, headers=headers)

    async def delete(self, key: str) -> None:
        """See ImageStore.delete."""
        await self._run("delete", self._client.remove_object, self._bucket, key)

    async def erase(self, keys: Sequence[str]) -> int:
        """See ImageStore.erase. One listing per key: a store has no other way to ask for versions."""
        found = await asyncio.gather(*(self._run("versions", self._versions_of, key) for key in keys))
        await self.delete_versions([version for each in found for version in each])
        doomed = [key for key, each in zip(keys, found, strict=True) if each]
        left = await asyncio.gather(*(self._run("versions", self._versions_of, key) for key in doomed))
        return sum(map(bool, left))

    async def keys(self, prefix: str) -> Sequence[str]:
        """See ImageStore.keys."""
        return await self._run("keys", self._keys, checked_prefix(prefix))

    async def versions(self, prefix: str) -> Sequence[StoredVersion]:
        """See ImageStore.versions."""
        return await self._run("versions", self._versions, checked_prefix(prefix))

    async def delete_versions(self, versions: Sequence[StoredVersion]) -> int:
        """See ImageStore.delete_versions."""
        return await self._run("delete_versions", self._delete_versions, versions) if versions else 0

    async def delete_all(self, prefix: str) -> int:
        """See ImageStore.delete_all. Takes a while when there are many."""
        return await self._run("delete_all", self._delete_all, checked_prefix(prefix))

    async def _run(self, what: str, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, *arguments)
        except (S3Error, ServerError, InvalidResponseError, HTTPError, OSError) as error:
            code = error.code if isinstance(error, S3Error) else None
            _log.warning("image_store.failed", call=what, error=type(error).__name__, code=code)
            raise unavailable("STORE_UNAVAILABLE", "the object store cannot be reached") from error

    # What follows runs in the pool's threads.

    def _prepare(self) -> None:
        if not self._client.bucket_exists(self._bucket):
            try:
                self._client.make_bucket(self._bucket)
            except S3Error as error:
                if error.code not in ALREADY_OURS:  # another replica was quicker
                    raise
        try:
            self._client.delete_bucket_policy(self._bucket)
        except S3Error as error:
            if error.code not in NO_POLICY:
                raise
        self._client.set_bucket_lifecycle(
            self._bucket,
            LifecycleConfig(
                [
                    Rule(
                        ENABLED,
                        rule_filter=Filter(prefix=prefix),
                        rule_id=rule_id,
                        expiration=Expiration(days=keep.days),
                    )
                    for prefix, (rule_id, keep) in LIFE_CYCLE.items()
                ]
            ),
        )

    def _put(self, key: str, data: bytes, content_type: str) -> None:
        self._client.put_object(self._bucket, key, io.BytesIO(data), len(data), content_type=content_type)

    def _get(self, key: str) -> bytes | None:
        try:
            response = self._client.get_object(self._bucket, key)
        except S3Error as error:
            if error.code in MISSING:
                return None
            raise
        try:
            return bytes(response.read())
        finally:
            response.close()
            response.release_conn()

    def _keys(self, prefix: str) -> list[str]:
        found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
        return [str(each.object_name) for each in found]

    def _versions_of(self, key: str) -> list[StoredVersion]:
        """Of one object: what begins with its key may be others."""
        return [each for each in self._versions(key) if each.key == key]

    def _versions(self, prefix: str) -> list[StoredVersion]:
        found = self._client.list_objects(self._bucket, prefix=prefix, recursive=True, include_version=True)
        return [
            StoredVersion(str(each.object_name), _version_of(each), each.last_modified)
            for each in found
            if each.last_modified is not None
        ]

    def _delete_versions(self, versions: Sequence[StoredVersion]) -> int:
        doomed = [DeleteObject(each.key, each.version_id or None) for each in versions]
        failed = list(self._client.remove_objects(self._bucket, doomed))
        if failed:
            _log.warning("image_store.not_deleted", objects=len(failed), code=failed[0].code)
        return len(failed)

    def _delete_all(self, prefix: str) -> int:
        keys = self._keys(prefix)
        if failed := list(self._client.remove_objects(self._bucket, map(DeleteObject, keys))):
            _log.warning("image_store.not_deleted", objects=len(failed), code=failed[0].code)
            raise OSError(f"{len(failed)} objects were not deleted")
        return len(keys)

    def _stat(self, key: str) -> StoredObject | None:
        try:
            found = self._client.stat_object(self._bucket, key)
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
