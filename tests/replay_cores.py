"""The cores that a day is replayed to, and what they have of it afterwards."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import asyncpg
import grpc.aio
from bench.ingest_stack import Target
from bench.ingest_tenant import make_camera, make_site, sign_in
from fakes.fake_core import API_KEY, FakeCore, fake_core
from footfall.v1 import auth_service_pb2, visit_service_pb2, visit_service_pb2_grpc
from replay_day import GAP, Day

PersonOf = Callable[[str], object]
"""Who somebody is, by a track's id: the truth."""
HOST = "127.0.0.1"
PAGE = 500


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a core has: events by their ids, sightings (one a track), visits, images in the store.

    told_again are tracks that were told to their end more than once, by different events.
    """

    event_ids: list[str] = field(repr=False)
    sightings: int
    told_again: int = 0
    visits: int
    images: int

    def against(self, day: Day, told: list[str]) -> dict[str, int]:
        """lost: told and not there. doubled: there more than once, or never told. The rest by the truth."""
        here = set(self.event_ids)
        return {
            "lost": len(set(told) - here),
            "doubled": len(self.event_ids) - len(here & set(told)),
            "told_again": self.told_again,
            "double_sightings": max(self.sightings - len(day.tracks), 0),
            "missing_sightings": max(len(day.tracks) - self.sightings, 0),
            "double_visits": max(self.visits - day.visits, 0),
            "missing_visits": max(day.visits - self.visits, 0),
        }


class ReplayCore(Protocol):
    """A core on loopback."""

    host: str
    port: int
    api_key: str
    camera_ids: list[str]

    async def found(self, person_of: PersonOf, /) -> Found: ...


@dataclass
class InProcessCore:
    """Speaks the protocol; keeps what it is told, and knows people by the truth."""

    core: FakeCore
    host: str = HOST
    api_key: str = field(default=API_KEY, repr=False)
    camera_ids: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.core.port

    async def found(self, person_of: PersonOf, /) -> Found:
        spans: dict[str, tuple[float, float]] = {}
        finals: Counter[str] = Counter()
        for event in self.core.committed.values():
            begin, end = event.first_seen_time.ToSeconds(), event.last_seen_time.ToSeconds()
            before = spans.get(event.track_id, (begin, end))
            spans[event.track_id] = (min(begin, before[0]), max(end, before[1]))
            finals[event.track_id] += event.final
        by_person: dict[object, list[tuple[float, float]]] = {}
        for track_id, span in spans.items():
            by_person.setdefault(person_of(track_id), []).append(span)
        visits = 0
        for own in by_person.values():
            left = float("-inf")
            for begin, end in sorted(own):
                visits += begin - left > GAP.total_seconds()
                left = max(left, end)
        return Found(
            event_ids=list(self.core.committed),
            sightings=len(spans),
            told_again=sum(count - 1 for count in finals.values() if count > 1),
            visits=visits,
            images=len(self.core.images),
        )


@asynccontextmanager
async def in_process_core(*, keeps_content: bool) -> AsyncIterator[InProcessCore]:
    """It acknowledges in lots, and forgets some of the acknowledgements whenever a worker comes back."""
    async with fake_core(keeps_content=keeps_content, ack_every=8, forgets_acks=40, heartbeat_s=0.5) as core:
        yield InProcessCore(core, camera_ids=[f"0199aaaa-0000-7000-8000-{number:012}" for number in range(4)])


@dataclass
class RealCore:
    """One of the bench's cores on real stores."""

    target: Target
    host: str
    port: int
    api_key: str = field(repr=False)
    camera_ids: list[str]
    admin: tuple[tuple[str, str], ...] = field(repr=False)

    async def found(self, _person_of: PersonOf, /) -> Found:
        stack = self.target.stack
        assert stack is not None, "what a core recorded is asked of a database of one's own"
        connection = await asyncpg.connect(stack.superuser_dsn)
        try:
            tenant_id = UUID(self.target.tenant_id)
            rows = await connection.fetch(
                "SELECT event_id FROM recorded_events WHERE tenant_id = $1", tenant_id
            )
            images = await connection.fetchval(
                "SELECT count(*) FROM images WHERE tenant_id = $1 AND stored_at IS NOT NULL", tenant_id
            )
        finally:
            await connection.close()
        visits = await self._visits()
        return Found(
            event_ids=[str(row["event_id"]) for row in rows],
            sightings=sum(visit.sighting_count for visit in visits),
            visits=len(visits),
            images=int(images),
        )

    async def _visits(self) -> "list[visit_service_pb2.Visit]":
        found: list[visit_service_pb2.Visit] = []
        async with grpc.aio.insecure_channel(self.target.cores[0]) as channel:
            stub = visit_service_pb2_grpc.VisitServiceStub(channel)
            request = visit_service_pb2.ListVisitsRequest(page_size=PAGE)
            while True:
                page = await stub.ListVisits(request, metadata=self.admin)
                found += page.visits
                if not page.next_page_token:
                    return found
                request.page_token = page.next_page_token


async def real_core(target: Target) -> RealCore:
    """A site of its own on a running stack, with four cameras."""
    async with grpc.aio.insecure_channel(target.cores[0]) as channel:
        credentials = auth_service_pb2.PasswordCredentials(email=target.email, password=target.password)
        admin = await sign_in(channel, password=credentials)
        site_id = await make_site(channel, admin)
        camera_ids = [await make_camera(channel, admin, site_id, number) for number in range(4)]
    host, _, port = target.cores[0].rpartition(":")
    return RealCore(
        target=target,
        host=host,
        port=int(port),
        api_key=await target.api_key_of(site_id),
        camera_ids=camera_ids,
        admin=admin,
    )
