"""The index is away, slow or forgetful, and everybody is still known, on the fakes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import pytest
from fakes.counting_shop import Shop
from fakes.ingest import an_ingest
from fakes.manual_clock import START
from fakes.memory_face_index import MemoryFaceIndex
from fakes.polling import until
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person, shot_of
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.live.change_feed import TenantBell
from footfall_server.ports import IndexHit
from footfall_server.services.face_ingest import FaceIngest
from footfall_server.services.fallback_galleries import KEPT_FOR, FallbackGalleries
from footfall_server.services.index_verification import IndexVerification
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.resilient_search import ResilientSearch
from structlog.testing import capture_logs

PEOPLE = 5
LATER = timedelta(minutes=2)
"""From then on a face that the index took is its business alone."""


class MoodyIndex(MemoryFaceIndex):
    """Counts whatever it is asked for, and can fail at searches alone."""

    def __init__(self) -> None:
        super().__init__({MODEL_ID: DIMENSION, "other": DIMENSION})
        self.finds_nothing = False
        self.asked = 0

    async def search(
        self, tenant_id: UUID, model_id: str, embeddings: npt.NDArray[np.float32], limit: int
    ) -> Sequence[Sequence[IndexHit]]:
        self.asked += 1
        if self.finds_nothing:
            raise FootfallError(ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE", "not now")
        return await super().search(tenant_id, model_id, embeddings, limit)


@dataclass(slots=True)
class World:
    """A shop and two replicas that survive their index."""

    index: MoodyIndex = field(default_factory=MoodyIndex)
    most_faces: int = 1000
    patience: timedelta = timedelta(seconds=5)
    shop: Shop = field(init=False)
    galleries: list[FallbackGalleries] = field(init=False)
    searches: list[ResilientSearch] = field(init=False)
    replicas: list[FaceIngest] = field(init=False)
    minute: int = 0

    def __post_init__(self) -> None:
        self.shop = shop = Shop(index=self.index)
        self.galleries = [
            FallbackGalleries(
                transactions=shop.transactions, clock=shop.clock, most_faces=self.most_faces, page=2
            )
            for _ in range(2)
        ]
        self.searches = [
            ResilientSearch(
                index=self.index,
                galleries=galleries,
                verification=IndexVerification(
                    transactions=shop.transactions,
                    index=self.index,
                    clock=shop.clock,
                    settling=timedelta(0),
                ),
                clock=shop.clock,
                patience=self.patience,
                look_every=timedelta(0),
            )
            for galleries in self.galleries
        ]
        self.replicas = [
            an_ingest(transactions=shop.transactions, index=search, images=shop.images, clock=shop.clock)
            for search in self.searches
        ]

    async def comes(self, number: int, *, replica: int = 0) -> Recorded:
        """Each a minute after the one before, on the shop's clock, too."""
        self.minute += 1
        at = START + timedelta(minutes=self.minute)
        self.shop.clock.at = max(self.shop.clock.at, at + timedelta(minutes=1))
        event = face_event(self.shop.camera_id, person(number), at=at)
        [recorded] = await self.replicas[replica].record_many(self.shop.principal(), [event])
        return recorded

    async def carry(self) -> None:
        """The outbox is carried, and what was carried is recent no more."""
        shop = self.shop
        await IndexWriter(
            transactions=shop.transactions, index=self.index, changed=TenantBell(), clock=shop.clock
        ).drain(shop.tenant_id)
        shop.clock.advance(LATER)

    async def look(self) -> None:
        for search in self.searches:
            await search.look()

    async def search(self, numbers: Sequence[int], limit: int = 10) -> Sequence[Sequence[IndexHit]]:
        queries = np.stack([person(number) for number in numbers])
        return await self.searches[0].search(self.shop.tenant_id, MODEL_ID, queries, limit)


@pytest.fixture
async def world() -> World:
    world = World()
    await populate(world)
    return world


async def populate(world: World) -> None:
    """Some people whom only the index knows."""
    for number in range(PEOPLE):
        assert (await world.comes(number)).outcome is FaceOutcome.NEW
    await world.carry()


def customers(world: World) -> int:
    return len(world.shop.tables.customers)


async def test_everybody_is_known_while_the_index_is_away(world: World) -> None:
    world.index.failing = True
    for replica in (0, 1):
        outcomes = [await world.comes(number, replica=replica) for number in range(PEOPLE)]
        assert {each.outcome for each in outcomes} == {FaceOutcome.KNOWN}
    assert customers(world) == PEOPLE
    assert all(search.is_away(MODEL_ID) for search in world.searches)


