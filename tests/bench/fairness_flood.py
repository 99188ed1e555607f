"""A tenant that asks for all it can get, as a program of its own: it must not slow down whoever measures.

    fairness_flood.py CORE SECONDS READERS WRITERS STREAMS < JSON of the tenant

Reads and batches of events are called in closed loops, `READERS` and `WRITERS` of them, and `STREAMS` links
send as fast as they are acknowledged. What is refused is asked for again at once, as by a program that knows
no manners. The last line is JSON: calls answered and refused, and events acknowledged on links.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import grpc
import grpc.aio
from footfall.v1 import (
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from ingest_load import Sender, Tally, Visitors, some_minutes_ago

MOST_CALLS = 50_000
BATCH = 16
WINDOW = 64
NICENESS = 5
"""The flood may have what time is left; that the machine is busy is not what is measured."""


@dataclass
class Flood:
    """What one tenant does to one core until `deadline`, on the monotonic clock."""

    core: str
    admin: tuple[tuple[str, str], ...]
    worker: tuple[tuple[str, str], ...]
    camera_ids: list[str]
    deadline: float
    counts: Counter[str] = field(default_factory=Counter)

    async def run(self, *, readers: int, writers: int, streams: int) -> dict[str, int]:
        visitors = Visitors(seed=7, begin=some_minutes_ago())
        tally = Tally()
        async with grpc.aio.insecure_channel(self.core) as channel, asyncio.TaskGroup() as tasks:
            visits = visit_service_pb2_grpc.VisitServiceStub(channel)
            ingest = ingest_service_pb2_grpc.IngestServiceStub(channel)

            async def read() -> None:
                request = visit_service_pb2.ListVisitsRequest(page_size=200)
                await visits.ListVisits(request, metadata=self.admin)

            async def record() -> None:
                events = list(visitors.events(self.camera_ids, BATCH))
                request = ingest_service_pb2.BatchRecordFacesRequest(events=events)
                await ingest.BatchRecordFaces(request, metadata=self.worker)

            for _ in range(readers):
                tasks.create_task(self._again_and_again("reads", read))
            for _ in range(writers):
                tasks.create_task(self._again_and_again("batches", record))
            for _ in range(streams):
                sender = Sender(ingest, self.worker, self.deadline)
                events = visitors.events(self.camera_ids, MOST_CALLS)
                tasks.create_task(sender.connect(events, tally, window=WINDOW))
        return {**self.counts, "link_events": tally.committed}

    async def _again_and_again(self, kind: str, call: Callable[[], Awaitable[None]]) -> None:
        while time.monotonic() < self.deadline and self.counts.total() < MOST_CALLS:
            try:
                await call()
            except grpc.aio.AioRpcError as error:
                refused = error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
                self.counts[f"{kind}_{'refused' if refused else 'failed'}"] += 1
            else:
                self.counts[f"{kind}_answered"] += 1


def main() -> None:
    core, seconds, *numbers = sys.argv[1:]
    readers, writers, streams = map(int, numbers)
    tenant = json.load(sys.stdin)
    os.nice(NICENESS)
    flood = Flood(
        core=core,
        admin=tuple((key, value) for key, value in tenant["admin"]),
        worker=tuple((key, value) for key, value in tenant["worker"]),
        camera_ids=tenant["camera_ids"],
        deadline=time.monotonic() + float(seconds),
    )
    counts = asyncio.run(flood.run(readers=readers, writers=writers, streams=streams))
    sys.stdout.write(json.dumps(counts) + "\n")


if __name__ == "__main__":
    main()
