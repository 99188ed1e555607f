"""How long the core takes for a page of a long list, the first and the last alike.

    python tests/bench/bench_pages.py [--rows N] [--page-size N]

Starts PostgreSQL (durable), milvus-lite, SeaweedFS and a core in a scratch folder, and gives one tenant N
customers, N visits with a sighting each and N entries in the audit log, written straight into PostgreSQL.
Then each list is read over gRPC as the console reads it, page after page by its tokens, to the end.
Everything stays on loopback and ends by itself.

The last line is one JSON object: rows, page_size, and for each list
  rows              that were read; all of them, or the benchmark fails
  p50_ms, p95_ms    of its pages
  first_ms, last_ms the medians of the first and of the last ten pages: by keys they are alike
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
import grpc.aio
from footfall.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    auth_service_pb2,
    customer_service_pb2,
    customer_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from ingest_stack import Target, own_stack
from ingest_tenant import Metadata, make_camera, make_site, sign_in
from latencies import milliseconds

_ENDS = 10

# Times lie a minute apart, the youngest now; each customer was seen once.
_CUSTOMERS = """
insert into customers
  (tenant_id, customer_id, number, display_name, created_at, state, kind, root_id, confirmed_at, updated_at)
select $1, id, 1000000 + place, '', at, 'confirmed', 'visitor', id, at, at
from (select uuidv7() as id, place, now() - place * interval '1 minute' as at
      from generate_series(1, $2::int) as place)
"""
_VISITS = """
insert into visits
  (tenant_id, visit_id, site_id, customer_id, first_seen_at, last_seen_at, rule_version, business_day)
select tenant_id, uuidv7(), $2, customer_id, created_at, created_at + interval '5 seconds', 1,
       (created_at at time zone 'UTC')::date
from customers where tenant_id = $1
"""
_SIGHTINGS = """
insert into sightings
  (tenant_id, track_id, site_id, camera_id, first_seen_at, last_seen_at, final, outcome, customer_id,
   owner_id, visit_id, score, quality_score, model_id)
select tenant_id, uuidv7(), site_id, $2, first_seen_at, last_seen_at, true, 'known', customer_id, customer_id,
       visit_id, .7, .8, 'fr-mobilefacenet-512'
