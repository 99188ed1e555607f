"""A month later every picture is gone: from the real store, with its versions, and from what names it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.customer import CustomerFilter
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import StoredVersion, object_key, tenant_prefix
from footfall_server.domain.jobs import RunState
from footfall_server.domain.sighting import Sighting
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.image_purge import SURVIVORS, ImagePurge
from footfall_server.services.job_runner import Job, JobRunner
from footfall_server.services.template_expiry import TemplateExpiry
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.system_clock import SystemClock
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig
from real_chain import RealChain, Replica
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff" + bytes(1000)
KEEP = timedelta(days=30)


@pytest.fixture
async def store(s3_endpoint: S3Endpoint) -> AsyncIterator[S3ImageStore]:
    """A bucket that keeps versions: the harder case."""
    bucket = f"versions-{new_id()}"
    client = Minio(
        s3_endpoint.endpoint, s3_endpoint.access_key, s3_endpoint.secret_key, secure=False, region="us-east-1"
    )
    client.make_bucket(bucket)
    client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
    store = S3ImageStore(
        endpoint=s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        bucket=bucket,
    )
    await store.prepare()
    yield store
    await store.close()


async def replica_on(chain: RealChain, store: S3ImageStore) -> Replica:
    # The store notes the machine's time: the chain's clock begins with it.
    chain.clock.at = SystemClock().now()
    replica = await chain.replica()
    replica.ingest._crops = FaceCrops(transactions=replica.transactions, images=store, clock=chain.clock)
    return replica


async def people_come(chain: RealChain, replica: Replica, count: int) -> None:
    for number in range(count):
        at = chain.clock.now() - timedelta(minutes=30 - number)
        event = replace(face_event(chain.camera_id, person(number), at=at), crop_jpeg=JPEG)
        await replica.ingest.record_many(chain.principal(), [event])


def nightly(chain: RealChain, replica: Replica, store: S3ImageStore) -> JobRunner:
    stores = {"transactions": replica.transactions, "images": store, "clock": chain.clock}
    jobs = [
        Job("purge_images", "0 2 * * *", "Purges.", ImagePurge(**stores, keep=KEEP).purge),
        Job("expire", "0 3 * * *", "Expires.", TemplateExpiry(**stores, keep=timedelta(days=365)).expire),
    ]
    return JobRunner(transactions=replica.transactions, clock=chain.clock, jobs=jobs)


async def left(chain: RealChain, store: S3ImageStore) -> Sequence[StoredVersion]:
    return await store.versions(tenant_prefix(chain.tenant_id))


async def test_31_days_later_no_picture_is_left(chain: RealChain, store: S3ImageStore) -> None:
    replica = await replica_on(chain, store)
    await people_come(chain, replica, 4)
    orphan = object_key(chain.tenant_id, chain.site.site_id, new_id())
    await store.put(orphan, JPEG, "image/jpeg")
    # An older version, and one that is only marked as deleted.
    await store.put(orphan, JPEG + b"2", "image/jpeg")
    await store.delete(orphan)
    assert len(await left(chain, store)) >= 6
    jobs = nightly(chain, replica, store)
    chain.clock.advance(timedelta(days=29))
    await jobs.run_due()
    assert len(await left(chain, store)) >= 6, "it is not time yet"
    chain.clock.advance(timedelta(days=2))
    await jobs.run_due()
    assert await left(chain, store) == []
    async with replica.transactions.begin(chain.tenant_id) as tx:
        runs = await tx.jobs.list("purge_images", before=None, limit=9)
        assert await tx.images.captured_before(chain.clock.now(), 9) == []
    tracks = await tracks_of(chain, replica)
    assert [each.image_id for each in tracks] == [None] * 4, "what named a picture names none"
    assert (runs[0].state, runs[0].summary["images"], runs[0].summary["survivors"]) == (
        RunState.SUCCEEDED,
        4,
        0,
    )


async def tracks_of(chain: RealChain, replica: Replica) -> Sequence[Sighting]:
    """What every customer was seen in."""
    found: list[Sighting] = []
    async with replica.transactions.begin(chain.tenant_id) as tx:
        for view in await tx.customers.list(matching=CustomerFilter(), after=None, limit=9):
            customer_id = view.customer.customer_id
            found += await tx.customer_sightings.page(customer_id, sites=None, after=None, limit=9)
    return found


async def test_a_survivor_raises_the_alarm(
    chain: RealChain, store: S3ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = await replica_on(chain, store)
    await people_come(chain, replica, 1)
    [picture] = await left(chain, store)

    async def held(versions: Sequence[StoredVersion]) -> int:
        """A store that keeps what it was told to delete, as under a legal hold."""
        return len(versions)

    monkeypatch.setattr(store, "delete_versions", held)
    monkeypatch.setattr(store, "delete", lambda _key: held([picture]))
    chain.clock.advance(timedelta(days=31))
    with structlog.testing.capture_logs() as lines:
        await nightly(chain, replica, store).run_due(["purge_images"])
    async with replica.transactions.begin(chain.tenant_id) as tx:
        [run] = await tx.jobs.list("purge_images", before=None, limit=1)
    assert (run.state, run.failure, run.summary["survivors"]) == (RunState.FAILED, SURVIVORS, 1)
    assert [line["survivors"] for line in lines if line["event"] == "purge_survivors"] == [1]


async def test_a_year_later_nobody_is_known(chain: RealChain, store: S3ImageStore) -> None:
    replica = await replica_on(chain, store)
    await people_come(chain, replica, 3)
    jobs = nightly(chain, replica, store)
    chain.clock.advance(timedelta(days=364))
    await jobs.run_due()
    async with replica.transactions.begin(chain.tenant_id) as tx:
        assert (await tx.jobs.latest())["expire"].summary == {"customers": 0, "faces": 0}
    chain.clock.advance(timedelta(days=2))
    await jobs.run_due()
    async with replica.transactions.begin(chain.tenant_id) as tx:
        run = (await tx.jobs.latest())["expire"]
        assert run.summary == {"customers": 3, "faces": 3}
        assert await tx.customers.unseen_since(chain.clock.now(), 9) == []
