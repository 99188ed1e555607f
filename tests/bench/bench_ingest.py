"""Events per second from a worker to a committed visit, through both ways in.

    python tests/bench/bench_ingest.py [--events N] [--seconds S] [--streams N] [--window N] [--callers N]

Starts PostgreSQL (durable), milvus-lite, SeaweedFS and two replicas of the core, signs in as a worker, and
sends synthetic 512-D faces, of which one in ten is a stranger and one in twenty is sent twice: first
through IngestService.Connect (`--streams` links with at most `--window` events each on their way), then
through RecordFace (`--callers` calls at once). Senders and stack share the machine; both phases end after
`--events` events or `--seconds` seconds. Then the visits are listed and their sightings counted.

FOOTFALL_BENCH_CORES=host:port,... with FOOTFALL_BENCH_EMAIL, _PASSWORD and _API_KEY loads a stack that
runs already instead; it keeps the bench's visits.

The last line is one JSON object:
  events_per_s, p50_ms, p95_ms, p99_ms   through Connect: from sending an event to its acknowledgement,
                                         which follows the commit
  lost, doubled                          events acknowledged and not among the sightings of the visits, and
                                         sightings beyond the events sent
  record_face_*                          the same through RecordFace
  people, customers                      persons in the faces, and customers made of them: more customers
                                         are persons that were not recognised, fewer are persons confused
  foreign_cpu_percent                    what other programs took of the machine meanwhile: with more than a
                                         few per cent the times say little
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import grpc.aio
import psutil
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    camera_service_pb2,
    camera_service_pb2_grpc,
    ingest_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from google.protobuf.duration_pb2 import Duration
from ingest_load import Sender, Tally, Visitors, some_minutes_ago
from ingest_stack import Target, given_target, own_stack

CAMERAS = 4
PAGE = 500
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Counted:
    """What the visits of a tenant add up to."""

    sightings: int
    customers: int


class Bench:
    """Both phases against one target."""

    def __init__(self, target: Target, options: argparse.Namespace) -> None:
        self._target = target
        self._options = options
        self._channels = [grpc.aio.insecure_channel(core) for core in target.cores]

    async def run(self) -> dict[str, object]:
        admin = await self._sign_in(
            password=auth_service_pb2.PasswordCredentials(
                email=self._target.email, password=self._target.password
            )
        )
        site_id = await self._site(admin)
        worker = await self._sign_in(api_key=await self._target.api_key_of(site_id))
        camera_ids = [await self._camera(admin, site_id, number) for number in range(CAMERAS)]
        visitors = Visitors(seed=1, begin=some_minutes_ago())
        figures: dict[str, object] = {}
        before = first = await self._counted(admin)
        cpu = ForeignCpu()
        for prefix, phase in (("", self._connect), ("record_face_", self._record_face)):
            tally = await phase(worker, camera_ids, visitors)
            after = await self._counted(admin)
            arrived = after.sightings - before.sightings
            figures.update({f"{prefix}{name}": value for name, value in tally.summary().items()})
            figures[f"{prefix}events"] = tally.committed
            figures[f"{prefix}lost"] = max(0, tally.committed - arrived) + tally.rejected
            figures[f"{prefix}doubled"] = max(0, arrived - tally.sent)
            before = after
        figures["people"] = visitors.people
        figures["customers"] = before.customers - first.customers
        figures["foreign_cpu_percent"] = cpu.percent()
        figures["replicas"] = len(self._target.cores)
        for channel in self._channels:
            await channel.close()
        return figures

    async def _connect(self, worker: Metadata, camera_ids: Sequence[str], visitors: Visitors) -> Tally:
        streams: int = self._options.streams
        return await self._phase(
            worker,
            camera_ids,
            visitors,
            streams,
            lambda sender, events, tally: sender.connect(events, tally, window=self._options.window),
        )

    async def _record_face(self, worker: Metadata, camera_ids: Sequence[str], visitors: Visitors) -> Tally:
        return await self._phase(worker, camera_ids, visitors, self._options.callers, Sender.record_faces)

    async def _phase(
        self,
        worker: Metadata,
        camera_ids: Sequence[str],
        visitors: Visitors,
        senders: int,
        send: Callable[[Sender, Iterator[Any], Tally], Coroutine[Any, Any, None]],
    ) -> Tally:
        tally = Tally(began=time.monotonic())
        shares = [self._options.events // senders] * senders
        async with asyncio.TaskGroup() as tasks:
            for number, share in enumerate(shares):
                stub = ingest_service_pb2_grpc.IngestServiceStub(self._channels[number % len(self._channels)])
                sender = Sender(stub, worker, deadline=tally.began + self._options.seconds)
                events = visitors.events(list(camera_ids), share)
                tasks.create_task(send(sender, events, tally))
        tally.ended = time.monotonic()
        return tally

    async def _sign_in(self, **credentials: Any) -> Metadata:
        auth = auth_service_pb2_grpc.AuthServiceStub(self._channels[0])
        token = await auth.IssueToken(auth_service_pb2.IssueTokenRequest(**credentials))
        return (("authorization", f"Bearer {token.access_token}"),)

    async def _site(self, admin: Metadata) -> str:
        """The site of the given API key, or a new one."""
        if self._target.api_key:
            worker = await self._sign_in(api_key=self._target.api_key)
            auth = auth_service_pb2_grpc.AuthServiceStub(self._channels[0])
            me = await auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=worker)
            return str(me.site_ids[0])
        sites = site_service_pb2_grpc.SiteServiceStub(self._channels[0])
        site = site_service_pb2.Site(display_name="Bench", time_zone="UTC", visit_gap=Duration(seconds=3600))
        made = await sites.CreateSite(site_service_pb2.CreateSiteRequest(site=site), metadata=admin)
        return str(made.site_id)

    async def _camera(self, admin: Metadata, site_id: str, number: int) -> str:
        """A camera that no worker reads."""
        cameras = camera_service_pb2_grpc.CameraServiceStub(self._channels[0])
        camera = camera_service_pb2.Camera(
            site_id=site_id,
            display_name=f"Bench {number}, {time.time_ns()}",
            source_url="rtsp://127.0.0.1/bench",
            enabled=False,
        )
        request = camera_service_pb2.CreateCameraRequest(camera=camera)
        return str((await cameras.CreateCamera(request, metadata=admin)).camera_id)

    async def _counted(self, admin: Metadata) -> Counted:
        visits = visit_service_pb2_grpc.VisitServiceStub(self._channels[-1])
        sightings, token = 0, ""
        customers: set[str] = set()
        while True:
            request = visit_service_pb2.ListVisitsRequest(page_size=PAGE, page_token=token)
            page = await visits.ListVisits(request, metadata=admin)
            sightings += sum(visit.sighting_count for visit in page.visits)
            customers.update(visit.customer_id for visit in page.visits)
            token = page.next_page_token
            if not token:
                return Counted(sightings, len(customers))


class ForeignCpu:
    """What programs other than this one and its children take of the machine."""

    def __init__(self) -> None:
        self._began = self._times()

    def percent(self) -> float:
        busy, total, ours = (now - then for now, then in zip(self._times(), self._began, strict=True))
        return round(100 * max(0.0, busy - ours) / max(total, 1e-9), 1)

    @staticmethod
    def _times() -> tuple[float, float, float]:
        host = psutil.cpu_times()
        total = sum(host[:8])
        here = psutil.Process()
        ours = 0.0
        for process in (here, *here.children(recursive=True)):
            try:
                ours += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        return total - host.idle - getattr(host, "iowait", 0.0), total, ours


def main() -> None:
    parser = argparse.ArgumentParser(description="Events per second through Connect and RecordFace.")
    parser.add_argument("--events", type=int, default=4000, help="of each phase, at most")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each phase, at most")
    parser.add_argument("--streams", type=int, default=4)
    parser.add_argument("--window", type=int, default=16, help="events of a stream on their way")
    parser.add_argument("--callers", type=int, default=32)
    parser.add_argument("--replicas", type=int, default=2)
    options = parser.parse_args()
    target = given_target()
    with own_stack(replicas=options.replicas) if target is None else nullcontext(target) as stack:
        figures = asyncio.run(_run(stack, options))
    sys.stdout.write(json.dumps(figures) + "\n")


async def _run(target: Target, options: argparse.Namespace) -> dict[str, object]:
    return await Bench(target, options).run()


if __name__ == "__main__":
    main()
