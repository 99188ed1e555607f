"""People who keep coming to two replicas while the index is away: what is sent, said, and true."""

import asyncio
import os
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from fakes.ingest import an_ingest
from fakes.manual_clock import START, ManualClock
from fakes.memory_images import MemoryImages
from fakes.model_parts import models_of
from fakes.synthetic_faces import face_event, person, shot_of
from footfall_server.live.change_feed import TenantBell
from footfall_server.services.backoff import Backoff
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.fallback_galleries import FallbackGalleries
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import IndexVerification
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.resilient_search import ResilientSearch
from real_chain import RealChain, Replica

MODEL = RecognitionModel("outage-model-512", 512)
GAP = timedelta(seconds=10)
STAYS = timedelta(seconds=2)
REGULARS = 30
BEFORE, OUTAGE, AFTER = 20, 60, 20
"""Seconds of event time."""
SECONDS = float(os.environ.get("FOOTFALL_OUTAGE_SECONDS", "8"))
STEP = SECONDS / OUTAGE
"""What one second of event time takes."""

Span = tuple[datetime, datetime]


class RacingClock(ManualClock):
    """Runs as much faster as the outage is played."""

    def __init__(self) -> None:
        super().__init__(START + timedelta(hours=8))
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=(time.monotonic() - self._began) / STEP)


@dataclass(slots=True)
class Crowd:
    """Who came, where every event of theirs went, and what was said of it."""

    chain: RealChain
    spans: defaultdict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    customers: defaultdict[int, set[UUID | None]] = field(default_factory=lambda: defaultdict(set))
    newcomers: list[int] = field(default_factory=list)
    slowest: float = 0.0
    recorded: int = 0
    stopped: bool = False

    async def comes(self, replica: Replica, numbers: list[int], camera: int, seed: int) -> None:
        """Whatever is not acknowledged at once fails the test: nobody sends it again."""
        chain = self.chain
        at = chain.clock.now() - 2 * STAYS
        events = [
            face_event(
                chain.cameras[camera].camera_id,
                shot_of(person(number, dimension=MODEL.dimension), cosine=0.9, seed=seed),
                at=at,
                seconds=STAYS.total_seconds(),
                model_id=MODEL.model_id,
            )
            for number in numbers
        ]
        began = time.monotonic()
        told = await replica.ingest.record_many(chain.principal(), events)
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert [each.event_id for each in told] == [each.event_id for each in events]
        for number, each in zip(numbers, told, strict=True):
            self.spans[number].append((at, at + STAYS))
            self.customers[number].add(each.customer_id)
            self.recorded += 1

    async def keep_coming(self, replica: Replica, place: int) -> None:
        """At each step a regular, somebody who was new a while ago, and every other time somebody new."""
        dice = random.Random(place)
        step = 0
        while not self.stopped:
            numbers = [dice.randrange(REGULARS)]
            if self.newcomers:
                numbers.append(dice.choice(self.newcomers))
            new = 1000 * (place + 1) + step
            if step % 2 == 0:
                numbers.append(new)
            # Each replica has four cameras, so nobody is twice at the same moment before one of them.
            await self.comes(replica, numbers, 4 * place + step % 4, seed=step)
            if step % 2 == 0:
                self.newcomers.append(new)
            step += 1
            # Never hurries to catch up: somebody chosen twice would be twice at one moment before a camera,
            # which is two people.
            await asyncio.sleep(STEP)

    def visits(self) -> list[tuple[UUID | None, datetime, datetime, int]]:
        """By brute force: whose sightings are no further apart than the gap are one visit."""
        found = []
        for number, spans in self.spans.items():
            [customer_id] = self.customers[number]
            runs: list[list[Span]] = []
            for span in sorted(spans):
                if runs and span[0] - max(end for _, end in runs[-1]) <= GAP:
                    runs[-1].append(span)
                else:
                    runs.append([span])
            found += [(customer_id, run[0][0], max(end for _, end in run), len(run)) for run in runs]
        return sorted(found, key=str)


@dataclass(slots=True)
class ResilientReplica:
    """A replica with the jobs that a core runs beside it."""

    replica: Replica
    search: ResilientSearch
    writer: IndexWriter
    recovery: IndexRecovery

    @classmethod
    async def of(cls, chain: RealChain) -> "ResilientReplica":
        replica = await chain.replica()
        transactions, index, clock = replica.transactions, replica.index, chain.clock
        search = ResilientSearch(
            index=index,
            galleries=FallbackGalleries(transactions=transactions, clock=clock, most_faces=10_000),
            verification=strict(chain, replica),
            clock=clock,
            look_every=timedelta(seconds=min(2.0, SECONDS / 16)),
        )
        replica.ingest = an_ingest(
            transactions=transactions, index=search, images=MemoryImages(), clock=clock, model=MODEL
        )
        models = models_of(transactions, clock, MODEL.model_id, MODEL.dimension)
        return cls(
            replica,
            search,
            IndexWriter(
                transactions=transactions,
                index=index,
                changed=TenantBell(),
                clock=clock,
                gather_for=timedelta(milliseconds=100),
                sweep_every=timedelta(milliseconds=500),
                backoff=Backoff(first=timedelta(milliseconds=200), limit=timedelta(seconds=2)),
            ),
            IndexRecovery(
                transactions=transactions, index=index, models=models, look_every=timedelta(seconds=1)
            ),
        )


def strict(chain: RealChain, replica: Replica) -> IndexVerification:
    return IndexVerification(
        transactions=replica.transactions, index=replica.index, clock=chain.clock, settling=timedelta(0)
    )
