"""Events per second from a worker to a committed visit, and how long one takes, through both ways in.

    python tests/bench/bench_ingest.py [--seconds S] [--rate N] [--streams N] [--window N] [--callers N]
                                       [--replicas N] [--plot PNG]

Starts PostgreSQL (durable), milvus-lite, SeaweedFS and two replicas of the core, signs in as a worker, and
sends synthetic 512-D faces, of which one in ten is a stranger and one in twenty is sent twice: through
IngestService.Connect (`--streams` links), then through RecordFace. Each way twice for `--seconds`: as fast
as it goes with a bounded number on their way (`--window` per stream, `--callers` calls), which tells the
throughput; then at random times (Poisson) at `--rate` a second or half of that throughput, which tells the
latency, counted from when an event was due. In between, one RecordFace at a time on an idle stack. Senders
and stack share the machine. The visits' sightings are counted after each.

FOOTFALL_BENCH_CORES=host:port,... with FOOTFALL_BENCH_EMAIL, _PASSWORD and _API_KEY loads a stack that
runs already instead; it keeps the bench's visits.

The last line is one JSON object:
  events_per_s                  through Connect, closed loop
  offered_per_s                 rate of the open loop
  p50_ms, p95_ms, p99_ms        in the open loop: until the acknowledgement, which follows the commit
  lost, doubled                 events acknowledged and not among the sightings of the visits, and sightings
                                beyond the events sent; of both loops
  cpu_us_per_event              processor time of each program per event, closed loop
  foreign_cpu_percent, load     what other programs took of the machine meanwhile, and its load after it:
                                with more than a few per cent the times say little
  record_face_*                 the same through RecordFace
  single_p50_ms, single_p95_ms  one RecordFace at a time, nothing else going on
  people, customers             persons in the faces, and customers made of them: more customers are
                                persons that were not recognised, fewer are persons confused
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import numpy as np
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    ingest_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from ingest_count import settle
from ingest_cpu import CpuTimes
from ingest_load import Sender, Tally, Visitors, poisson, some_minutes_ago
from ingest_stack import Target, given_target, own_stack
from ingest_tenant import Metadata, make_camera, make_site, sign_in

CAMERAS = 4
PAGE = 500
ENOUGH = 1_000_000
"""More events than any phase gets to."""
SINGLES = 40
Send = Callable[[Sender, Iterator[Any], Tally, Iterator[float]], Coroutine[Any, Any, None]]


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
        self.latencies: dict[str, list[float]] = {}
        self._channels = [grpc.aio.insecure_channel(core) for core in target.cores]

    async def run(self) -> dict[str, object]:
        admin = await sign_in(
            self._channels[0],
            password=auth_service_pb2.PasswordCredentials(
                email=self._target.email, password=self._target.password
            ),
        )
        site_id = await self._site(admin)
        worker = await sign_in(self._channels[0], api_key=await self._target.api_key_of(site_id))
        camera_ids = [
            await make_camera(self._channels[0], admin, site_id, number) for number in range(CAMERAS)
        ]
        load = Load(self._channels, worker, camera_ids, Visitors(seed=1, begin=some_minutes_ago()))
        figures: dict[str, object] = {"replicas": len(self._target.cores)}
        before = first = await self._counted(admin)
        figures |= await self._single(load)
        window: int = self._options.window

        async def connect(sender: Sender, events: Iterator[Any], tally: Tally, _: Iterator[float]) -> None:
            await sender.connect(events, tally, window=window)

        async def connect_due(
            sender: Sender, events: Iterator[Any], tally: Tally, due: Iterator[float]
        ) -> None:
            await sender.connect(events, tally, window=ENOUGH, due=due)

        async def call(sender: Sender, events: Iterator[Any], tally: Tally, _: Iterator[float]) -> None:
            await sender.record_faces(events, tally)

        ways: list[tuple[str, int, Send, Send]] = [
            ("", self._options.streams, connect, connect_due),
            ("record_face_", self._options.callers, call, Sender.record_faces_due),
        ]
        for prefix, senders, closed, due in ways:
            cpu = CpuTimes.now()
            full = await load.run(closed, senders, self._options.seconds, rate=ENOUGH)
            spent = cpu.until(CpuTimes.now(), full.committed)
            rate = self._options.rate or full.rate / 2
            calm = await load.run(due, min(senders, CAMERAS), self._options.seconds, rate=rate)
            after = await self._counted(admin)
            account = settle(
                sent=full.sent + calm.sent + load.uncounted,
                committed=full.committed + calm.committed + load.uncounted,
                rejected=full.rejected + calm.rejected,
                arrived=after.sightings - before.sightings,
            )
            load.uncounted = 0
            before = after
            way = {
                "events_per_s": round(full.rate, 1),
                "offered_per_s": round(rate, 1),
                **calm.percentiles(),
                "events": full.committed + calm.committed,
                "lost": account.lost,
                "doubled": account.doubled,
                **spent,
            }
            figures |= {f"{prefix}{name}": value for name, value in way.items()}
            self.latencies[prefix or "connect"] = calm.latencies
        figures["people"] = load.visitors.people
        figures["customers"] = before.customers - first.customers
        for channel in self._channels:
            await channel.close()
        return figures

    async def _single(self, load: "Load") -> dict[str, object]:
        """One call at a time, with pauses, so that none finds a batch under way."""
        tally = Tally()
        sender = load.sender(0, deadline=time.monotonic() + self._options.seconds)
        for event in load.visitors.events(list(load.camera_ids), SINGLES):
            await asyncio.sleep(0.03)
            await sender.record_faces(iter([event]), tally)
        load.uncounted += tally.committed
        # The first ones find statements unprepared and connections unopened.
        warm = Tally(latencies=tally.latencies[SINGLES // 4 :])
        return {f"single_{name}": value for name, value in warm.percentiles().items() if name != "p99_ms"}

    async def _site(self, admin: Metadata) -> str:
        """The site of the given API key, or a new one."""
        if self._target.api_key:
            worker = await sign_in(self._channels[0], api_key=self._target.api_key)
            auth = auth_service_pb2_grpc.AuthServiceStub(self._channels[0])
            me = await auth.GetMe(auth_service_pb2.GetMeRequest(), metadata=worker)
            return str(me.site_ids[0])
        return await make_site(self._channels[0], admin)

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


class Load:
    """Senders that share the cameras and the people before them. `uncounted` events were sent besides."""

    def __init__(
        self, channels: Sequence[Any], worker: Metadata, camera_ids: Sequence[str], visitors: Visitors
    ) -> None:
        self._channels = channels
        self._worker = worker
        self.camera_ids = camera_ids
        self.visitors = visitors
        self.uncounted = 0

    def sender(self, number: int, *, deadline: float) -> Sender:
        channel = self._channels[number % len(self._channels)]
        stub = ingest_service_pb2_grpc.IngestServiceStub(channel)
        return Sender(stub, self._worker, deadline=deadline)

    async def run(self, send: Send, senders: int, seconds: float, *, rate: float) -> Tally:
        """One phase, with `rate` events a second due over all senders."""
        tally = Tally(began=time.monotonic())
        async with asyncio.TaskGroup() as tasks:
            for number in range(senders):
                sender = self.sender(number, deadline=tally.began + seconds)
                events = self.visitors.events(list(self.camera_ids), ENOUGH)
                due = poisson(rate / senders, tally.began, seed=number)
                tasks.create_task(send(sender, events, tally, due))
        tally.ended = time.monotonic()
        return tally


def plot(latencies: dict[str, list[float]], path: Path) -> None:
    """Latency over the share of events that took no longer, a line per way in, as a picture."""
    import matplotlib as mpl  # noqa: PLC0415 - only whoever wants the picture waits for it

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    for name, found in latencies.items():
        taken = np.sort(np.array(found)) * 1000
        axes.plot(100 * np.arange(1, len(taken) + 1) / max(len(taken), 1), taken, label=name.rstrip("_"))
    axes.set(xlabel="percentile", ylabel="latency, ms (open loop)", yscale="log", xlim=(0, 100))
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)


def main() -> None:
    parser = argparse.ArgumentParser(description="Events per second through Connect and RecordFace.")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each phase")
    parser.add_argument(
        "--rate", type=float, help="events a second of the open loops; else half of what goes"
    )
    parser.add_argument("--streams", type=int, default=4)
    parser.add_argument("--window", type=int, default=16, help="events of a stream on their way")
    parser.add_argument("--callers", type=int, default=32)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw the latencies of the open loops")
    options = parser.parse_args()
    target = given_target()
    with own_stack(replicas=options.replicas) if target is None else nullcontext(target) as stack:
        figures, latencies = asyncio.run(_run(stack, options))
    if options.plot is not None:
        plot(latencies, options.plot)
    sys.stdout.write(json.dumps(figures) + "\n")


async def _run(
    target: Target, options: argparse.Namespace
) -> tuple[dict[str, object], dict[str, list[float]]]:
    bench = Bench(target, options)
    return await bench.run(), bench.latencies


if __name__ == "__main__":
    main()
