"""The way of an image over PostgreSQL and S3."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.face_event import AnnouncedImage
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.visit import VisitFilter
from footfall_server.errors import FootfallError
from footfall_server.services.face_crops import FaceCrops
from footfall_server.services.images import ImageService
from footfall_server.services.visits import VisitService
from footfall_server.settings import RetentionSettings
from footfall_server.storage.s3 import S3ImageStore
from real_chain import RealChain
from stack_fixtures import S3Endpoint

JPEG = b"\xff\xd8\xff" + bytes(1000)


@pytest.fixture
async def store(s3_endpoint: S3Endpoint) -> AsyncIterator[S3ImageStore]:
    store = S3ImageStore(
        endpoint=s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        bucket=s3_endpoint.bucket,
    )
    await store.prepare()
    yield store
    await store.close()


def put(url: str, data: bytes) -> int:
    request = Request(url, data, {"Content-Type": "image/jpeg"}, method="PUT")  # noqa: S310 - our own store
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        return int(answer.status)


async def test_an_announced_image_is_put_found_and_shown(chain: RealChain, store: S3ImageStore) -> None:
    replica = await chain.replica()
    service = ImageService(
        transactions=replica.transactions,
        images=store,
        limits=RetentionSettings().limits(),
        clock=chain.clock,
    )
    image = AnnouncedImage(new_id(), len(JPEG), "image/jpeg")
    await replica.ingest.record_many(
        chain.principal(), [replace(face_event(chain.camera_id, person(1)), image=image)]
    )
    [grant] = (await service.grants(chain.principal(), [image.image_id])).granted
    assert (await service.report(chain.principal(), [image.image_id])).missing == [image.image_id]
    assert await asyncio.to_thread(put, grant.put_url, JPEG) == 200
    assert (await service.report(chain.principal(), [image.image_id])).stored == [image.image_id]
    visits = VisitService(transactions=replica.transactions)
    page = await visits.list(chain.principal(), matching=VisitFilter(), after=None, limit=10)
    assert [visit.image_id for visit in page.items] == [image.image_id]
    assert (await service.get(chain.principal(), image.image_id)).data == JPEG
    stranger = replace(chain.principal(), site_ids=frozenset({new_id()}))
    with pytest.raises(FootfallError) as caught:
        await service.get(stranger, image.image_id)
    assert caught.value.reason == "IMAGE_NOT_FOUND"


async def test_a_crop_inside_an_event_is_shown_at_once(chain: RealChain, store: S3ImageStore) -> None:
    replica = await chain.replica()
    replica.ingest._crops = FaceCrops(transactions=replica.transactions, images=store, clock=chain.clock)
    await replica.ingest.record_many(
        chain.principal(), [replace(face_event(chain.camera_id, person(1)), crop_jpeg=JPEG)]
    )
    visits = VisitService(transactions=replica.transactions)
    page = await visits.list(chain.principal(), matching=VisitFilter(), after=None, limit=10)
    [image_id] = [visit.image_id for visit in page.items]
    assert image_id is not None
    service = ImageService(
        transactions=replica.transactions,
        images=store,
        limits=RetentionSettings().limits(),
        clock=chain.clock,
    )
    assert (await service.get(chain.principal(), image_id)).data == JPEG
