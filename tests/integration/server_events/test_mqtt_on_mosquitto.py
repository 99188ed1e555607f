"""A real broker that goes away and comes back: every event is published to it, in its order."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiomqtt
import pytest
from database_fixtures import FootfallDatabase
from event_worlds import EventWorld, NoWord, event_world
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.mqtt_broker import MqttBroker
from footfall_server.ports import BrokerAwayError, Transactions
from footfall_server.services.backoff import Backoff
from footfall_server.services.event_publishing import EventPublishing
from footfall_server.settings import MqttSettings
from pydantic import SecretStr
from real_mosquitto import PASSWORD, USERNAME, Mosquitto, is_required, what_is_lacking

PREFIX = "chain/footfall"


class Broker:
    """A mosquitto that a test stops and starts."""

    def __init__(self, folder: Path) -> None:
        self._server = Mosquitto(data=folder / "mosquitto", port=free_port())
        self._log = folder / "mosquitto.log"
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._stack.enter_context(running(self._server, log=self._log))

    def stop(self) -> None:
        self._stack.close()

    def settings(self, password: str = PASSWORD) -> MqttSettings:
        return MqttSettings(
            url=self.url, username=USERNAME, password=SecretStr(password), topic_prefix=PREFIX
        )


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    lacking = what_is_lacking()
    if lacking is not None and is_required():
        pytest.fail(lacking, pytrace=False)
    if lacking is not None:
        pytest.skip(lacking)
    found = Broker(tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
async def world(footfall_database: FootfallDatabase) -> AsyncIterator[EventWorld]:
    async with event_world(footfall_database) as made:
        yield made


class QuickWord(NoWord):
    """Looks again at once, and lets others run."""

    async def next(self, _patience: timedelta) -> None:
        await asyncio.sleep(0.05)


def publishing(world: EventWorld, transactions: Transactions, broker: Broker) -> EventPublishing:
    return EventPublishing(
        transactions=transactions,
        broker=MqttBroker(broker.settings(), patience=timedelta(seconds=3)),
        changed=QuickWord(),
        clock=world.clock,
        lot=10,
        backoff=Backoff(
            first=timedelta(milliseconds=20), limit=timedelta(milliseconds=200), source=random.Random(1)
        ),
    )


@asynccontextmanager
async def subscriber(broker: Broker) -> AsyncIterator[aiomqtt.Client]:
    """Of a session that the broker keeps."""
    async with aiomqtt.Client(
        "127.0.0.1",
        urlsplit(broker.url).port or 0,
        username=USERNAME,
        password=PASSWORD,
        identifier="till",
        clean_session=False,
    ) as client:
        await client.subscribe(f"{PREFIX}/#", qos=1)
        yield client


async def test_nothing_is_lost_while_the_broker_is_away(world: EventWorld, broker: Broker) -> None:
    async with subscriber(broker):
        pass  # from now on the broker keeps what comes for it
    parts = [publishing(world, each, broker) for each in world.replicas]
    tasks = [asyncio.create_task(each.run()) for each in parts]
    await world.happens(20)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(broker.stop)
    await world.happens(30, site=1)
    await asyncio.to_thread(broker.start)
    await world.happens(20)
    got: list[tuple[str, dict[str, object]]] = []
    async with asyncio.timeout(60), subscriber(broker) as client:
        async for message in client.messages:
            assert message.qos == 1
            assert not message.retain
            assert isinstance(message.payload, bytes)
            got.append((message.topic.value, json.loads(message.payload)))
            if {_revision(said) for _, said in got} == set(range(1, 71)):
                break
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for topic, said in got:
        data = said["data"]
        assert isinstance(data, dict)
        assert topic == f"{PREFIX}/{world.tenant_id}/sites/{data['site_id']}/visit.created"
    ids = {_revision(said): said["id"] for _, said in got}
    assert len(set(ids.values())) == 70
    first_seen = list(dict.fromkeys(_revision(said) for _, said in got))
    assert first_seen == sorted(first_seen), "in the order of commits, but for what comes again"


def _revision(said: dict[str, object]) -> int:
    data = said["data"]
    assert isinstance(data, dict)
    return int(data["revision"])


async def test_a_wrong_password_and_a_broker_that_is_away_are_told_alike(broker: Broker) -> None:
    wrong = MqttBroker(broker.settings("wrong"), patience=timedelta(seconds=3))
    with pytest.raises(BrokerAwayError):
        async with wrong.connected():
            pytest.fail("it let us in")
    await asyncio.to_thread(broker.stop)
    away = MqttBroker(broker.settings(), patience=timedelta(seconds=3))
    with pytest.raises(BrokerAwayError):
        async with away.connected():
            pytest.fail("nobody is there")
