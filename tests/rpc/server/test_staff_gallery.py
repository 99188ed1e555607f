"""The staff gallery on a worker's link, and what becomes of a worker's hint."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from fakes.edge_client import EdgeClient, linked
from fakes.shop import MODEL_ID, Chain, Replica, Shop
from fakes.wire_events import embedding_of, face_event
from footfall.v1 import face_event_pb2, ingest_service_pb2
from footfall_server.domain.batch import BatchRecords, IdentityChanges
from footfall_server.domain.customer import new_customer
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.person import CustomerKind, GalleryFace
from footfall_server.rpc import edge_gallery
from footfall_server.services import staff_galleries
from structlog.testing import capture_logs

FIRST = 700
"""People who are staff have numbers from this on."""


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a link waits between two looks is not what is tested here."""
    monkeypatch.setattr(edge_gallery, "LOOK", timedelta(milliseconds=20))


async def hire(shop: Shop, *people: int, chain: Chain | None = None) -> list[UUID]:
    """Makes staff of people who are known by one face each."""
    hired = []
    async with shop.transactions.begin_exclusive((chain or shop.own).tenant.tenant_id) as tx:
        for person in people:
            new = replace(new_customer(shop.clock.now()), kind=CustomerKind.STAFF)
            customer = await tx.customers.add(new, None)
            face_id = new_id()
            face = GalleryFace(
                face_id=face_id,
                customer_id=customer.customer_id,
                model_id=MODEL_ID,
                embedding=np.frombuffer(embedding_of(person), "<f4"),
                quality_score=0.9,
                event_id=new_id(),
                created_at=shop.clock.now(),
                exemplar_id=face_id,
            )
            people = IdentityChanges(faces=[face])
            await tx.batches.write(BatchRecords(at=shop.clock.now(), people=people))
            hired.append(customer.customer_id)
    return hired


async def dismiss(shop: Shop, customer_id: UUID) -> None:
    async with shop.transactions.begin_exclusive(shop.own.tenant.tenant_id) as tx:
        customer = (await tx.customers.find([customer_id]))[customer_id]
        await tx.customers.save([replace(customer, kind=CustomerKind.VISITOR)])


class Held:
    """A worker's gallery, kept as the protocol says."""

    def __init__(self, link: EdgeClient) -> None:
        self.link = link
        self.version = 0
        self.faces: dict[str, ingest_service_pb2.GalleryFace] = {}
        self.deltas: list[ingest_service_pb2.GalleryDelta] = []

    @property
    def staff(self) -> set[str]:
        return {face.staff_id for face in self.faces.values()}

    async def say(self, *, version: int | None = None, model_id: str = MODEL_ID) -> None:
        said = self.version if version is None else version
        state = ingest_service_pb2.GalleryState(model_id=model_id, version=said)
        await self.link.say(gallery_state=state)

    async def take(self) -> ingest_service_pb2.GalleryDelta:
        delta = (await self.link.hear("gallery_delta")).gallery_delta
        assert delta.from_version in {0, self.version}
        assert delta.model_id == MODEL_ID
        assert 0.2 <= delta.threshold <= 1
        if not delta.from_version:
            self.faces.clear()
        for face_id in delta.removed_face_ids:
            self.faces.pop(face_id, None)
        self.faces.update((face.face_id, face) for face in delta.faces)
        self.version = delta.version
        self.deltas.append(delta)
        return delta


@asynccontextmanager
async def holding(shop: Shop, core: Replica, chain: Chain | None = None) -> AsyncIterator[Held]:
    async with linked(core, shop.signed_in(Role.WORKER, chain=chain)) as (link, _):
        yield Held(link)


def wire_ids(ids: Sequence[UUID]) -> set[str]:
    return {str(each) for each in ids}


