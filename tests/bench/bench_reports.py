"""How long reports take over years of visits, and how long until one more event is in the kept days.

    python tests/bench/bench_reports.py [--visits N] [--tenants N] [--sites N] [--years N] [--calls N]
                                        [--sizes N,N,...] [--plot PNG]

Starts PostgreSQL (durable, with 1 GB of shared buffers), milvus-lite, SeaweedFS and a core in a scratch
folder. N visits are spread over
tenants, sites and years (a third as many persons as visits) and written straight into PostgreSQL, once the
jobs of the night are done for these tenants; the core keeps their days as it does by itself. `--sizes` are
further tenants with so many visits each, for the plot. Then GetVisitors is called over gRPC, one call at a
time, of a tenant at random; every answer's total is held against what PostgreSQL counts, once per tenant.
Then one more visit after another is made and its day kept, of a site at random. Calls of each tenant, and
visits to each site, begin to count after the first, which fills caches.
Everything stays on loopback and ends by itself.

The last line is one JSON object:
  visits, tenants, sites, years  what there was
  keeping_s                      seconds until all days of all visits were kept
  year_by_day_p50_ms, _p95_ms    GetVisitors of all sites by day over a year
  months_p50_ms, _p95_ms         GetVisitors of all sites by month over all years
  refresh_p50_ms, _p95_ms        one more visit until the days that it changed are kept, commits included
  first_refresh_p50_ms, _p95_ms  the same for the first visit to each site, which finds no page in memory
  from_visits_ms                 the year by day counted from the visits, as without kept days
  sizes                          the same medians by the visits of a tenant
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import grpc.aio
from footfall.v1 import auth_service_pb2, report_service_pb2, report_service_pb2_grpc
from footfall_server.database import open_transactions
from footfall_server.domain.report import NewVisitScope
from footfall_server.domain.report_period import Cut, Granularity, Period, calendars
from footfall_server.ports import Transactions
from footfall_server.services.report_days import ReportDays
from footfall_server.settings import PostgresSettings
from ingest_stack import Target, own_stack
from ingest_tenant import Metadata, make_site, sign_in
from latencies import milliseconds
from pydantic import SecretStr
from reports_plot import plot

PEOPLE = 3
"""Visits of a person, on average."""
_SHARED_BUFFERS_MB = 1024
_QUIET_LOOKS = 3
_JOBS_LEFT = """
select exists (select from job_runs), count(*)
from tenants cross join (select distinct job from job_runs) as known
where not exists (
  select from job_runs
  where job_runs.tenant_id = tenants.tenant_id and job_runs.job = known.job and state <> 'running'
)
"""

# Ten open hours of each day; a person is a number, whose id begins with zeros.
_VISITS = """
insert into visits
  (tenant_id, visit_id, site_id, customer_id, first_seen_at, last_seen_at, rule_version, business_day)
select $1, uuidv7(), ($2::uuid[])[1 + place % cardinality($2::uuid[])],
       ('00000000-0000-7000-8000-' || lpad(to_hex((random() * $4)::int), 12, '0'))::uuid,
       at, at + interval '5 minutes', 1, at::date
