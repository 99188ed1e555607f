"""Somebody is erased while the shop is full: from PostgreSQL, the index, and a bucket that keeps versions."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import jwt
import numpy as np
import pytest
from database_fixtures import FootfallDatabase
from fakes.erasures import an_erasure_key
from fakes.face_examiner import FakeFaceExaminer
from fakes.ingest import SMALL_MODEL
from fakes.synthetic_faces import MODEL_ID, POLICY, face_event, person, shot_of
from footfall_server.domain.erasure import receipt_key
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.image import tenant_prefix
from footfall_server.erasing import Erasing, erasing
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.erasures import ErasureService
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.opt_outs import OptOutOrder, OptOutService
from footfall_server.services.submission import Submission
from footfall_server.services.tenant_models import TenantModels
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.storage.s3_buckets import RAW_SUFFIX
from footfall_server.system_clock import SystemClock
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig
from real_chain import RealChain, Replica
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff" + bytes(500)
ADA = 900
CROWD = 12
"""How many others come and go meanwhile."""
WITHIN = timedelta(minutes=5)

NAMES_WHATEVER = """
select table_name, column_name from information_schema.columns
join information_schema.tables using (table_schema, table_name)
where table_schema = 'public' and table_type = 'BASE TABLE'
"""


@dataclass
class World:
    """The chain with a store that keeps versions, and what erases people in it."""

    chain: RealChain
    replica: Replica
    store: S3ImageStore
    superuser: asyncpg.Connection
    erasing: Erasing
    writer: IndexWriter

    @property
    def admin(self) -> Principal:
        return Principal(new_id(), Role.TENANT_ADMIN, self.chain.tenant_id, self.chain.clock.now(), None)

    async def see(self, number: int, shot: int, *, minutes: float) -> UUID | None:
        at = self.chain.clock.now() - timedelta(minutes=minutes)
        face = shot_of(person(number), cosine=0.9, seed=shot)
        event = replace(face_event(self.chain.camera_id, face, at=at), crop_jpeg=JPEG)
        [told] = await self.replica.ingest.record_many(self.chain.principal(), [event])
        return told.customer_id

    async def rows_of_others(self, table: str, customer_id: UUID | None) -> list[asyncpg.Record]:
        """A table's rows of the chain that are not of this customer."""
        statement = f"select * from {table} where tenant_id = $1 and customer_id is distinct from $2"  # noqa: S608
        rows: list[asyncpg.Record] = await self.superuser.fetch(statement, self.chain.tenant_id, customer_id)
        return rows

    async def places_with(self, words: set[str]) -> dict[str, set[str]]:
        """The tables, with columns, in which one of these is written, wherever in the row."""
        found: dict[str, set[str]] = {}
        for table, column in await self.superuser.fetch(NAMES_WHATEVER):
            statement = f'select 1 from "{table}" where "{column}"::text ~ $1 limit 1'  # noqa: S608
            if await self.superuser.fetchval(statement, "|".join(sorted(words))):
                found.setdefault(table, set()).add(column)
        return found


@pytest.fixture
async def world(
    chain: RealChain, s3_endpoint: S3Endpoint, footfall_database: FootfallDatabase
) -> AsyncIterator[World]:
    bucket = f"erasure-{new_id()}"
    client = Minio(
        s3_endpoint.endpoint, s3_endpoint.access_key, s3_endpoint.secret_key, secure=False, region="us-east-1"
    )
    for each in (bucket, f"{bucket}{RAW_SUFFIX}"):
        client.make_bucket(each)
        client.set_bucket_versioning(each, VersioningConfig(ENABLED))
    async with contextlib.AsyncExitStack() as stack:
        store = S3ImageStore(
            endpoint=s3_endpoint.endpoint,
            access_key=s3_endpoint.access_key,
            secret_key=s3_endpoint.secret_key,
            bucket=bucket,
        )
        stack.push_async_callback(store.close)
        await store.prepare()
        chain.clock.at = SystemClock().now()
        replica = await chain.replica()
        replica.ingest._crops = FaceCrops(transactions=replica.transactions, images=store, clock=chain.clock)
        superuser = await asyncpg.connect(footfall_database.superuser_dsn)
        stack.push_async_callback(superuser.close)
        people = erasing(
            transactions=replica.transactions,
            images=store,
            key=an_erasure_key(),
            issuer="footfall",
            every=timedelta(seconds=1),
            clock=chain.clock,
        )
        replica.ingest._opt_outs = people.opt_outs
        writer = IndexWriter(
            transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
        )
        yield World(chain, replica, store, superuser, people, writer)