@pytest.mark.parametrize("seed", range(4))
async def test_it_answers_what_the_index_would(seed: int) -> None:
    world = World()
    dice = np.random.default_rng(seed)
    for number in dice.integers(0, 1000, 30):
        await world.comes(int(number))
    await world.carry()
    asked = [int(number) for number in dice.integers(0, 1000, 20)]
    limit = int(dice.integers(1, 40))
    expected = await world.search(asked, limit)
    world.index.failing = True
    answers = await world.search(asked, limit)
    assert world.searches[0].is_away(MODEL_ID)
    for told, truth in zip(answers, expected, strict=True):
        assert [hit.face_id for hit in told] == [hit.face_id for hit in truth]
        np.testing.assert_allclose([hit.score for hit in told], [hit.score for hit in truth], atol=1e-6)


async def test_who_came_on_another_replica_during_the_outage_is_known(world: World) -> None:
    await world.comes(0)
    world.index.failing = True
    await world.comes(0)
    new = await world.comes(100, replica=1)
    assert new.outcome is FaceOutcome.NEW
    again = await world.comes(100, replica=0)
    assert (again.outcome, again.customer_id) == (FaceOutcome.KNOWN, new.customer_id)


async def test_what_the_index_takes_and_does_not_find_is_found(world: World) -> None:
    """It accepts faces and fails at searches: what a writer carried is not recent for long."""
    world.index.finds_nothing = True
    await world.comes(0)
    new = await world.comes(100, replica=1)
    await world.carry()
    again = await world.comes(100, replica=0)
    assert again.customer_id == new.customer_id
    assert customers(world) == PEOPLE + 1


async def test_an_index_that_is_away_is_not_asked_by_searches(world: World) -> None:
    world.index.failing = True
    for number in range(PEOPLE):
        await world.comes(number)
    assert world.index.asked == PEOPLE + 1, "once in vain"
    await world.searches[0].look()
    assert world.index.asked == PEOPLE + 1, "there is no collection to search in"
    assert world.searches[0].is_away(MODEL_ID)


async def test_it_is_trusted_again_once_it_answers_and_memory_is_given_back(world: World) -> None:
    world.index.failing = True
    await world.comes(0)
    await world.comes(100)
    assert world.galleries[0].faces == PEOPLE
    world.index.failing = False
    await world.look()
    assert not world.searches[0].is_away(MODEL_ID)
    assert world.galleries[0].faces == 0
    asked = world.index.asked
    again = await world.comes(100)
    assert again.outcome is FaceOutcome.KNOWN, "not carried yet"
    assert world.index.asked == asked + 1


async def test_a_replica_without_events_notices_as_well(world: World) -> None:
    await world.comes(0, replica=1)
    world.index.failing = True
    await world.look()
    assert world.searches[1].is_away(MODEL_ID)
    asked = world.index.asked
    assert (await world.comes(0, replica=1)).outcome is FaceOutcome.KNOWN
    assert world.index.asked == asked


async def test_an_index_that_forgot_while_it_was_away_is_mended_before_it_is_trusted(world: World) -> None:
    world.index.failing = True
    await world.comes(0)
    world.index.failing = False
    lost = list(world.shop.tables.gallery)[:2]
    await world.index.delete(world.shop.tenant_id, MODEL_ID, lost)
    await world.look()
    assert not world.searches[0].is_away(MODEL_ID)
    outcomes = [await world.comes(number) for number in range(PEOPLE)]
    assert {each.outcome for each in outcomes} == {FaceOutcome.KNOWN}
    await world.carry()
    assert world.index.visible(world.shop.tenant_id, MODEL_ID) == world.shop.tables.gallery.keys()


async def test_an_index_that_cannot_be_compared_is_not_trusted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.index.failing = True
    await world.comes(0)
    world.index.failing = False

    async def refuse(_tenant_id: UUID, _model_id: str) -> frozenset[UUID]:
        raise FootfallError(ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE", "still loading")

    with monkeypatch.context() as patched:
        patched.setattr(world.index, "face_ids", refuse)
        await world.look()
        assert world.searches[0].is_away(MODEL_ID)
    await world.look()
    assert not world.searches[0].is_away(MODEL_ID)


async def test_a_lost_collection_is_away_and_others_are_not(world: World) -> None:
    query = np.stack([person(0)])
    assert await world.searches[0].search(world.shop.tenant_id, "other", query, 5) == [[]]
    world.index.lose(MODEL_ID)
    assert (await world.comes(0)).outcome is FaceOutcome.KNOWN
    await world.look()
    assert world.searches[0].is_away(MODEL_ID), "there is none yet"
    assert not world.searches[0].is_away("other")


async def test_a_slow_index_is_waited_for_once() -> None:
    world = World(patience=timedelta(milliseconds=50))
    await populate(world)
    world.index.hold_search = asyncio.Event()
    outcomes = [await world.comes(number) for number in range(PEOPLE)]
    assert {each.outcome for each in outcomes} == {FaceOutcome.KNOWN}
    assert world.index.asked == PEOPLE + 1
    await world.look()
    assert world.searches[0].is_away(MODEL_ID), "it is as slow as before"
    world.index.hold_search.set()
    await world.look()
    assert not world.searches[0].is_away(MODEL_ID)


async def test_a_gallery_that_does_not_fit_is_refused_and_others_are_served() -> None:
    world = World(most_faces=PEOPLE)
    await populate(world)
    await world.comes(100)
    await world.carry()
    world.index.failing = True
    with pytest.raises(FootfallError) as caught:
        await world.comes(0)
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.UNAVAILABLE, "INDEX_UNAVAILABLE")
    assert world.galleries[0].faces == 0
    query = np.stack([person(0)])
    assert await world.searches[0].search(uuid4(), MODEL_ID, query, 5) == [[]]


