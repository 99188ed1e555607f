"""A month later every picture is gone: from the real store, with its versions, and from what names it."""

import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.customer import CustomerFilter
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import StoredVersion, object_key, site_of, tenant_prefix
from footfall_server.domain.jobs import JobRun, RunState
from footfall_server.domain.places import Camera, Site
from footfall_server.domain.retention import ImageCutoffs, RetentionRule
from footfall_server.domain.sighting import Sighting
from footfall_server.metrics import CoreMetrics
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.image_purge import RULES_NOT_SET, SURVIVORS, ImagePurge
from footfall_server.services.job_runner import Job, JobRunner
from footfall_server.services.template_expiry import TemplateExpiry
from footfall_server.settings import RetentionSettings
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.storage.s3_buckets import DERIVED_SUFFIX, RAW_SUFFIX
from footfall_server.system_clock import SystemClock
from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule
from minio.versioningconfig import VersioningConfig
from real_chain import RealChain, Replica
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff" + bytes(1000)
LIMITS = RetentionSettings().limits()


def client_of(endpoint: S3Endpoint) -> Minio:
    """The operator's own."""
    return Minio(
        endpoint.endpoint, endpoint.access_key, endpoint.secret_key, secure=False, region="us-east-1"
    )


@pytest.fixture
async def store(s3_endpoint: S3Endpoint) -> AsyncIterator[S3ImageStore]:
    """Buckets that keep versions: the harder case."""
    client = client_of(s3_endpoint)
    bucket = f"versions-{new_id()}"
    for each in (bucket, f"{bucket}{RAW_SUFFIX}"):
        client.make_bucket(each)
        client.set_bucket_versioning(each, VersioningConfig(ENABLED))
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


async def people_come(
    chain: RealChain, replica: Replica, count: int, *, shop: tuple[Site, Camera] | None = None
) -> None:
    site, camera = shop or (chain.site, chain.cameras[0])
    worker = replace(chain.principal(), site_ids=frozenset({site.site_id}))
    for number in range(count):
        at = chain.clock.now() - timedelta(minutes=30 - number)
        event = replace(face_event(camera.camera_id, person(number), at=at), crop_jpeg=JPEG)
        await replica.ingest.record_many(worker, [event])


async def another_shop(chain: RealChain, replica: Replica) -> tuple[Site, Camera]:
    site = replace(chain.site, site_id=new_id(), display_name="Bahnhof")
    camera = replace(chain.cameras[0], camera_id=new_id(), site_id=site.site_id)
    async with replica.transactions.begin(chain.tenant_id) as tx:
        await tx.sites.add(site, None)
        await tx.cameras.add(camera, None)
    return site, camera


async def last_purge(chain: RealChain, replica: Replica) -> JobRun:
    async with replica.transactions.begin(chain.tenant_id) as tx:
        [run] = await tx.jobs.list("purge_images", before=None, limit=1)
    return run


def nightly(
    chain: RealChain,
    replica: Replica,
    store: S3ImageStore,
    ended: Callable[[JobRun], None] = lambda _: None,
) -> JobRunner:
    stores = {"transactions": replica.transactions, "images": store, "clock": chain.clock}
    jobs = [
        Job("purge_images", "0 2 * * *", "Purges.", ImagePurge(**stores, limits=LIMITS).purge),
        Job("expire", "0 3 * * *", "Expires.", TemplateExpiry(**stores, limits=LIMITS).expire),
    ]
    return JobRunner(transactions=replica.transactions, clock=chain.clock, jobs=jobs, ended=ended)


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
        assert await tx.images.captured_before(ImageCutoffs(chain.clock.now(), {}), 9) == []
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


async def test_two_sites_keep_pictures_for_different_times(chain: RealChain, store: S3ImageStore) -> None:
    """Seven days here, thirty there; what one site loses the other keeps, versions and all."""
    replica = await replica_on(chain, store)
    shop = await another_shop(chain, replica)
    await people_come(chain, replica, 2)
    await people_come(chain, replica, 3, shop=shop)
    orphans = [object_key(chain.tenant_id, each.site_id, new_id()) for each in (chain.site, shop[0])]
    for each in orphans:
        for version in (JPEG, JPEG + b"2"):
            await store.put(each, version, "image/jpeg")
    async with replica.transactions.begin_exclusive(chain.tenant_id) as tx:
        rule = RetentionRule(shop[0].site_id, image_days=7, updated_at=chain.clock.now())
        await tx.retention.save(rule)
    jobs = nightly(chain, replica, store)
    for days, there, here in ((6, 5, 4), (2, 0, 4), (21, 0, 4), (2, 0, 0)):
        chain.clock.advance(timedelta(days=days))
        await jobs.run_due(["purge_images"])
        run = await last_purge(chain, replica)
        assert (run.state, run.summary["survivors"]) == (RunState.SUCCEEDED, 0)
        lasting = [site_of(each.key) for each in await left(chain, store)]
        assert lasting.count(shop[0].site_id) == there, f"after {days} more days"
        assert lasting.count(chain.site.site_id) == here, f"after {days} more days"