from visits where tenant_id = $1
"""
_SITE_PEOPLE = """
insert into site_people (tenant_id, site_id, customer_id)
select tenant_id, $2, customer_id from customers where tenant_id = $1 on conflict do nothing
"""
_AUDIT = """
insert into audit_log (tenant_id, audit_id, at, actor_id, actor_role, action, resource, resource_id, detail)
select $1, uuidv7(), now(), null, 'system', 'image.view', 'image', uuidv7(), '{}'
from generate_series(1, $2::int)
"""
_ENTRIES_AT_ONCE = 1000
"""Each entry changes the head of the chain, and a transaction has to pass by all that it changed itself."""


class _Page(Protocol):
    next_page_token: str


@dataclass(frozen=True)
class Long:
    """A list, and how a page of it is asked for: page size and token give the rows and the answer."""

    name: str
    page: Callable[[int, str], Awaitable[tuple[int, _Page]]]


async def fill(target: Target, site_id: str, camera_id: str, rows: int) -> None:
    """Writes the rows, and lets PostgreSQL look at them as it does by itself sooner or later."""
    if target.stack is None:
        raise RuntimeError("rows are written into a stack of one's own only")
    connection = await asyncpg.connect(target.stack.superuser_dsn)
    try:
        await connection.execute("select set_config('app.tenant_id', $1, false)", target.tenant_id)
        for statement, arguments in (
            (_CUSTOMERS, (rows,)),
            (_VISITS, (site_id,)),
            (_SIGHTINGS, (camera_id,)),
            (_SITE_PEOPLE, (site_id,)),
        ):
            sys.stderr.write(f"{statement.split()[2]}: {rows} rows ...\n")
            await connection.execute(statement, target.tenant_id, *arguments, timeout=600)
        sys.stderr.write(f"audit_log: {rows} rows ...\n")
        for begin in range(0, rows, _ENTRIES_AT_ONCE):
            count = min(_ENTRIES_AT_ONCE, rows - begin)
            await connection.execute(_AUDIT, target.tenant_id, count, timeout=600)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


def lists(channel: Any, admin: Metadata, site_id: str) -> Sequence[Long]:
    """What the console's long tables ask for."""
    visits = visit_service_pb2_grpc.VisitServiceStub(channel)
    customers = customer_service_pb2_grpc.CustomerServiceStub(channel)
    audit = audit_service_pb2_grpc.AuditServiceStub(channel)

    async def of_visits(size: int, token: str, at: str = "") -> tuple[int, _Page]:
        request = visit_service_pb2.ListVisitsRequest(page_size=size, page_token=token, site_id=at)
        found = await visits.ListVisits(request, metadata=admin)
        return len(found.visits), found

    async def of_site(size: int, token: str) -> tuple[int, _Page]:
        return await of_visits(size, token, site_id)

    async def of_customers(size: int, token: str, at: str = "") -> tuple[int, _Page]:
        request = customer_service_pb2.ListCustomersRequest(page_size=size, page_token=token, site_id=at)
        found = await customers.ListCustomers(request, metadata=admin)
        return len(found.customers), found

    async def customers_of_site(size: int, token: str) -> tuple[int, _Page]:
        return await of_customers(size, token, site_id)

    async def of_audit(size: int, token: str) -> tuple[int, _Page]:
        request = audit_service_pb2.ListAuditEntriesRequest(page_size=size, page_token=token)
        found = await audit.ListAuditEntries(request, metadata=admin)
        return len(found.entries), found

    return [
        Long("visits", of_visits),
        Long("visits_of_site", of_site),
        Long("customers", of_customers),
        Long("customers_of_site", customers_of_site),
        Long("audit", of_audit),
    ]


async def read(long: Long, *, rows: int, page_size: int) -> dict[str, float]:
    """Reads a list to its end. Raises RuntimeError when it is not all there."""
    took: list[float] = []
    found, token = 0, ""
    while True:
        began = time.perf_counter()
        count, page = await long.page(page_size, token)
        took.append(time.perf_counter() - began)
        found += count
        token = page.next_page_token
        if not token:
            break
    if found < rows:
        raise RuntimeError(f"{long.name}: {found} rows were told, and there are {rows}")
    return {
        "rows": found,
        "p50_ms": milliseconds(took, 50),
        "p95_ms": milliseconds(took, 95),
        "first_ms": round(statistics.median(took[:_ENDS]) * 1000, 1),
        "last_ms": round(statistics.median(took[-_ENDS - 1 : -1]) * 1000, 1),
    }


async def measure(target: Target, *, rows: int, page_size: int) -> dict[str, object]:
    """Fills a tenant and reads its lists."""
    async with grpc.aio.insecure_channel(target.cores[0]) as channel:
        password = auth_service_pb2.PasswordCredentials(email=target.email, password=target.password)
        admin = await sign_in(channel, password=password)
        site_id = await make_site(channel, admin)
        await fill(target, site_id, await make_camera(channel, admin, site_id, 1), rows)
        figures: dict[str, object] = {"rows": rows, "page_size": page_size}
        for long in lists(channel, admin, site_id):
            figures[long.name] = await read(long, rows=rows, page_size=page_size)
            sys.stderr.write(f"{long.name}: {figures[long.name]}\n")
    return figures


def main() -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=100, help="as the console asks")
    options = parser.parse_args()
    with own_stack(replicas=1) as target:
        figures = asyncio.run(measure(target, rows=options.rows, page_size=options.page_size))
    sys.stdout.write(f"{json.dumps(figures)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