async def test_a_worker_is_told_of_staff_and_of_what_changes_within_seconds(
    shop: Shop, core: Replica
) -> None:
    [clerk, boss] = await hire(shop, FIRST, FIRST + 1)
    async with shop.replica() as other, holding(shop, core) as first, holding(shop, other) as second:
        for held in (first, second):
            await held.say()
            await held.take()
            assert held.staff == wire_ids([clerk, boss])
            assert {face.vector for face in held.faces.values()} == {
                embedding_of(FIRST),
                embedding_of(FIRST + 1),
            }
        await dismiss(shop, clerk)
        shop.clock.advance(staff_galleries.KEEP)
        for held in (first, second):
            delta = await held.take()
            assert delta.from_version, "only what changed"
            assert held.staff == wire_ids([boss])
    assert staff_galleries.KEEP + timedelta(seconds=5) < timedelta(seconds=60), "both waits together"


async def test_a_worker_that_was_away_is_told_what_it_missed(shop: Shop, core: Replica) -> None:
    [clerk] = await hire(shop, FIRST)
    async with holding(shop, core) as held:
        await held.say()
        await held.take()
    [boss] = await hire(shop, FIRST + 1)
    await dismiss(shop, clerk)
    shop.clock.advance(timedelta(days=1))
    async with holding(shop, core) as again:
        again.version, again.faces = held.version, held.faces
        await again.say()
        delta = await again.take()
        assert (delta.from_version, len(delta.faces), len(delta.removed_face_ids)) == (held.version, 1, 1)
        assert again.staff == wire_ids([boss])
    shop.clock.advance(timedelta(days=31))
    async with holding(shop, core) as late:
        late.version, late.faces = held.version, dict(held.faces)
        await late.say()
        delta = await late.take()
        assert delta.from_version == 0, "what it missed is not known any more"
        assert late.staff == wire_ids([boss])


async def test_a_worker_that_holds_a_version_of_the_future_begins_anew(shop: Shop, core: Replica) -> None:
    async with holding(shop, core) as held:
        held.version = 2**60
        await held.say()
        delta = await held.take()
        assert (delta.from_version, delta.version, len(delta.faces)) == (0, 0, 0), (
            "as after a restored backup"
        )
        [clerk] = await hire(shop, FIRST)
        shop.clock.advance(staff_galleries.KEEP)
        await held.take()
        assert held.staff == wire_ids([clerk])


async def test_a_large_gallery_comes_in_several_messages(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_galleries, "FACES_PER_DELTA", 3)
    hired = await hire(shop, *range(FIRST, FIRST + 8))
    async with shop.replica() as small, holding(shop, small) as held:
        await held.say()
        while held.staff != wire_ids(hired):
            await held.take()
        assert [len(delta.faces) for delta in held.deltas] == [3, 3, 2]
    assert staff_galleries.FACES_PER_DELTA * 8192 < 4 * 1024 * 1024


async def test_galleries_are_of_the_own_tenant_and_model(shop: Shop, core: Replica) -> None:
    await hire(shop, FIRST)
    [theirs] = await hire(shop, FIRST + 1, chain=shop.foreign)
    async with holding(shop, core, shop.foreign) as held:
        await held.say(model_id="another-model")
        await held.say()
        await held.take()
        assert held.staff == {str(theirs)}


async def test_a_hint_alone_makes_nobody_staff(shop: Shop, core: Replica) -> None:
    [clerk] = await hire(shop, FIRST)
    async with linked(core, shop.signed_in(Role.WORKER)) as (link, _):
        with capture_logs() as logs:
            for sequence, person in enumerate((FIRST, 1), 1):
                event = face_event(shop.own.camera.camera_id, person=person)
                hint = face_event_pb2.StaffHint(staff_id=str(clerk), score=0.99, gallery_version=1)
                event.staff_hint.CopyFrom(hint)
                await link.say_event(sequence, event)
                assert not await link.hear_ack(sequence)
        tables = shop.transactions.tables(shop.own.tenant.tenant_id)
        outcomes = {each.customer_id: each.outcome.value for each in tables.sightings.values()}
        assert outcomes.pop(clerk) == "staff", "the core found the same"
        [(stranger, outcome)] = outcomes.items()
        assert outcome == "new"
        [refuted] = [each for each in logs if each["event"] == "staff_hint_refuted"]
        assert (refuted["staff_id"], refuted["customer_id"]) == (str(clerk), str(stranger))
        assert refuted["in_all"] == 1