async def test_a_life_cycle_that_was_removed_by_hand_comes_back_and_is_told(
    chain: RealChain, store: S3ImageStore, s3_endpoint: S3Endpoint
) -> None:
    replica, client, base = await replica_on(chain, store), client_of(s3_endpoint), store._buckets.base
    raw, derived = f"{base}{RAW_SUFFIX}", f"{base}{DERIVED_SUFFIX}"
    before = [told(client, each) for each in (base, raw, derived)]
    client.delete_bucket_lifecycle(raw)
    client.set_bucket_lifecycle(
        derived,
        LifecycleConfig([Rule(ENABLED, rule_filter=Filter(prefix="x/"), expiration=Expiration(days=9))]),
    )
    metrics = CoreMetrics()
    jobs = nightly(chain, replica, store, ended=metrics.job_ended)
    for restored in ([2], []):
        chain.clock.advance(timedelta(days=1))
        with structlog.testing.capture_logs() as lines:
            await jobs.run_due(["purge_images"])
        # Whichever tenant's run is first finds it.
        assert [line["rules"] for line in lines if line["event"] == "life_cycle_restored"] == restored
        assert [told(client, each) for each in (base, raw, derived)] == before
        assert (await last_purge(chain, replica)).failure == ""
    what = {"job": "purge_images", "what": "rules_restored"}
    assert metrics._registry.get_sample_value("footfall_core_job_found_total", what) == 2


def told(client: Minio, bucket: str) -> set[tuple[str | None, int | None]]:
    """What a bucket does by itself: which prefixes go, and after how many days."""
    found = client.get_bucket_lifecycle(bucket)
    assert found is not None
    return {
        (each.rule_filter.prefix, each.expiration.days if each.expiration else None) for each in found.rules
    }


async def test_a_life_cycle_that_will_not_be_set_raises_the_alarm(
    chain: RealChain, store: S3ImageStore, s3_endpoint: S3Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    replica = await replica_on(chain, store)
    client_of(s3_endpoint).delete_bucket_lifecycle(f"{store._buckets.base}{RAW_SUFFIX}")
    # As a store whose key may not do this, or which nods and forgets.
    monkeypatch.setattr(store._client, "set_bucket_lifecycle", lambda *_: None)
    metrics = CoreMetrics()
    jobs = nightly(chain, replica, store, ended=metrics.job_ended)
    chain.clock.advance(timedelta(days=1))
    await jobs.run_due(["purge_images"])
    run = await last_purge(chain, replica)
    assert (run.state, run.failure, run.summary["rules_missing"]) == (RunState.FAILED, RULES_NOT_SET, 1)
    assert counted(metrics, failure=RULES_NOT_SET) >= 1, "each tenant's run tells it"


def counted(metrics: CoreMetrics, *, failure: str) -> float:
    """What an alarm looks at: runs of the purge that failed for this reason."""
    labels = {"job": "purge_images", "state": "failed", "failure": failure}
    return metrics._registry.get_sample_value("footfall_core_job_runs_total", labels) or 0


async def test_what_an_older_release_stored_goes_as_well(
    chain: RealChain, store: S3ImageStore, s3_endpoint: S3Endpoint
) -> None:
    """Into the one bucket that there was, with a row and without."""
    replica = await replica_on(chain, store)
    await people_come(chain, replica, 1)
    [row] = await left(chain, store)
    client, base = client_of(s3_endpoint), store._buckets.base
    orphan = object_key(chain.tenant_id, chain.site.site_id, new_id())
    client.remove_object(f"{base}{RAW_SUFFIX}", row.key, version_id=row.version_id)
    for key in (row.key, orphan):
        client.put_object(base, key, io.BytesIO(JPEG), len(JPEG), content_type="image/jpeg")
    assert {each.place for each in await left(chain, store)} == {base}
    jobs = nightly(chain, replica, store)
    chain.clock.advance(timedelta(days=29))
    await jobs.run_due(["purge_images"])
    assert await store.get(row.key) == JPEG
    chain.clock.advance(timedelta(days=2))
    await jobs.run_due(["purge_images"])
    run = await last_purge(chain, replica)
    assert (run.failure, run.summary["images"], run.summary["survivors"]) == ("", 1, 0)
    assert await left(chain, store) == []


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
    metrics = CoreMetrics()
    with structlog.testing.capture_logs() as lines:
        await nightly(chain, replica, store, ended=metrics.job_ended).run_due(["purge_images"])
    assert counted(metrics, failure=SURVIVORS) == 1
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