async def test_a_gallery_that_outgrows_its_room_is_let_go() -> None:
    world = World(most_faces=PEOPLE)
    await populate(world)
    world.index.finds_nothing = True
    await world.comes(0)
    assert world.galleries[0].faces == PEOPLE
    await world.comes(100)
    await world.carry()
    with pytest.raises(FootfallError):
        await world.comes(0)
    assert world.galleries[0].faces == 0


async def test_nothing_is_held_where_nothing_may_be() -> None:
    world = World(most_faces=0)
    world.index.failing = True
    with pytest.raises(FootfallError):
        await world.comes(0)


async def test_who_is_forgotten_leaves_the_memory_in_the_end(world: World) -> None:
    world.index.failing = True
    await world.comes(0)
    gone = next(reversed(world.shop.tables.gallery))
    del world.shop.tables.gallery[gone]
    world.shop.clock.advance(KEPT_FOR)
    await world.comes(0)
    assert world.galleries[0].faces == PEOPLE - 1
    [hits] = await world.search([PEOPLE - 1])
    assert gone not in {hit.face_id for hit in hits}


async def test_a_store_that_fails_while_it_is_read_leaves_nothing_half_read(world: World) -> None:
    world.index.failing = True

    def fail() -> None:
        raise FootfallError(ErrorKind.UNAVAILABLE, "STORE_UNAVAILABLE", "the store is away")

    world.shop.transactions.before_commit = fail
    with pytest.raises(FootfallError) as caught:
        await world.search([0])
    assert caught.value.reason == "STORE_UNAVAILABLE"
    assert world.galleries[0].faces == 0
    world.shop.transactions.before_commit = None
    [hits] = await world.search([0])
    assert hits[0].score == pytest.approx(1.0)


async def test_what_is_still_being_read_when_the_index_is_back_is_not_kept(world: World) -> None:
    world.index.failing = True
    await world.search([0])
    world.index.failing = False
    looks: list[asyncio.Task[None]] = []

    def come_back() -> None:
        world.shop.transactions.before_commit = None
        looks.append(asyncio.create_task(world.searches[0].look()))

    world.shop.transactions.before_commit = come_back
    hits, _ = await asyncio.gather(world.search([0]), until(lambda: bool(looks)))
    await looks[0]
    assert hits[0][0].score == pytest.approx(1.0)
    assert world.galleries[0].faces == 0


async def test_an_error_that_is_no_outage_is_passed_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> Sequence[Sequence[IndexHit]]:
        raise FootfallError(ErrorKind.FAILED_PRECONDITION, "INDEX_FULL", "no more partitions")

    monkeypatch.setattr(world.index, "search", refuse)
    with pytest.raises(FootfallError) as caught:
        await world.search([0])
    assert caught.value.reason == "INDEX_FULL"
    assert not world.searches[0].is_away(MODEL_ID)


async def test_it_is_told_once_that_the_index_is_away_and_once_that_it_is_back(world: World) -> None:
    with capture_logs() as logs:
        world.index.failing = True
        for number in range(PEOPLE):
            await world.comes(number)
            await world.searches[0].look()
        world.index.failing = False
        await world.searches[0].look()
        await world.searches[0].look()
    told = [each for each in logs if each["event"].startswith("face_index.")]
    assert [each["event"] for each in told] == ["face_index.away", "face_index.back"]
    assert told[1]["seconds"] > 0
    assert "embedding" not in str(told)


async def test_it_looks_by_itself(world: World) -> None:
    await world.comes(0)
    running = asyncio.create_task(world.searches[0].run())
    world.index.failing = True
    await until(lambda: world.searches[0].is_away(MODEL_ID))
    assert (await world.comes(0)).outcome is FaceOutcome.KNOWN
    world.index.failing = False
    await until(lambda: not world.searches[0].is_away(MODEL_ID))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_another_shot_is_known_by_the_faces_in_memory(world: World) -> None:
    first = await world.comes(0)
    world.index.failing = True
    at = world.shop.clock.now() - timedelta(seconds=30)
    event = face_event(world.shop.camera_id, shot_of(person(0), cosine=0.7), at=at)
    [again] = await world.replicas[0].record_many(world.shop.principal(), [event])
    assert again.customer_id == first.customer_id
    assert again.score == pytest.approx(0.7, abs=1e-4)
