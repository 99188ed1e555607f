"""What one tenant's flood does to another tenant, without limits and with them.

    python tests/bench/bench_fairness.py [--seconds S] [--rate N] [--readers N] [--writers N] [--streams N]
                                         [--plot PNG]

Starts PostgreSQL (durable), milvus-lite, SeaweedFS and two replicas of the core, of which the first has no
limits and the second those that are the default. The victim calls RecordFace and ListVisits at random times
(Poisson), `--rate` of each a second: alone, then while a program of its own (fairness_flood.py) floods the
same replica in another tenant's name with reads, batches and links. Latency counts from when a call was due.
Each phase comes twice, the second time in reverse order, after a flood that fills galleries and pages and
does not count. Everything stays on loopback and ends by itself; senders and stack share the machine.

The last line is one JSON object. For each of `alone`, `flooded` (no limits) and `limited`:
  record_p50_ms, record_p95_ms   the victim's RecordFace, until it is committed
  list_p50_ms, list_p95_ms       the victim's ListVisits
  failed                         calls of the victim that failed; none may
  foreign_cpu_percent, load      what other programs took of the machine meanwhile, and its load
  flood                          what the flooding tenant got: calls answered and refused, events on links
and `ratios`: the 95th percentiles of the two floods over those alone.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import numpy as np
from fairness_plot import plot
from footfall.v1 import (
    auth_service_pb2,
    ingest_service_pb2,
    ingest_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from ingest_cpu import CpuTimes
from ingest_load import ACK_PATIENCE, Visitors, poisson, some_minutes_ago
from ingest_stack import Target, own_stack
from ingest_tenant import Metadata, make_camera, make_site, sign_in

FLOOD = Path(__file__).with_name("fairness_flood.py")
SETTLING = 1.0
"""Seconds from the begin of a flood until the victim's calls count."""
ENOUGH = 1_000_000


@dataclass(frozen=True)
class Tenant:
    """One that can be loaded."""

    admin: Metadata
    worker: Metadata
    camera_ids: list[str]

    @classmethod
    async def made(cls, target: Target, channel: Any) -> "Tenant":
        password = auth_service_pb2.PasswordCredentials(email=target.email, password=target.password)
        admin = await sign_in(channel, password=password)
        site_id = await make_site(channel, admin)
        worker = await sign_in(channel, api_key=await target.api_key_of(site_id))
        return cls(admin, worker, [await make_camera(channel, admin, site_id, number) for number in range(2)])