async def crowd(world: World, stop: asyncio.Event) -> int:
    """Others come, one after the other, until it is over."""
    seen = 0
    while not stop.is_set():
        seen += 1
        await world.see(seen % CROWD, seen, minutes=600 - seen * 0.1)
    return seen


async def test_who_is_erased_under_load_is_found_nowhere_and_has_a_receipt(world: World) -> None:
    chain, replica = world.chain, world.replica
    ada = {await world.see(ADA, shot, minutes=1300 - 120 * shot) for shot in range(5)}
    await world.see(1, 0, minutes=800)
    [ada_id] = ada
    assert ada_id is not None
    async with replica.transactions.begin(chain.tenant_id) as tx:
        tracks = [each.track_id for each in await tx.sightings.of_customers([ada_id])]
        await tx.customers.save([replace((await tx.customers.find([ada_id]))[ada_id], display_name="Ada Q")])
    await world.writer.drain(chain.tenant_id)
    faces = {
        row["face_id"]
        for row in await world.superuser.fetch(
            "select face_id from gallery_faces where customer_id = $1", ada_id
        )
    }
    assert faces & await replica.index.face_ids(chain.tenant_id, MODEL_ID) == faces
    pictures = {
        row["object_key"]
        for row in await world.superuser.fetch(
            "select object_key from images where track_id = any($1::uuid[])", tracks
        )
    }
    assert len(pictures) == 5
    for key in pictures:  # an older version of each
        await world.store.put(key, JPEG + b"2", "image/jpeg")
    before = await world.places_with({str(ada_id), *map(str, tracks), *map(str, faces)})
    assert {"customers", "sightings", "visits", "gallery_faces", "images", "track_faces"} <= before.keys()

    stop = asyncio.Event()
    load = asyncio.create_task(crowd(world, stop))
    await asyncio.sleep(0.2)
    began = time.monotonic()
    service = ErasureService(transactions=replica.transactions, removal=world.erasing.removal)
    erased = await service.erase(world.admin, ada_id, "DSR-1", request_id=None)
    while not (done := await service.get(world.admin, erased.erasure_id)).receipt:
        assert timedelta(seconds=time.monotonic() - began) < WITHIN, "it takes too long"
        await world.writer.drain(chain.tenant_id)
        await world.erasing.completion.sweep()
    stop.set()
    assert await load > 0, "nobody came meanwhile"

    # In PostgreSQL: identifiers where the guard against double counting, the log and the ledger need them.
    after = await world.places_with({str(ada_id), "Ada Q", *map(str, faces), *map(str, tracks)})
    assert after.keys() <= {"audit_log", "erasures", "recorded_events", "changes"}
    assert "Ada Q" not in str(await world.superuser.fetch("select * from erasures"))
    # In the index.
    assert not faces & await replica.index.face_ids(chain.tenant_id, MODEL_ID)
    query = np.asarray([person(ADA)], np.float32)
    [hits] = await replica.index.search(chain.tenant_id, MODEL_ID, query, 10)
    assert [hit for hit in hits if hit.score > 0.5] == [], "her face leads to nobody"
    # In the object store, with versions.
    left = await world.store.versions(tenant_prefix(chain.tenant_id))
    assert not pictures & {each.key for each in left}
    # And she comes as somebody new.
    assert done.completed_at is not None
    again = await world.see(ADA, 77, minutes=1)
    assert again != ada_id
    async with replica.transactions.begin(chain.tenant_id) as tx:
        assert again is not None
        assert len(await tx.sightings.of_customers([again])) == 1

    claims = jwt.decode(done.receipt, an_erasure_key().public_pem, algorithms=["EdDSA"])
    assert claims["jti"] == str(erased.erasure_id)
    assert claims["erasure"]["removed"] == {"faces": len(faces), "tracks": 5, "visits": 5, "images": 5}
    stored = await world.store.get(receipt_key(chain.tenant_id, erased.erasure_id))
    assert stored is not None
    assert done.receipt.encode() in stored