from (
  select place, ($3::date - (random() * $5)::int) + interval '9 hours' + random() * interval '10 hours' as at
  from generate_series(1, $6::int) as place
) as drawn
"""
_MARKS = """
insert into report_day_marks (tenant_id, site_id, utc_day, cause)
select tenant_id, site_id, (first_seen_at at time zone 'UTC')::date, null from visits
where tenant_id = $1 group by 1, 2, 3 order by 1, 2, 3
"""


@dataclass(frozen=True)
class Chain:
    """A tenant with visits."""

    tenant_id: UUID
    admin: Metadata
    site_ids: tuple[UUID, ...]
    visits: int


@dataclass(frozen=True)
class Years:
    """The time that visits lie in."""

    last: date
    days: int

    @property
    def all(self) -> Period:
        return Period(self.last - timedelta(days=self.days), self.last)

    @property
    def year(self) -> Period:
        return Period(self.last - timedelta(days=364), self.last)


class Load:
    """Chains on a stack."""

    def __init__(self, target: Target, channel: Any, transactions: Transactions, years: Years) -> None:
        self._target = target
        self._channel = channel
        self._reports = report_service_pb2_grpc.ReportServiceStub(channel)
        self._transactions = transactions
        self._years = years

    async def chain(self, name: str, *, sites: int, visits: int) -> Chain:
        """A new tenant that is to have so many visits, and has none yet."""
        tenant = await self._target.another_tenant(name)
        password = auth_service_pb2.PasswordCredentials(email=tenant.email, password=tenant.password)
        admin = await sign_in(self._channel, password=password)
        site_ids = tuple([UUID(await make_site(self._channel, admin, number)) for number in range(sites)])
        return Chain(UUID(tenant.tenant_id), admin, site_ids, visits)

    async def fill(self, connection: asyncpg.Connection, chain: Chain) -> None:
        """Gives a chain its visits, of which no day is kept yet."""
        tenant_id = str(chain.tenant_id)
        await connection.execute("select set_config('app.tenant_id', $1, false)", tenant_id)
        # Nothing listens to these visits; their marks are set below, once for each day.
        await connection.execute("set session_replication_role = replica")
        drawn = (self._years.last, chain.visits // PEOPLE, self._years.days, chain.visits)
        await connection.execute(_VISITS, tenant_id, list(chain.site_ids), *drawn, timeout=1800)
        await connection.execute("set session_replication_role = origin")
        await connection.execute(_MARKS, tenant_id, timeout=600)

    async def by_day(self, chain: Chain) -> report_service_pb2.GetVisitorsResponse:
        """The last year by day, all sites."""
        return await self._get(chain, self._years.year, report_service_pb2.GRANULARITY_DAY)

    async def by_month(self, chain: Chain) -> report_service_pb2.GetVisitorsResponse:
        """All years by month, all sites."""
        return await self._get(chain, self._years.all, report_service_pb2.GRANULARITY_MONTH)

    async def _get(
        self, chain: Chain, period: Period, granularity: "report_service_pb2.Granularity.ValueType"
    ) -> report_service_pb2.GetVisitorsResponse:
        request = report_service_pb2.GetVisitorsRequest(
            start_date=period.start.isoformat(), end_date=period.end.isoformat(), granularity=granularity
        )
        answer: report_service_pb2.GetVisitorsResponse = await self._reports.GetVisitors(
            request, metadata=chain.admin
        )
        return answer

    async def from_visits(self, chain: Chain) -> tuple[tuple[int, int], float]:
        """Visits and visitors of the year from the visits themselves, and the seconds that it takes."""
        began = time.perf_counter()
        async with self._transactions.begin(chain.tenant_id) as tx:
            rules = await tx.sites.rules(chain.site_ids)
            by_day = calendars(self._years.year, Cut(Granularity.DAY), rules)
            found = (await tx.reports.visits(by_day, NewVisitScope.TENANT)).total
        return (found.visits, found.unique_visitors), time.perf_counter() - began

    async def refreshed(self, connection: asyncpg.Connection, chain: Chain, site_id: UUID) -> float:
        """Seconds that one more visit to a site takes to be in the kept days."""
        drawn = (self._years.last, chain.visits // PEOPLE, 0, 1)
        await connection.execute("select set_config('app.tenant_id', $1, false)", str(chain.tenant_id))
        began = time.perf_counter()
        await connection.execute(_VISITS, chain.tenant_id, [site_id], *drawn)
        await ReportDays(transactions=self._transactions).refresh(chain.tenant_id)
        return time.perf_counter() - began


async def night_over(connection: asyncpg.Connection) -> None:
    """Until the jobs of the night before, which new tenants are behind with, have nothing left to do.

    They are done while nobody looks at reports, and would count all visits while the calls are timed.
    """
    quiet = 0
    while quiet < _QUIET_LOOKS:
        begun, left = await connection.fetchrow(_JOBS_LEFT)
        quiet = quiet + 1 if begun and not left else 0
        sys.stderr.write(f"{left} jobs of the night to do ...\n")
        await asyncio.sleep(5)


async def kept(connection: asyncpg.Connection) -> None:
    """Until the core has kept all days."""
    while left := await connection.fetchval("select count(*) from report_day_marks"):
        sys.stderr.write(f"{left} days to keep ...\n")
        await asyncio.sleep(5)


async def check(load: Load, chains: Sequence[Chain]) -> float:
    """Holds each chain's year against its visits. Gives the seconds that counting those takes."""
    took = []
    for chain in chains:
        told = (await load.by_day(chain)).report.total
        truth, seconds = await load.from_visits(chain)
        if (told.visits, told.unique_visitors) != truth:
            raise RuntimeError(f"{told.visits}, {told.unique_visitors} were told, and there are {truth}")
        took.append(seconds)
    return statistics.median(took)


