"""Contract of transactions that are confined to sites: what is asked of them without any filter."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import FaceImage
from footfall_server.domain.places import Camera
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit, VisitFilter, VisitKind
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Transactions
from storage_samples import (
    NOON,
    a_camera,
    a_sighting,
    a_site,
    a_visit,
    a_worker,
    an_image,
    an_outcome,
    minutes,
    people,
)


@dataclass(frozen=True)
class Shop:
    """A site and what happened there."""

    site_id: UUID
    camera: Camera
    visit: Visit
    sighting: Sighting
    image: FaceImage
    outcome: Recorded


@pytest.fixture
async def shops(transactions: Transactions, tenant_id: UUID) -> tuple[Shop, Shop]:
    """One customer came to the first site, and a minute later to the second."""
    customer_id = new_id()
    found = []
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=people([customer_id])))
    for number in range(2):
        site = a_site(f"Shop {number}")
        camera = a_camera(site.site_id)
        visit = a_visit(site.site_id, customer_id, at=NOON + minutes(number), lasting=minutes(1))
        image = an_image(tenant_id, site.site_id)
        sighting = replace(a_sighting(visit, camera_id=camera.camera_id), image_id=image.image_id)
        outcome = an_outcome(customer_id, visit.visit_id, site_id=site.site_id)
        async with transactions.begin_exclusive(tenant_id) as tx:
            await tx.sites.add(site, None)
            await tx.cameras.add(camera, None)
            records = BatchRecords(
                at=NOON,
                visits=[visit],
                sightings=[sighting],
                images=[image],
                outcomes=[outcome],
                changes=[NewChange(Topic.VISITS, ChangeKind.CREATED, site.site_id, visit.visit_id)],
            )
            await tx.batches.write(records)
        found.append(Shop(site.site_id, camera, visit, sighting, image, outcome))
    return found[0], found[1]


async def test_another_sites_rows_are_not_there_whoever_forgot_the_filter(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop]
) -> None:
    there, here = shops
    async with transactions.begin(tenant_id, sites={here.site_id}) as tx:
        assert [each.site_id for each in await tx.sites.list(only=None, after=None, limit=9)] == [
            here.site_id
        ]
        assert await tx.sites.get(there.site_id) is None
        cameras = await tx.cameras.list(sites=None, after=None, limit=9)
        assert [each.camera_id for each in cameras] == [here.camera.camera_id]
        assert await tx.cameras.get(there.camera.camera_id) is None
        visits = await tx.visits.list(matching=VisitFilter(), after=None, limit=9)
        assert [each.visit_id for each in visits] == [here.visit.visit_id]
        assert await tx.visits.views([there.visit.visit_id]) == {}
        customer_id = here.visit.customer_id
        assert [each.visit_id for each in await tx.visits.of_customers([customer_id])] == [
            here.visit.visit_id
        ]
        tracks = await tx.sightings.by_track({there.sighting.track_id, here.sighting.track_id})
        assert tracks.keys() == {here.sighting.track_id}
        page = await tx.customer_sightings.page(customer_id, sites=None, after=None, limit=9)
        assert [each.track_id for each in page] == [here.sighting.track_id]
        assert (await tx.customers.views([customer_id], sites=None))[customer_id].visit_count == 1
        images = await tx.images.find({there.image.image_id, here.image.image_id})
        assert images.keys() == {here.image.image_id}
        recorded = await tx.events.recorded([there.outcome.event_id, here.outcome.event_id])
        assert recorded.keys() == {here.outcome.event_id}
        changes = await tx.changes.read_after(0, topics=list(Topic), sites=None, limit=9)
        assert {each.site_id for each in changes} == {here.site_id}
        assert (await tx.cameras.desired(there.site_id, NOON)).cameras == ()


@pytest.mark.parametrize("exclusive", [False, True])
async def test_who_is_confined_to_nothing_sees_nothing(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop], *, exclusive: bool
) -> None:
    begin = transactions.begin_exclusive if exclusive else transactions.begin
    async with begin(tenant_id, sites=[]) as tx:
        assert not await tx.sites.list(only=None, after=None, limit=9)
        assert not await tx.visits.list(matching=VisitFilter(), after=None, limit=9)
    async with begin(tenant_id) as tx:
        assert len(await tx.sites.list(only=None, after=None, limit=9)) == len(shops)
    async with begin(tenant_id, sites={each.site_id for each in shops}) as tx:
        assert len(await tx.visits.list(matching=VisitFilter(), after=None, limit=9)) == len(shops)


async def test_whether_a_visit_is_the_first_is_asked_of_the_whole_tenant(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop]
) -> None:
    """ADR 0012; whoever sees only the second shop is told the same as everybody."""
    first, second = shops
    async with transactions.begin(tenant_id, sites={second.site_id}) as tx:
        seen = await tx.visits.get(second.visit.visit_id)
        assert seen is not None
        assert seen.kind is VisitKind.REPEAT
        repeat = await tx.visits.list(matching=VisitFilter(kind=VisitKind.REPEAT), after=None, limit=9)
        assert [each.visit_id for each in repeat] == [second.visit.visit_id]
        assert not await tx.visits.list(matching=VisitFilter(kind=VisitKind.NEW), after=None, limit=9)
    async with transactions.begin(tenant_id, sites={first.site_id}) as tx:
        seen = await tx.visits.get(first.visit.visit_id)
        assert seen is not None
        assert seen.kind is VisitKind.NEW


async def test_nothing_is_written_for_another_site(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop]
) -> None:
    there, here = shops

    async def write() -> None:
        async with transactions.begin_exclusive(tenant_id, sites={here.site_id}) as tx:
            await tx.visits.save([replace(here.visit, visit_id=new_id(), site_id=there.site_id)])

    with pytest.raises(Exception, match=r"another site|row-level security"):
        await write()
    async with transactions.begin(tenant_id) as tx:
        assert len(await tx.visits.list(matching=VisitFilter(), after=None, limit=9)) == len(shops)


async def test_a_worker_of_another_site_is_not_admitted(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop]
) -> None:
    there, here = shops
    worker = a_worker(there.site_id)
    async with transactions.begin(tenant_id, sites={there.site_id}) as tx:
        assert await tx.workers.admit(worker) == 0
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id, sites={here.site_id}) as tx:
            await tx.workers.admit(replace(worker, site_id=here.site_id))
    assert caught.value.kind is ErrorKind.PERMISSION_DENIED


async def test_a_request_of_another_site_is_not_there(
    transactions: Transactions, tenant_id: UUID, shops: tuple[Shop, Shop]
) -> None:
    there, here = shops
    request_id = new_id()
    async with transactions.begin(tenant_id, sites={there.site_id}) as tx:
        await tx.cameras.add(replace(a_camera(there.site_id), display_name="Till"), request_id)
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id, sites={here.site_id}) as tx:
            await tx.cameras.add(replace(a_camera(here.site_id), display_name="Till"), request_id)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.NOT_FOUND, "SITE_NOT_FOUND")
    same_name = replace(here.camera, camera_id=new_id())
    with pytest.raises(FootfallError) as caught:
        async with transactions.begin(tenant_id, sites={here.site_id}) as tx:
            await tx.cameras.add(same_name, new_id())
    assert caught.value.kind is ErrorKind.ALREADY_EXISTS
