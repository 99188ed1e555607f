"""Two chains do whatever they may, and try what they may not, on PostgreSQL, Milvus and an S3 store.

Hypothesis makes up what they do; what must never happen is in two_tenants.py. CI plays the same few stories
each time. For a long run with new ones: FOOTFALL_ISOLATION_EXAMPLES=500.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import grpc
import pytest
from argon2 import PasswordHasher
from database_fixtures import FootfallDatabase
from fakes.manual_clock import ManualClock
from fakes.shop import DIMENSION, MODEL_ID, Replica, Shop
from footfall.v1 import camera_service_pb2, customer_service_pb2, site_service_pb2, visit_service_pb2
from footfall_server.auth.keys import generate_key, load_keys
from footfall_server.auth.passwords import Passwords
from footfall_server.domain.identity import Role
from footfall_server.ports import Transactions
from footfall_server.storage.milvus import MilvusFaceIndex
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.storage.s3 import S3ImageStore
from foreign_requests import BY_KIND, LISTS, NOT_OF_IT, ROLE_OF, watch
from google.protobuf.message import Message
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from stack_fixtures import S3Endpoint
from two_tenants import Place, Refused, Side, World, two_tenants

EXAMPLES = int(os.environ.get("FOOTFALL_ISOLATION_EXAMPLES", "0"))
IN_CI = settings(
    max_examples=EXAMPLES or 8,
    stateful_step_count=35,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    # A failing story is not made shorter in CI: every attempt is played on real stores.
    phases=[Phase.generate] if not EXAMPLES else [Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
PEOPLE = 4
MOST_PLACES = 3

Result = TypeVar("Result")
SIDES = st.sampled_from((0, 1))
PERSONS = st.integers(0, PEOPLE - 1)
ANY = st.integers(0, 50)


@dataclass
class Stack:
    """A core on the real stores, and the loop that it lives on, which runs as long as something is asked."""

    runner: asyncio.Runner
    shop: Shop
    core: Replica
    transactions: Transactions
    tried: set[tuple[str, str]] = field(default_factory=set)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)


@asynccontextmanager
async def real_core(
    shop: Shop, database: FootfallDatabase, milvus_uri: str, s3: S3Endpoint
) -> AsyncIterator[Replica]:
    """Shop's core, with the real world in the place of its fakes."""
    engine = make_engine(database.app_dsn)
    index = MilvusFaceIndex(milvus_uri)
    images = S3ImageStore(
        endpoint=s3.endpoint, access_key=s3.access_key, secret_key=s3.secret_key, bucket=s3.bucket
    )
    world: Any = shop
    try:
        async with PostgresChangeSource(database.app_dsn) as changes:
            world.transactions, world.index = PostgresTransactions(engine), index
            world.images, world.changes = images, changes
            await index.prepare(MODEL_ID, DIMENSION)
            await images.prepare()
            async with shop.replica() as core:
                yield core
    finally:
        await engine.dispose()
        await index.close()
        await images.close()


@contextmanager
def kept_open(runner: asyncio.Runner, opened: Any) -> Iterator[Any]:
    """Holds an asynchronous context open in one task of its own, from one run of the loop to the next."""
    ready: asyncio.Future[Any] = runner.get_loop().create_future()
    leave = asyncio.Event()

    async def hold() -> None:
        async with opened as inside:
            ready.set_result(inside)
            await leave.wait()

    async def begin() -> tuple[asyncio.Task[None], Any]:
        task = asyncio.get_running_loop().create_task(hold())
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            await task
        return task, ready.result()

    async def end() -> None:
        leave.set()
        await task

    task, inside = runner.run(begin())
    try:
        yield inside
    finally:
        runner.run(end())


@pytest.fixture
def stack(
    footfall_database: FootfallDatabase, milvus_uri: str, s3_endpoint: S3Endpoint, tmp_path: Path
) -> Iterator[Stack]:
    generate_key(tmp_path, at=datetime(2026, 1, 1, tzinfo=UTC))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    shop = Shop(
        keys=load_keys(tmp_path), passwords=Passwords(hasher=hasher), clock=ManualClock(datetime.now(UTC))
    )
    with asyncio.Runner() as runner:
        opened = real_core(shop, footfall_database, milvus_uri, s3_endpoint)
        with kept_open(runner, opened) as core:
            yield Stack(runner, shop, core, shop.transactions)