async def timed(call: Any, chains: Sequence[Chain], calls: int, dice: Random) -> list[float]:
    """Seconds of calls, of chains at random; the first few, which fill caches, do not count."""
    took = []
    for number in range(calls + len(chains)):
        chain = chains[number] if number < len(chains) else dice.choice(chains)
        began = time.perf_counter()
        await call(chain)
        took.append(time.perf_counter() - began)
    return took[len(chains) :]


async def measure(target: Target, options: argparse.Namespace) -> dict[str, object]:
    """Fills the stack and calls it."""
    if target.stack is None:
        raise RuntimeError("visits are written into a stack of one's own only")
    dice, years = Random(1), Years(date.today(), 365 * options.years)  # noqa: DTZ011 - a day is enough
    settings = PostgresSettings(dsn=SecretStr(target.stack.app_dsn))
    connection = await asyncpg.connect(target.stack.superuser_dsn)
    try:
        async with (
            grpc.aio.insecure_channel(target.cores[0]) as channel,
            open_transactions(settings) as transactions,
        ):
            load = Load(target, channel, transactions, years)
            sites = [options.sites // options.tenants] * options.tenants
            for extra in range(options.sites % options.tenants):
                sites[extra] += 1
            visits = options.visits // options.tenants
            chains = [
                await load.chain(f"Chain {number}", sites=of_chain, visits=visits)
                for number, of_chain in enumerate(sites)
            ]
            sized = [await load.chain(f"Sized {size}", sites=3, visits=size) for size in options.sizes]
            await night_over(connection)
            began = time.perf_counter()
            for number, chain in enumerate([*chains, *sized]):
                sys.stderr.write(
                    f"tenant {number + 1} of {len(chains) + len(sized)}: {chain.visits} visits ...\n"
                )
                await load.fill(connection, chain)
            await kept(connection)
            keeping = time.perf_counter() - began
            await connection.execute("vacuum analyze")
            from_visits = await check(load, chains[:3] + sized)
            by_day = await timed(load.by_day, chains, options.calls, dice)
            by_month = await timed(load.by_month, chains, options.calls, dice)
            first, refreshed = await refreshes(load, connection, chains, options.calls, dice)
            figures: dict[str, object] = {
                "visits": options.visits,
                "tenants": options.tenants,
                "sites": options.sites,
                "years": options.years,
                "keeping_s": round(keeping),
                **percentiles("year_by_day", by_day),
                **percentiles("months", by_month),
                **percentiles("refresh", refreshed),
                **percentiles("first_refresh", first),
                "from_visits_ms": round(from_visits * 1000, 1),
            }
            figures["sizes"] = {
                chain.visits: await at_size(load, connection, chain, options.calls, dice)
                for chain in sorted([*sized, chains[-1]], key=lambda each: each.visits)
            }
            return figures
    finally:
        await connection.close()


async def refreshes(
    load: Load, connection: asyncpg.Connection, chains: Sequence[Chain], calls: int, dice: Random
) -> tuple[Sequence[float], Sequence[float]]:
    """Seconds of the first visit to each site, and of as many more as there are calls, to any of them."""
    places = [(chain, site_id) for chain in chains for site_id in chain.site_ids]
    first = [await load.refreshed(connection, *place) for place in places]
    return first, [await load.refreshed(connection, *dice.choice(places)) for _ in range(calls)]


async def at_size(
    load: Load, connection: asyncpg.Connection, chain: Chain, calls: int, dice: Random
) -> Mapping[str, float]:
    """Medians of one chain, in ms."""
    seconds = {
        "year_by_day_ms": await timed(load.by_day, [chain], calls // 4, dice),
        "months_ms": await timed(load.by_month, [chain], calls // 4, dice),
        "refresh_ms": (await refreshes(load, connection, [chain], calls // 4, dice))[1],
        "from_visits_ms": [(await load.from_visits(chain))[1] for _ in range(3)],
    }
    return {name: milliseconds(took, 50) for name, took in seconds.items()}


def percentiles(name: str, took: Sequence[float]) -> Mapping[str, float]:
    return {f"{name}_p{percent}_ms": milliseconds(took, percent) for percent in (50, 95)}


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--tenants", type=int, default=20)
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument(
        "--sizes", type=lambda text: [int(each) for each in text.split(",") if each], default="10000,100000"
    )
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    with own_stack(replicas=1, shared_buffers_mb=_SHARED_BUFFERS_MB) as target:
        figures = asyncio.run(measure(target, options))
    if options.plot:
        plot(figures, options.plot)
    sys.stdout.write(f"{json.dumps(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
