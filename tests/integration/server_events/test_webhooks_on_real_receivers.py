"""Real PostgreSQL and a real HTTP server that fails, is slow or gone, or sees its sender die."""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from aiohttp import web
from database_fixtures import FootfallDatabase
from event_worlds import EventWorld, NoWord, event_world
from fakes.webhook_parts import FakeSecretSeal
from footfall_local.ports import free_port
from footfall_server.domain.webhook import DeliveryState
from footfall_server.errors import unavailable
from footfall_server.ports import EventReader, PlatformTransaction, Transaction, Transactions
from footfall_server.services.webhook_delivery import WebhookDeliveries
from footfall_server.services.webhook_fan_out import WebhookFanOut
from footfall_server.services.webhooks import WebhookService, WebhookValues
from footfall_server.webhook_sender import HttpWebhookSender

TIMEOUT = timedelta(seconds=1)
Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Receivers:
    """Receivers by their path, each with a behaviour; and the bodies that came, in their order."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.bodies: defaultdict[str, list[bytes]] = defaultdict(list)
        self.behaviours: dict[str, Behaviour] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        assert json.loads(body)["id"] == request.headers["webhook-id"]
        self.bodies[request.path].append(body)
        behaviour = self.behaviours.get(request.path)
        return web.Response(status=204) if behaviour is None else await behaviour(request)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def revisions(self, path: str) -> list[int]:
        """Of the events that came, those that came again included."""
        return [json.loads(each)["data"]["revision"] for each in self.bodies[path]]

    def sites(self, path: str) -> set[str]:
        return {json.loads(each)["data"]["site_id"] for each in self.bodies[path]}


@pytest.fixture
async def receivers() -> AsyncIterator[Receivers]:
    found = Receivers(free_port())
    app = web.Application()
    app.router.add_post("/{name}", found.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", found.port).start()
    yield found
    await runner.cleanup()


@pytest.fixture
async def world(footfall_database: FootfallDatabase) -> AsyncIterator[EventWorld]:
    async with event_world(footfall_database) as made:
        yield made


class Replica:
    """What carries events out, of one process."""

    def __init__(self, world: EventWorld, transactions: Transactions, seed: int) -> None:
        self._tenant_id = world.tenant_id
        self.fan_out = WebhookFanOut(
            transactions=transactions, changed=NoWord(), clock=world.clock, queued=lambda: None, lot=20
        )
        self.deliveries = WebhookDeliveries(
            transactions=transactions,
            sender=HttpWebhookSender(allow_private=True, timeout=TIMEOUT),
            seal=FakeSecretSeal(),
            clock=world.clock,
            dice=random.Random(seed),
        )

    async def carry(self) -> None:
        await self.fan_out.sweep(frozenset({self._tenant_id}))
        await self.deliveries.drain()


@pytest.fixture
def replicas(world: EventWorld) -> list[Replica]:
    return [Replica(world, each, number) for number, each in enumerate(world.replicas)]


@pytest.fixture
def service(world: EventWorld) -> WebhookService:
    return WebhookService(
        transactions=world.transactions, seal=FakeSecretSeal(), allow_private=True, clock=world.clock
    )


async def add(service: WebhookService, world: EventWorld, url: str, *, sites: Collection[UUID] = ()) -> UUID:
    values = WebhookValues(url=url, enabled=True, site_ids=frozenset(sites))
    return (await service.create(world.admin, values, request_id=None)).webhook.webhook_id


async def states(world: EventWorld, webhook_id: UUID) -> dict[DeliveryState, int]:
    counted: dict[DeliveryState, int] = {}
    async with world.transactions.begin(world.tenant_id) as tx:
        found = await tx.webhook_deliveries.list(webhook_id=webhook_id, state=None, before=None, limit=10_000)
    for each in found:
        counted[each.state] = counted.get(each.state, 0) + 1
    return counted


async def waiting(world: EventWorld) -> bool:
    """Whether something was not handed on yet, or is not delivered."""
    async with world.transactions.begin(world.tenant_id) as tx:
        behind = await tx.event_cursors.position(EventReader.WEBHOOKS) != (await tx.changes.horizon()).current
        pending = await tx.webhook_deliveries.list(
            webhook_id=None, state=DeliveryState.PENDING, before=None, limit=1
        )
    return behind or bool(pending)


async def test_two_loops_side_by_side_send_each_event_once_and_in_order(
    world: EventWorld, receivers: Receivers, replicas: list[Replica], service: WebhookService
) -> None:
    ids = [await add(service, world, receivers.url(f"/{name}")) for name in ("a", "b", "c")]
    producing = [asyncio.create_task(world.happens(50, site=n, replica=n)) for n in range(2)]
    while not all(each.done() for each in producing):
        await asyncio.gather(*(each.carry() for each in replicas))
    await asyncio.gather(*producing)
    await asyncio.gather(*(each.carry() for each in replicas))
    await replicas[0].carry()
    for path in ("/a", "/b", "/c"):
        assert receivers.revisions(path) == list(range(1, 101)), "each once, in the order of commits"
    for webhook_id in ids:
        assert await states(world, webhook_id) == {DeliveryState.DELIVERED: 100}


async def test_no_event_is_lost_on_receivers_that_fail_are_slow_or_cut_the_line(
    world: EventWorld, receivers: Receivers, replicas: list[Replica], service: WebhookService
) -> None:
    dice = random.Random(4)

    async def flaky(_: web.Request) -> web.StreamResponse:
        return web.Response(status=dice.choice([204, 204, 204, 204, 500, 429]))

    async def slow(_: web.Request) -> web.StreamResponse:
        if dice.random() < 0.05:
            await asyncio.sleep(TIMEOUT.total_seconds() + 1)
        return web.Response(status=204)

    async def cutting(request: web.Request) -> web.StreamResponse:
        if dice.random() < 0.3 and request.transport is not None:
            request.transport.close()
        return web.Response(status=204)

    receivers.behaviours |= {"/flaky": flaky, "/slow": slow, "/cutting": cutting}
    ids = {path: await add(service, world, receivers.url(path)) for path in ("/flaky", "/slow", "/cutting")}
    well = await add(service, world, receivers.url("/well"))
    there = world.site_ids[1]
    await add(service, world, receivers.url("/there"), sites=[there])
    for number in range(60):
        await world.happens(site=number % 2)
    async with asyncio.timeout(100):
        while await waiting(world):
            await asyncio.gather(*(each.carry() for each in replicas))
            world.clock.advance(timedelta(minutes=1))
    for path, webhook_id in ids.items():
        assert set(receivers.revisions(path)) == set(range(1, 61)), path
        assert await states(world, webhook_id) == {DeliveryState.DELIVERED: 60}
        bodies = receivers.bodies[path]
        assert len(set(bodies)) == 60, "what comes again is the same to the byte"
    assert len(receivers.bodies["/flaky"]) > 60
    assert receivers.revisions("/well") == list(range(1, 61)), "others are not disturbed"
    assert await states(world, well) == {DeliveryState.DELIVERED: 60}
    assert receivers.sites("/there") == {str(there)}
    assert receivers.revisions("/there") == list(range(2, 61, 2))


async def test_nothing_comes_after_its_filter_was_changed(
    world: EventWorld, receivers: Receivers, replicas: list[Replica], service: WebhookService
) -> None:
    webhook_id = await add(service, world, receivers.url("/a"))
    for _ in range(5):
        producing = asyncio.create_task(world.happens(10, site=0, replica=1))
        carrying = [asyncio.create_task(each.carry()) for each in replicas]
        here = WebhookValues(site_ids=frozenset({world.site_ids[1]}))
        await service.update(world.admin, webhook_id, here)
        told = await world.revision()
        await asyncio.gather(producing, *carrying)
        await replicas[0].carry()
        at_other_site = [each for each in receivers.revisions("/a") if each > told]
        assert at_other_site == []
        everywhere = WebhookValues(site_ids=frozenset())
        await service.update(world.admin, webhook_id, everywhere)
        seen = len(receivers.bodies["/a"])
        await world.happens(1)
        await replicas[1].carry()
        assert len(receivers.bodies["/a"]) == seen + 1


async def test_a_receiver_that_is_gone_hears_no_more_and_a_dead_letter_is_replayed(
    world: EventWorld, receivers: Receivers, replicas: list[Replica], service: WebhookService
) -> None:
    async def gone(_: web.Request) -> web.StreamResponse:
        return web.Response(status=410)

    async def broken(_: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    receivers.behaviours |= {"/gone": gone, "/dead": broken}
    left = await add(service, world, receivers.url("/gone"))
    dead = await add(service, world, receivers.url("/dead"))
    await world.happens(4)
    await asyncio.gather(*(each.carry() for each in replicas))
    assert len(receivers.bodies["/gone"]) == 1
    assert not (await service.get(world.admin, left)).enabled
    start = (await _oldest_event(world, dead)) - timedelta(seconds=1)
    world.clock.advance(timedelta(hours=25))
    await asyncio.gather(*(each.carry() for each in replicas))
    assert await states(world, dead) == {DeliveryState.DEAD: 4}
    del receivers.behaviours["/dead"]
    receivers.bodies.clear()
    end = start + timedelta(hours=1)
    assert await service.replay_between(world.admin, dead, DeliveryState.DEAD, start, end) == 4
    world.clock.advance(timedelta(minutes=5))
    await asyncio.gather(*(each.carry() for each in replicas))
    assert receivers.revisions("/dead") == [1, 2, 3, 4]
    assert receivers.bodies["/gone"] == []
    assert await states(world, dead) == {DeliveryState.DELIVERED: 4}


async def _oldest_event(world: EventWorld, webhook_id: UUID) -> datetime:
    async with world.transactions.begin(world.tenant_id) as tx:
        found = await tx.webhook_deliveries.list(webhook_id=webhook_id, state=None, before=None, limit=99)
    return min(each.event.occurred_at for each in found)


class Mortal:
    """Transactions of a process that may be killed: from then on it reaches nothing any more."""

    def __init__(self, inner: Transactions) -> None:
        self._inner = inner
        self.dead = False

    def _alive(self) -> None:
        if self.dead:
            raise unavailable("STORE_UNAVAILABLE", "this process is dead")

    @asynccontextmanager
    async def begin(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AsyncIterator[Transaction]:
        self._alive()
        async with self._inner.begin(tenant_id, sites=sites) as tx:
            yield tx
            self._alive()

    def begin_exclusive(
        self, tenant_id: UUID, *, sites: Collection[UUID] | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        return self._inner.begin_exclusive(tenant_id, sites=sites)

    def begin_platform(self) -> AbstractAsyncContextManager[PlatformTransaction]:
        self._alive()
        return self._inner.begin_platform()

    def begin_platform_exclusive(self) -> AbstractAsyncContextManager[PlatformTransaction]:
        return self._inner.begin_platform_exclusive()


async def test_what_a_replica_had_in_hand_when_it_died_is_sent_by_another(
    world: EventWorld, receivers: Receivers, replicas: list[Replica], service: WebhookService
) -> None:
    holding, reached = asyncio.Event(), asyncio.Event()

    async def hold(_: web.Request) -> web.StreamResponse:
        if len(receivers.bodies["/a"]) == 3:
            reached.set()
            await holding.wait()
        return web.Response(status=204)

    receivers.behaviours["/a"] = hold
    webhook_id = await add(service, world, receivers.url("/a"))
    mortal = Mortal(world.replicas[0])
    dying = Replica(world, mortal, 9)
    await world.happens(6)
    task = asyncio.create_task(dying.carry())
    await asyncio.wait_for(reached.wait(), 20)
    mortal.dead = True
    holding.set()
    await asyncio.gather(task, return_exceptions=True)
    await replicas[1].carry()
    assert receivers.revisions("/a") == [1, 2, 3], "its claim holds"
    world.clock.advance(timedelta(minutes=1))
    await replicas[1].carry()
    assert receivers.revisions("/a") == [1, 2, 3, 3, 4, 5, 6], "nobody noted that the third was taken"
    assert receivers.bodies["/a"][2] == receivers.bodies["/a"][3]
    assert await states(world, webhook_id) == {DeliveryState.DELIVERED: 6}