@dataclass
class Phase:
    """What the victim saw: seconds by kind of call."""

    latencies: dict[str, list[float]] = field(default_factory=lambda: {"record": [], "list": []})
    failed: int = 0
    machine: dict[str, object] = field(default_factory=dict)
    flood: dict[str, int] | None = None

    def add(self, again: "Phase") -> None:
        """What another run of the same kind saw."""
        for kind, seconds in again.latencies.items():
            self.latencies[kind] += seconds
        self.failed += again.failed
        self.machine = again.machine
        if again.flood is not None:
            self.flood = dict(Counter(self.flood or {}) + Counter(again.flood))

    @property
    def calls(self) -> int:
        return sum(map(len, self.latencies.values()))

    def figures(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for kind, seconds in self.latencies.items():
            for percent in (50, 95):
                found[f"{kind}_p{percent}_ms"] = round(1000 * float(np.percentile(seconds, percent)), 1)
        found["calls"] = self.calls
        found["failed"] = self.failed
        found |= self.machine
        if self.flood is not None:
            found["flood"] = self.flood
        return found


class Victim:
    """A tenant that asks for little, and notes how long that takes."""

    def __init__(self, tenant: Tenant, visitors: Visitors, *, rate: float) -> None:
        self._tenant = tenant
        self._visitors = visitors
        self._rate = rate

    async def call(self, core: str, seconds: float) -> Phase:
        phase = Phase()
        cpu = CpuTimes.now()
        async with grpc.aio.insecure_channel(core) as channel, asyncio.TaskGroup() as tasks:
            ingest = ingest_service_pb2_grpc.IngestServiceStub(channel)
            visits = visit_service_pb2_grpc.VisitServiceStub(channel)
            events = self._visitors.events(self._tenant.camera_ids, ENOUGH)

            async def record() -> None:
                request = ingest_service_pb2.RecordFaceRequest(event=next(events))
                await ingest.RecordFace(request, metadata=self._tenant.worker, timeout=ACK_PATIENCE)

            async def look() -> None:
                request = visit_service_pb2.ListVisitsRequest(page_size=20)
                await visits.ListVisits(request, metadata=self._tenant.admin, timeout=ACK_PATIENCE)

            for seed, (kind, call) in enumerate({"record": record, "list": look}.items()):
                tasks.create_task(self._at_random(phase, kind, call, seconds, seed))
        spent = cpu.until(CpuTimes.now(), phase.calls)
        phase.machine = {name: spent[name] for name in ("foreign_cpu_percent", "load")}
        return phase

    async def _at_random(
        self, phase: Phase, kind: str, call: Callable[[], Awaitable[None]], seconds: float, seed: int
    ) -> None:
        began = time.monotonic()

        async def timed(due: float) -> None:
            try:
                await call()
            except grpc.aio.AioRpcError:
                phase.failed += 1
            phase.latencies[kind].append(time.monotonic() - due)

        async with asyncio.TaskGroup() as calls:
            for due in poisson(self._rate, began, seed):
                if due > began + seconds:
                    return
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                calls.create_task(timed(due))


async def flooded(victim: Victim, flooding: Tenant, core: str, options: argparse.Namespace) -> Phase:
    """The victim's calls while another tenant floods the same core."""
    size = (options.readers, options.writers, options.streams)
    arguments = (core, options.seconds + 2 * SETTLING, *size)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(FLOOD),
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    tenant = {"admin": flooding.admin, "worker": flooding.worker, "camera_ids": flooding.camera_ids}
    telling = asyncio.create_task(process.communicate(json.dumps(tenant).encode()))
    await asyncio.sleep(SETTLING)
    phase = await victim.call(core, options.seconds)
    said, _ = await telling
    if process.returncode != 0:
        raise RuntimeError("the flood failed")
    phase.flood = json.loads(said.splitlines()[-1])
    return phase


async def run(target: Target, options: argparse.Namespace) -> Mapping[str, Phase]:
    unlimited, limited = target.cores
    async with grpc.aio.insecure_channel(unlimited) as channel:
        tenant = await Tenant.made(target, channel)
        flooding = await Tenant.made(await target.another_tenant("Flood"), channel)
    visitors = Visitors(seed=1, begin=some_minutes_ago())
    victim = Victim(tenant, visitors, rate=options.rate)
    for core in target.cores:  # statements unprepared, connections unopened
        await victim.call(core, 2.0)
    # Pages are full and galleries filled from the first phase on.
    await flooded(victim, flooding, unlimited, options)
    measure = {
        "alone": lambda: victim.call(limited, options.seconds),
        "flooded": lambda: flooded(victim, flooding, unlimited, options),
        "limited": lambda: flooded(victim, flooding, limited, options),
    }
    phases = {name: Phase() for name in measure}
    for order in (list(measure), list(reversed(measure))):
        for name in order:
            phases[name].add(await measure[name]())
    return phases


def ratios(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """How many times as long as alone."""
    return {
        f"{name}_{kind}_p95": round(figures[name][f"{kind}_p95_ms"] / figures["alone"][f"{kind}_p95_ms"], 2)
        for name in ("flooded", "limited")
        for kind in ("record", "list")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="A victim's latency beside a flooding tenant.")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each phase, of which there are six")
    parser.add_argument("--rate", type=float, default=8.0, help="the victim's calls of each kind a second")
    parser.add_argument("--readers", type=int, default=32, help="calls of ListVisits of the flood at a time")
    parser.add_argument("--writers", type=int, default=32, help="calls of BatchRecordFaces of the flood")
    parser.add_argument("--streams", type=int, default=8, help="links of the flood")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="draw the victim's latencies")
    options = parser.parse_args()
    enforced = {"FOOTFALL_SERVER_LIMITS__ENFORCED": "true"}
    with own_stack(replicas=2, replica_settings=[{}, enforced]) as target:
        phases = asyncio.run(run(target, options))
    figures = {name: phase.figures() for name, phase in phases.items()}
    if options.plot is not None:
        plot({name: phase.latencies for name, phase in phases.items()}, options.plot)
    sys.stdout.write(json.dumps({**figures, "ratios": ratios(figures)}) + "\n")


if __name__ == "__main__":
    main()