class TwoTenants(RuleBasedStateMachine):
    """What two chains may come to do."""

    stack: ClassVar[Stack]

    def __init__(self) -> None:
        super().__init__()
        self._open = kept_open(
            self.stack.runner, two_tenants(self.stack.shop, self.stack.core, self.stack.transactions)
        )
        self.world: World = self._open.__enter__()

    def teardown(self) -> None:
        try:
            for side in self.world.sides:
                self.stack.run(self.world.check(side))
                # Whatever the story was, each of them is tried in it.
                for kind in sorted(BY_KIND):
                    self.ask_for_a_foreign(side, kind)
        finally:
            self._open.__exit__(None, None, None)

    def side(self, number: int) -> Side:
        return self.world.sides[number]

    def ask(self, side: Side, method: Callable[..., Any], request: Message, **how: Any) -> Any:
        return self.stack.run(self.world.ask(side, method, request, **how))

    @initialize()
    def the_same_people_come_to_both(self) -> None:
        for side in self.world.sides:
            for person in range(3):
                self.stack.run(self.world.record(side, next(iter(side.cameras)), person))
            target, source, _ = sorted(side.roots)
            self.stack.run(self.world.merge(side, target, source))

    @rule(number=SIDES, foreign_request=st.booleans())
    def open_site(self, number: int, *, foreign_request: bool) -> None:
        side = self.side(number)
        if len(side.places) < MOST_PLACES:
            taken = self.world.foreign(side, "request") if foreign_request else None
            self.stack.run(self.world.open_site(side, request_id=taken or ""))

    @rule(number=SIDES, at=ANY, role=st.sampled_from((Role.TENANT_ADMIN, Role.SITE_MANAGER)))
    def hang_camera(self, number: int, at: int, role: Role) -> None:
        side = self.side(number)
        self.stack.run(self.world.hang_camera(side, side.places[at % len(side.places)], role))

    @rule(number=SIDES)
    def remove_camera(self, number: int) -> None:
        side = self.side(number)
        if len(side.cameras) > 1:
            self.stack.run(self.world.remove_camera(side, list(side.cameras)[-1]))

    @rule(number=SIDES, at=ANY, person=PERSONS, claims=st.sampled_from(("", "", "event", "track", "image")))
    def somebody_comes_by(self, number: int, at: int, person: int, claims: str) -> None:
        side = self.side(number)
        camera_id = list(side.cameras)[at % len(side.cameras)]
        self.stack.run(self.world.record(side, camera_id, person, claims=claims))

    @rule(number=SIDES)
    def merge(self, number: int) -> None:
        side = self.side(number)
        if len(side.roots) > 1:
            target, source = sorted(side.roots)[:2]
            self.stack.run(self.world.merge(side, target, source))

    @rule(number=SIDES)
    def unmerge(self, number: int) -> None:
        if self.side(number).merges:
            self.stack.run(self.world.unmerge(self.side(number)))

    @rule(number=SIDES, at=ANY)
    def forget_somebody(self, number: int, at: int) -> None:
        side = self.side(number)
        if side.roots:
            self.stack.run(self.world.forget(side, sorted(side.roots)[at % len(side.roots)]))

    @rule(number=SIDES)
    def link_a_worker(self, number: int) -> None:
        self.stack.run(self.world.link(self.side(number)))

    @rule(number=SIDES)
    def see_everything(self, number: int) -> None:
        self.stack.run(self.world.check(self.side(number)))

    @rule(number=SIDES, at=ANY)
    def look_as_a_manager(self, number: int, at: int) -> None:
        """Lists as somebody of one site sees them: World.ask looks for the marks of the others."""
        side, core = self.side(number), self.stack.core
        place: Place = side.places[at % len(side.places)]
        confined = {"role": Role.SITE_MANAGER, "place": place}
        sites = self.ask(side, core.sites.ListSites, site_service_pb2.ListSitesRequest(), **confined)
        assert [each.site_id for each in sites.sites] == [place.site_id]
        cameras = self.ask(
            side, core.cameras.ListCameras, camera_service_pb2.ListCamerasRequest(), **confined
        )
        assert {each.site_id for each in cameras.cameras} <= {place.site_id}
        visits = self.ask(side, core.visits.ListVisits, visit_service_pb2.ListVisitsRequest(), **confined)
        assert {each.site_id for each in visits.visits} <= {place.site_id}
        customers = self.ask(
            side, core.customers.ListCustomers, customer_service_pb2.ListCustomersRequest(), **confined
        )
        assert {each.customer_id for each in customers.customers} == {
            each.customer_id for each in visits.visits
        }

    @rule(number=SIDES, at=ANY, image=st.booleans())
    def look_at_one_visit(self, number: int, at: int, *, image: bool) -> None:
        side, core = self.side(number), self.stack.core
        visits = self.stack.run(self.world.visits(side)).visits
        if not visits:
            return
        visit = visits[at % len(visits)]
        told = self.ask(
            side, core.visits.ExplainVisit, visit_service_pb2.ExplainVisitRequest(visit_id=visit.visit_id)
        )
        assert not isinstance(told, Refused), told
        if image and visit.image_id:
            method, request = BY_KIND["image"]["get"](core, side, visit.image_id)
            shown = self.ask(side, method, request)
            assert side.mark.encode() in shown.data, "an image of somebody else's"

    @rule(number=SIDES, at=ANY, kind=st.sampled_from(sorted(BY_KIND)))
    def ask_for_what_is_the_others(self, number: int, at: int, kind: str) -> None:
        self.ask_for_a_foreign(self.side(number), kind, at)

    def ask_for_a_foreign(self, side: Side, kind: str, at: int = -1) -> None:
        """It is not there, whoever asks and whatever for."""
        foreign_id = self.world.foreign(side, kind, at)
        for name, make in BY_KIND[kind].items() if foreign_id is not None else ():
            method, request = make(self.stack.core, side, foreign_id or "")
            answer = self.ask(side, method, request, role=ROLE_OF.get((kind, name), Role.TENANT_ADMIN))
            self.stack.tried.add((kind, name))
            if (kind, name) in LISTS:
                assert not answer.visits, f"{kind}, {name}: {answer}"
                continue
            assert isinstance(answer, Refused), f"{kind}, {name}: {answer}"
            not_of_it = (kind, name) in NOT_OF_IT and bool(side.roots)
            wanted = grpc.StatusCode.INVALID_ARGUMENT if not_of_it else grpc.StatusCode.NOT_FOUND
            assert answer.code is wanted, f"{kind}, {name}: {answer}"

    @rule(number=SIDES)
    def watch_the_others_site(self, number: int) -> None:
        side = self.side(number)
        method, request = watch(self.stack.core, self.world.foreign(side, "site") or "")
        refused = self.ask(side, method, request, stream=True)
        assert isinstance(refused, Refused), refused
        assert refused.code is grpc.StatusCode.NOT_FOUND, refused

    @precondition(lambda self: any(len(side.places) > 1 for side in self.world.sides))
    @rule(manager=st.booleans())
    def hand_a_page_token_over(self, *, manager: bool) -> None:
        """To the other chain, or to a manager of the same one: it is good for neither."""
        owner = next(side for side in self.world.sides if len(side.places) > 1)
        first = self.ask(
            owner, self.stack.core.sites.ListSites, site_service_pb2.ListSitesRequest(page_size=1)
        )
        assert first.next_page_token
        rest = site_service_pb2.ListSitesRequest(page_token=first.next_page_token)
        taker = owner if manager else self.world.other(owner)
        role = Role.SITE_MANAGER if manager else Role.TENANT_ADMIN
        refused = self.ask(taker, self.stack.core.sites.ListSites, rest, role=role)
        assert isinstance(refused, Refused), refused
        assert refused.code is grpc.StatusCode.INVALID_ARGUMENT, refused
        assert len(self.ask(owner, self.stack.core.sites.ListSites, rest).sites) == len(owner.places) - 1

    @invariant()
    def no_watcher_heard_of_the_other(self) -> None:
        for side in self.world.sides:
            if side.lost:
                raise side.lost[0]


@pytest.mark.timeout(0 if EXAMPLES else 600)
def test_nothing_of_one_tenant_reaches_the_other(stack: Stack) -> None:
    class Machine(TwoTenants):
        pass

    Machine.stack = stack
    run_state_machine_as_test(Machine, settings=IN_CI)
    every = {(kind, name) for kind, names in BY_KIND.items() for name in names}
    assert stack.tried == every, f"never tried: {every - stack.tried}"
