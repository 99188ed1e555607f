"""The drill: a shop is backed up and destroyed, and goes on where it was, on the real stores."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from backup_worlds import Rows, all_rows, not_logged, protection, quiet
from catalogue import connected, set_scope
from customer_samples import a_customer
from database_fixtures import FootfallDatabase
from fakes.manual_clock import START
from fakes.synthetic_faces import GOOD, face_event, person, shot_of
from footfall_server import backup_administration
from footfall_server.auth.erasure_key import ErasureKey, generate_erasure_key, load_erasure_key
from footfall_server.backup.keys import write_new_key
from footfall_server.domain.erasure import SubjectKind
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import StoredVersion
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report import NewVisitScope, VisitTallies
from footfall_server.domain.report_period import Cut, Granularity, Period, calendars
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.staff import EnrolledFace, portrait_key
from footfall_server.erasing import erasing
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.customer_removal import ErasureOrder
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.index_writer import IndexWriter
from footfall_server.storage.s3 import S3ImageStore
from integration.server_backup.conftest import Bare
from real_chain import RealChain, Replica
from stack_fixtures import S3Endpoint

pytestmark = pytest.mark.integration

MODEL = RecognitionModel("drilled-model-64", 64)
VISITORS = 6
STAFF = 900
CHANGED_BY_A_REBUILD = {"gallery_faces", "index_outbox", "index_removals"}
OF_AUDIT = {"audit_log", "audit_heads"}


@dataclass
class Shop:
    """A chain, its replica, and whom it knows."""

    chain: RealChain
    replica: Replica
    known: Mapping[int, UUID]
    staff_id: UUID


def a_store(s3: S3Endpoint, bucket: str) -> S3ImageStore:
    return S3ImageStore(
        endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=bucket
    )


def jpeg(number: int) -> bytes:
    return b"\xff\xd8\xff" + bytes([number % 256]) * 3000


async def replica_of(chain: RealChain, store: S3ImageStore) -> Replica:
    replica = await chain.replica()
    replica.ingest._crops = FaceCrops(transactions=replica.transactions, images=store, clock=chain.clock)
    return replica


async def comes(shop: RealChain, replica: Replica, number: int, minute: float) -> Recorded:
    face = shot_of(person(number), cosine=0.9, seed=int(minute))
    event = face_event(shop.camera_id, face, at=START + timedelta(minutes=minute), model_id=MODEL.model_id)
    event = replace(event, crop_jpeg=jpeg(number))
    [recorded] = await replica.ingest.record_many(shop.principal(), [event])
    return recorded


async def enrol(chain: RealChain, replica: Replica, store: S3ImageStore) -> UUID:
    """Somebody who works here, with a portrait."""
    member = a_customer("A. Person", kind=CustomerKind.STAFF)
    face_id = new_id()
    face = EnrolledFace(
        face_id=face_id,
        staff_id=member.customer_id,
        object_key=portrait_key(chain.tenant_id, member.customer_id, face_id),
        width=160,
        height=208,
        box=(30.0, 26.5, 100.0, 130.0),
        landmarks=((50.0, 76.0), (110.5, 76.0), (80.0, 106.0), (60.0, 136.0), (100.0, 136.0)),
        quality=GOOD,
        created_at=START,
        created_by=new_id(),
        model_ids=(MODEL.model_id,),
    )
    async with replica.transactions.begin_exclusive(chain.tenant_id) as tx:
        await tx.customers.add(member, None)
        await tx.enrolments.add(
            face, embeddings={MODEL.model_id: person(STAFF)}, aligned_jpeg=jpeg(1), request_id=None
        )
    await store.put(face.object_key, jpeg(STAFF), "image/jpeg")
    return member.customer_id


async def carried(chain: RealChain, replica: Replica) -> None:
    writer = IndexWriter(
        transactions=replica.transactions, index=replica.index, changed=TenantBell(), clock=chain.clock
    )
    await writer.drain(chain.tenant_id)


async def report(chain: RealChain, replica: Replica) -> VisitTallies:
    day = START.date()
    period = Period(day - timedelta(days=1), day + timedelta(days=1))
    of_site = {chain.site.site_id: SiteRules.first_of(chain.site)}
    async with replica.transactions.begin(chain.tenant_id) as tx:
        return await tx.reports.visits(
            list(calendars(period, Cut(Granularity.HOUR), of_site)), NewVisitScope.TENANT
        )


async def pictures_of(chain: RealChain, database: FootfallDatabase) -> Sequence[str]:
    async with connected(database.app_dsn) as app, app.transaction():
        await set_scope(app, chain.tenant_id)
        rows = await app.fetch(
            "select object_key from images union all select object_key from staff_face_images"
        )
    return sorted(row["object_key"] for row in rows)


async def nearest(chain: RealChain, replica: Replica, number: int) -> UUID | None:
    """Whose face the index finds first."""
    query = person(number).reshape(1, -1)
    [hits] = await replica.index.search(chain.tenant_id, MODEL.model_id, query, 1)
    async with connected(chain.database.superuser_dsn) as server:
        found: UUID | None = await server.fetchval(
            "select customer_id from gallery_faces where face_id = $1", hits[0].face_id
        )
    return found


async def everything(store: S3ImageStore) -> Sequence[StoredVersion]:
    return [*await store.versions("tenants/"), *await store.versions("staff/")]


@dataclass(frozen=True)
class Buckets:
    """The bucket that is lost, and a new one."""

    lost: S3ImageStore
    lost_name: str
    fresh: S3ImageStore
    fresh_name: str


@pytest.fixture
async def stores(s3_endpoint: S3Endpoint) -> AsyncIterator[Buckets]:
    lost_name, fresh_name = f"lost-{new_id()}", f"fresh-{new_id()}"
    lost, fresh = a_store(s3_endpoint, lost_name), a_store(s3_endpoint, fresh_name)
    await lost.prepare()
    yield Buckets(lost, lost_name, fresh, fresh_name)
    await lost.close()
    await fresh.close()


@pytest.fixture
async def shop(source: FootfallDatabase, milvus_uri: str, stores: Buckets) -> AsyncIterator[Shop]:
    async with contextlib.AsyncExitStack() as stack:
        chain = RealChain(source, milvus_uri, stack, MODEL)
        await chain.open()
        store = stores.lost
        replica = await replica_of(chain, store)
        staff_id = await enrol(chain, replica, store)
        found = [await comes(chain, replica, number, number) for number in range(VISITORS)]
        known = {number: each.customer_id for number, each in enumerate(found)}
        for number in range(3):  # after the gap between visits
            again = await comes(chain, replica, number, 90 + number)
            assert (again.outcome, again.customer_id) == (FaceOutcome.KNOWN, known[number])
        at_work = await comes(chain, replica, STAFF, 120)
        assert at_work.customer_id == staff_id
        await carried(chain, replica)
        assert len(set(known.values())) == VISITORS
        yield Shop(chain, replica, known, staff_id)


class Operator:
    """Runs the commands with settings of their own, in this process."""

    def __init__(self, patch: pytest.MonkeyPatch, s3: S3Endpoint, milvus_uri: str, folder: Path) -> None:
        self._patch = patch
        self._s3 = s3
        self._milvus_uri = milvus_uri
        self._backup = folder / "backup"
        self._key = folder / "backup.key"
        write_new_key(self._key)
        self._keys_dir = folder / "keys"
        generate_erasure_key(self._keys_dir)
        # It is the whole process's.
        patch.setattr(backup_administration, "configure_logging", lambda **_: None)

    @property
    def erasure_key(self) -> ErasureKey:
        return load_erasure_key(self._keys_dir)

    async def create(self, bucket: str, backup_dsn: str) -> Mapping[str, object]:
        self._told(bucket, BACKUP_DSN=backup_dsn)
        return await backup_administration.create_backup(self._backup, self._key, tell=quiet)

    def verify(self) -> tuple[Mapping[str, object], Sequence[str]]:
        return backup_administration.verify_backup(self._backup, self._key, tell=quiet)

    async def restore(self, bucket: str, database: FootfallDatabase) -> Mapping[str, object]:
        self._told(bucket, DSN=database.app_dsn, OWNER_DSN=database.owner_dsn)
        return await backup_administration.restore_backup(
            self._backup, [self._key], newer=[], replace=False, tell=quiet
        )

    def _told(self, bucket: str, **postgres: str) -> None:
        told = {
            **{f"POSTGRES__{name}": dsn for name, dsn in postgres.items()},
            "MILVUS__URI": self._milvus_uri,
            "MILVUS__INDEX_TYPE": "FLAT",
            "RECOGNITION__MODEL_ID": MODEL.model_id,
            "RECOGNITION__DIMENSION": str(MODEL.dimension),
            "RECOGNITION__IMPOSTOR_TAIL": "[[0.249, 0.01], [0.342, 0.001]]",
            "S3__ENDPOINT": self._s3.endpoint,
            "S3__ACCESS_KEY": self._s3.access_key,
            "S3__SECRET_KEY": self._s3.secret_key,
            "S3__BUCKET": bucket,
            "S3__SECURE": "false",
            "AUTH__KEYS_DIR": str(self._keys_dir),
        }
        for name, value in told.items():
            self._patch.setenv(f"FOOTFALL_SERVER_{name}", value)


@pytest.fixture
def operator(
    monkeypatch: pytest.MonkeyPatch, s3_endpoint: S3Endpoint, milvus_uri: str, tmp_path: Path
) -> Operator:
    return Operator(monkeypatch, s3_endpoint, milvus_uri, tmp_path)


def same_rows(before: Rows, after: Rows, empty: set[str]) -> None:
    assert before.keys() == after.keys()
    for table in before.keys() - empty - OF_AUDIT - CHANGED_BY_A_REBUILD:
        assert after[table] == before[table], table
    assert set(before["audit_log"]) < set(after["audit_log"])


async def test_a_shop_goes_on_where_it_was(
    shop: Shop, stores: Buckets, operator: Operator, backup_dsn: str, another: Bare
) -> None:
    chain, source = shop.chain, shop.chain.database
    keys = await pictures_of(chain, source)
    assert len(keys) == VISITORS + 3 + 1 + 1
    purged = next(each for each in keys if each.startswith("tenants/"))
    await stores.lost.delete(purged)
    said = await operator.create(stores.lost_name, backup_dsn)
    assert (said["objects"], said["objects_absent"]) == (len(keys) - 1, 1)
    verified, faults = operator.verify()
    assert (verified["ok"], faults, verified["rows"]) == (True, [], said["rows"])

    before, empty, walls = await all_rows(source), await not_logged(source), await protection(source)
    counted = await report(chain, shop.replica)
    assert counted.total.visits == VISITORS + 3

    # Everything is gone: objects, vectors, and nobody looks at the old database any more.
    await stores.lost.delete_all("tenants/")
    await stores.lost.delete_all("staff/")
    await shop.replica.index.drop_model(MODEL.model_id)
    new = await another()
    told = await operator.restore(stores.fresh_name, new)
    assert (told["rows"], told["objects"], told["objects_unnamed"]) == (said["rows"], len(keys) - 1, 0)

    same_rows(before, await all_rows(new), empty)
    assert await protection(new) == walls
    chain.database = new
    replica = await replica_of(chain, stores.fresh)
    assert await report(chain, replica) == counted
    for each in keys:
        stored = await stores.fresh.get(each)
        assert (stored is None) == (each == purged)
        assert stored is None or stored.startswith(b"\xff\xd8\xff")
    portrait = await stores.fresh.stat(keys[0])
    assert portrait is not None
    assert portrait.content_type == "image/jpeg"

    # Through the index alone, and as an event.
    for minute, (number, customer_id) in enumerate({**shop.known, STAFF: shop.staff_id}.items(), start=300):
        assert await nearest(chain, replica, number) == customer_id
        assert (await comes(chain, replica, number, minute)).customer_id == customer_id
    stranger = await comes(chain, replica, 77, 400)
    assert stranger.outcome is FaceOutcome.NEW
    assert stranger.customer_id not in shop.known.values()
    recorded = await report(chain, replica)
    assert recorded.total.visits == counted.total.visits + VISITORS + 1, "and it goes on counting"


async def test_a_bucket_that_was_not_lost_is_left_as_it_is(
    shop: Shop, stores: Buckets, operator: Operator, backup_dsn: str, another: Bare
) -> None:
    keys = await pictures_of(shop.chain, shop.chain.database)
    await operator.create(stores.lost_name, backup_dsn)
    await stores.lost.delete(keys[-1])
    before = {each.key: each.stored_at for each in await everything(stores.lost)}
    told = await operator.restore(stores.lost_name, await another())
    assert (told["objects"], told["objects_there"]) == (1, len(keys) - 1)
    after = {each.key: each.stored_at for each in await everything(stores.lost)}
    assert after.keys() - before.keys() == {keys[-1]}
    assert {name: after[name] for name in before} == before, "written once more"


async def test_who_was_erased_after_the_backup_is_not_brought_back(
    shop: Shop, stores: Buckets, operator: Operator, backup_dsn: str, another: Bare
) -> None:
    chain, replica = shop.chain, shop.replica
    await operator.create(stores.lost_name, backup_dsn)
    gone_id, stays_id = shop.known[0], shop.known[1]
    people = erasing(
        transactions=replica.transactions,
        images=stores.lost,
        key=operator.erasure_key,
        issuer="footfall",
        every=timedelta(seconds=1),
        clock=chain.clock,
    )
    for person_id in (gone_id, shop.staff_id):
        kind = SubjectKind.STAFF if person_id == shop.staff_id else SubjectKind.CUSTOMER
        async with replica.transactions.begin_exclusive(chain.tenant_id) as tx:
            await people.removal.forget(tx, None, ErasureOrder(person_id, kind))
    await carried(chain, replica)
    assert await people.completion.sweep() == 2

    # The database is lost with what it knew of the erasures; the receipts in the bucket are left.
    new = await another()
    told = await operator.restore(stores.lost_name, new)
    assert (told["tenants_swept"], told["tombstones"]) == (1, 2 + 3), "two people and their tracks"
    chain.database = new
    restored = await replica_of(chain, stores.lost)
    async with restored.transactions.begin(chain.tenant_id) as tx:
        found = await tx.customers.find([gone_id, stays_id, shop.staff_id])
        assert found.keys() == {stays_id}
        assert await tx.gallery.being_removed([]) == frozenset()
    pictures = await pictures_of(chain, new)
    assert len(pictures) == VISITORS - 1 + 2, "of those who stay"
    assert {each.key for each in await everything(stores.lost)} == set(pictures)
    faces = await restored.index.face_ids(chain.tenant_id, MODEL.model_id)
    async with connected(new.superuser_dsn) as server:
        gallery = await server.fetch("select face_id, customer_id from gallery_faces")
    assert faces == {row["face_id"] for row in gallery}
    assert {row["customer_id"] for row in gallery} == {shop.known[number] for number in range(1, VISITORS)}
    for number in (0, STAFF):
        query = person(number).reshape(1, -1)
        [hits] = await restored.index.search(chain.tenant_id, MODEL.model_id, query, 1)
        assert hits[0].score < 0.5, "nobody with this face"
    assert (await comes(chain, restored, 1, 300)).customer_id == stays_id
    again = await comes(chain, restored, 0, 310)
    assert (again.outcome, again.customer_id == gone_id) == (FaceOutcome.NEW, False)