async def test_a_replay_after_the_erasure_brings_nobody_back(world: World) -> None:
    chain, replica = world.chain, world.replica
    at = chain.clock.now() - timedelta(minutes=30)
    track_id = new_id()
    early = face_event(chain.camera_id, person(ADA), at=at, track_id=track_id, final=False)
    [told] = await replica.ingest.record_many(chain.principal(), [replace(early, crop_jpeg=JPEG)])
    assert told.outcome is FaceOutcome.NEW
    assert told.customer_id is not None
    service = ErasureService(transactions=replica.transactions, removal=world.erasing.removal)
    await service.erase(world.admin, told.customer_id, "", request_id=None)
    # The worker was offline: it sends the first event again, and the track's last one.
    final = face_event(chain.camera_id, person(ADA), at=at, track_id=track_id)
    answers = await replica.ingest.record_each(
        chain.tenant_id,
        [Submission(chain.principal(), replace(each, crop_jpeg=JPEG)) for each in (early, final)],
    )
    assert answers[0].duplicate, "the guard against double counting"
    assert answers[1].reason == "TRACK_ERASED"
    async with replica.transactions.begin(chain.tenant_id) as tx:
        assert await tx.erasures.person_ids(None, 9) == []
        assert await tx.erasures.track_ids(None, 9) == []
    assert (await world.erasing.sweep.sweep(chain.tenant_id)).failure == ""
    await world.writer.drain(chain.tenant_id)
    await world.erasing.completion.sweep()
    assert await world.store.versions(tenant_prefix(chain.tenant_id)) == []


async def test_who_opts_out_is_counted_and_known_to_no_store(world: World) -> None:
    chain, replica, other = world.chain, world.replica, await world.chain.replica()
    [ada_id] = {await world.see(ADA, shot, minutes=1300 - 120 * shot) for shot in range(3)}
    eve = await world.see(1, 0, minutes=800)
    known = KnownModels(installation=SMALL_MODEL, installation_tail=POLICY.tail)
    service = OptOutService(
        transactions=replica.transactions,
        removal=world.erasing.removal,
        examiner=FakeFaceExaminer({MODEL_ID: SMALL_MODEL.dimension}),
        models=TenantModels(transactions=replica.transactions, known=known, clock=chain.clock),
        seal=world.erasing.opt_out_seal,
        clock=chain.clock,
    )
    made = await service.create(world.admin, OptOutOrder(subject_id=ada_id, ticket="OUT-1"))
    assert made.in_force
    kept = "select sealed from opt_out_templates where tenant_id = $1"
    rows = await world.superuser.fetch(kept, chain.tenant_id)
    faces = [shot_of(person(ADA), cosine=0.9, seed=shot) for shot in range(3)]
    assert len(rows) == 1
    assert not [face for face in faces if face.astype("<f4").tobytes()[:16] in rows[0]["sealed"]]

    # A track that is not seen to be hers at first, on one replica, and goes on on another one.
    track_id, at = new_id(), chain.clock.now() - timedelta(minutes=20)
    unsure = shot_of(person(ADA), cosine=0.2, seed=50)
    early = face_event(chain.camera_id, unsure, at=at, track_id=track_id, final=False)
    [told] = await replica.ingest.record_many(chain.principal(), [replace(early, crop_jpeg=JPEG)])
    assert told.outcome is FaceOutcome.NEW
    final = face_event(chain.camera_id, person(ADA), at=at, track_id=track_id)
    events = [replace(each, crop_jpeg=JPEG) for each in (early, final)]
    for ingest in (replica.ingest, other.ingest, replica.ingest):
        told = await ingest.record_many(chain.principal(), events)
        assert told[1].outcome is FaceOutcome.UNRECOGNISABLE
    assert await world.see(ADA, 60, minutes=5) is None

    counted = await world.rows_of_others("sightings", eve)
    told = {(each["outcome"], each["model_id"], each["customer_id"], each["image_id"]) for each in counted}
    assert told == {("unrecognisable", "", None, None)}
    assert len(counted) == 2, "each of her visits is a passage"
    for table in ("customers", "gallery_faces", "visits"):
        assert await world.rows_of_others(table, eve) == [], table
    decided = await world.superuser.fetch(
        "select detail from decisions where tenant_id = $1 and detail like '%opted_out%'", chain.tenant_id
    )
    assert len(decided) == 2
    await world.writer.drain(chain.tenant_id)
    await world.erasing.completion.sweep()
    query = np.asarray([person(ADA)], np.float32)
    [hits] = await replica.index.search(chain.tenant_id, MODEL_ID, query, 10)
    assert [hit for hit in hits if hit.score > 0.5] == []
    images = await world.superuser.fetch(
        "select object_key from images where tenant_id = $1", chain.tenant_id
    )
    assert {each.key for each in await world.store.versions(tenant_prefix(chain.tenant_id))} == {
        row["object_key"] for row in images
    }
    assert (await world.erasing.sweep.sweep(chain.tenant_id)).failure == "", "tombstones and passages get on"

    await service.delete(world.admin, made.opt_out.opt_out_id)
    assert await world.superuser.fetch(kept, chain.tenant_id) == []
    assert await world.see(ADA, 61, minutes=3) is not None
