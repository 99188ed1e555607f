"""A tenant that is removed leaves nothing in any store, also when a store was away at first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
from catalogue import set_scope, tenant_tables
from fakes.ingest import SMALL_MODEL
from fakes.manual_clock import START, ManualClock
from fakes.synthetic_faces import POLICY, face_event, person
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.image import tenant_prefix
from footfall_server.errors import ErrorKind, FootfallError, unavailable
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import FaceIndex, ImageStore
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.tenant_removal import TenantRemoval
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.storage.s3_buckets import RAW_SUFFIX
from minio import Minio
from real_chain import RealChain, Replica, TwoChains
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff" + bytes(100)
SOMEBODY = Principal(new_id(), Role.SYSTEM_ADMIN, None, START)


@dataclass
class Objects:
    """The store, and what lies in it."""

    store: S3ImageStore
    endpoint: S3Endpoint

    def of(self, chain: RealChain) -> list[str]:
        client = Minio(
            self.endpoint.endpoint,
            access_key=self.endpoint.access_key,
            secret_key=self.endpoint.secret_key,
            secure=False,
        )
        return [
            str(each.object_name)
            for bucket in (self.endpoint.bucket, f"{self.endpoint.bucket}{RAW_SUFFIX}")
            for each in client.list_objects(bucket, prefix=tenant_prefix(chain.tenant_id), recursive=True)
        ]


@pytest.fixture
async def objects(s3_endpoint: S3Endpoint) -> AsyncIterator[Objects]:
    store = S3ImageStore(
        endpoint=s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        bucket=s3_endpoint.bucket,
    )
    await store.prepare()
    yield Objects(store, s3_endpoint)
    await store.close()


async def filled(chain: RealChain, objects: Objects) -> Replica:
    """Somebody came by, is in the index, and has pictures."""
    replica = await chain.replica()
    await replica.ingest.record_many(chain.principal(), [face_event(chain.camera_id, person(1))])
    writer = IndexWriter(
        transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
    )
    await writer.drain(chain.tenant_id)
    for number in range(3):
        await objects.store.put(f"{tenant_prefix(chain.tenant_id)}sites/{number}.jpg", JPEG, "image/jpeg")
    return replica


async def close_sites(chain: RealChain, replica: Replica) -> None:
    async with replica.transactions.begin(chain.tenant_id) as tx:
        for camera in chain.cameras:
            await tx.cameras.remove(camera.camera_id)
        await tx.sites.remove(chain.site.site_id)


def removal(replica: Replica, *, index: FaceIndex, images: ImageStore) -> TenantRemoval:
    known = KnownModels(installation=SMALL_MODEL, installation_tail=POLICY.tail)
    return TenantRemoval(
        transactions=replica.transactions, index=index, images=images, known=known, clock=ManualClock()
    )


async def rows_of(chain: RealChain) -> int:
    connection = await asyncpg.connect(chain.database.app_dsn)
    async with connection.transaction():
        await set_scope(connection, chain.tenant_id)
        counted = [
            await connection.fetchval(f"select count(*) from {table}")  # noqa: S608 - from the catalogue
            for table in await tenant_tables(connection)
        ]
    await connection.close()
    return sum(counted)


async def everything_of(chain: RealChain, replica: Replica, objects: Objects) -> tuple[int, int, int]:
    faces = await replica.index.face_ids(chain.tenant_id, chain.model.model_id)
    return await rows_of(chain), len(faces), len(objects.of(chain))


async def test_nothing_is_left_and_nobody_else_loses_anything(chains: TwoChains, objects: Objects) -> None:
    gone, stays = chains
    replica, other = await filled(gone, objects), await filled(stays, objects)
    before = await everything_of(stays, other, objects)
    assert all(await everything_of(gone, replica, objects))
    service = removal(replica, index=replica.index, images=objects.store)
    with pytest.raises(FootfallError) as caught:
        await service.delete(SOMEBODY, gone.tenant_id)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.FAILED_PRECONDITION, "NOT_EMPTY")
    assert all(await everything_of(gone, replica, objects)), "what has sites loses nothing"
    await close_sites(gone, replica)
    await service.delete(SOMEBODY, gone.tenant_id)
    assert await everything_of(gone, replica, objects) == (0, 0, 0)
    assert await everything_of(stays, other, objects) == before
    with pytest.raises(FootfallError) as caught:
        await service.delete(SOMEBODY, gone.tenant_id)
    assert caught.value.reason == "TENANT_NOT_FOUND"


class Away:
    """A store of which every call fails."""

    def __getattr__(self, name: str) -> object:
        async def fail(*_arguments: object) -> None:
            raise unavailable("STORE_UNAVAILABLE", "away")

        return fail


@pytest.mark.parametrize("what", ["index", "images"])
async def test_a_store_that_is_away_leaves_a_tenant_that_can_be_removed_again(
    chains: TwoChains, objects: Objects, what: str
) -> None:
    gone, _ = chains
    replica = await filled(gone, objects)
    await close_sites(gone, replica)
    stores = {"index": replica.index, "images": objects.store}
    with pytest.raises(FootfallError) as caught:
        await removal(replica, **{**stores, what: Away()}).delete(SOMEBODY, gone.tenant_id)  # type: ignore[arg-type]
    assert caught.value.kind is ErrorKind.UNAVAILABLE
    async with replica.transactions.begin_platform() as tx:
        assert await tx.get_tenant(gone.tenant_id) is not None, "nobody could repeat the removal"
    await removal(replica, index=replica.index, images=objects.store).delete(SOMEBODY, gone.tenant_id)
    assert await everything_of(gone, replica, objects) == (0, 0, 0)
