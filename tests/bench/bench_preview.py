"""What it costs to show a camera through a replica that has no link to its worker.

    python tests/bench/bench_preview.py [--seconds S] [--cameras N] [--fps F] [--bytes B]

Starts PostgreSQL (durable), puts frames of random bytes down as the replica with the workers' links does,
each camera at its rate, and takes them up as the one with the watchers does, when NOTIFY says so. Both are
in this process, which shares the machine with the database.

The last line is one JSON object:
  frames, shown       put down, and taken up: of frames that come while one is fetched, the newest is
  p50_ms, p95_ms      from putting a frame down to having it opened at the other replica
  wal_bytes_per_frame what the write-ahead log got: no picture is in it
  table_mb            the table's size at the end, with what vacuum has not taken away yet
  cpu_ms_per_frame    processor time of this process per frame, both replicas together
  seconds, cameras, fps, bytes
"""

import argparse
import asyncio
import json
import os
import resource
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from footfall_local.accounts import unprivileged_account
from footfall_local.components.postgres import Postgres
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_migrations.run import upgrade
from footfall_server.auth.picture_seal import PictureSeal
from footfall_server.domain.change import FrameStored
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import Tenant
from footfall_server.live.change_feed import ChangeFeed
from footfall_server.services.relayed_pictures import RelayedPictures
from footfall_server.storage.postgres.bootstrap import bootstrap_database
from footfall_server.storage.postgres.engine import PostgresLimits, make_engine
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.system_clock import SystemClock
from latencies import milliseconds

GOOD_FOR = timedelta(seconds=5)
STAMP = 8
"""Bytes at the beginning of a frame that say when it was put down."""


@dataclass
class Tally:
    """What was put down and taken up; times in seconds."""

    frames: int = 0
    delays: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Replica:
    """One end of the way."""

    transactions: PostgresTransactions
    relay: RelayedPictures
    feed: ChangeFeed


@contextmanager
def database() -> Iterator[tuple[str, str]]:
    """A migrated database: the application's and the superuser's way in."""
    with tempfile.TemporaryDirectory(prefix="footfall-previews-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        port, superuser, owner, app = free_port(), *(secrets.token_hex(16) for _ in range(3))
        server = Postgres(
            data=home / "postgres", port=port, password=superuser, account=unprivileged_account()
        )
        with running(server, log=home / "postgres.log"):

            def dsn(role: str, password: str, name: str) -> str:
                return f"postgresql://{role}:{password}@127.0.0.1:{port}/{name}"

            app_dsn = dsn("footfall_app", app, "footfall")
            owner_dsn = dsn("footfall_owner", owner, "footfall")

            async def set_up() -> None:
                await bootstrap_database(dsn("postgres", superuser, "postgres"), owner_dsn, app_dsn)
                await upgrade(owner_dsn)

            asyncio.run(set_up())
            yield app_dsn, dsn("postgres", superuser, "footfall")


@asynccontextmanager
async def replica(app_dsn: str, secret: bytes) -> AsyncIterator[Replica]:
    async with AsyncExitStack() as stack:
        engine = make_engine(app_dsn, limits=PostgresLimits(pool_size=4))
        stack.push_async_callback(engine.dispose)
        source = await stack.enter_async_context(PostgresChangeSource(app_dsn))
        feed = ChangeFeed(source=source)
        reading = asyncio.create_task(feed.run())
        stack.callback(reading.cancel)
        relay = RelayedPictures(seal=PictureSeal(lambda: [secret]), clock=SystemClock(), replica_id=new_id())
        yield Replica(PostgresTransactions(engine), relay, feed)


async def film(
    here: Replica, tenant_id: UUID, camera_id: UUID, options: argparse.Namespace, tally: Tally
) -> None:
    """Puts frames of a camera down at its rate, until the time is over."""
    end = time.monotonic() + options.seconds
    while (begun := time.monotonic()) < end:
        frame = int(begun * 1e9).to_bytes(STAMP, "big") + os.urandom(options.bytes - STAMP)
        async with here.transactions.begin(tenant_id) as tx:
            await here.relay.show(tx, camera_id, tenant_id, frame, datetime.now(UTC) + GOOD_FOR)
        tally.frames += 1
        await asyncio.sleep(max(0.0, begun + 1 / options.fps - time.monotonic()))


async def watch(there: Replica, tenant_id: UUID, camera_id: UUID, tally: Tally) -> None:
    """Takes frames of a camera up whenever there is word of one."""
    last = 0
    with there.feed.subscribe_word(FrameStored(tenant_id, camera_id)) as bell:
        while True:
            await bell.wait(GOOD_FOR)
            async with there.transactions.begin(tenant_id) as tx:
                frame = await there.relay.look(tx, camera_id)
            if frame is not None and (stamp := int.from_bytes(frame[:STAMP], "big")) != last:
                last = stamp
                tally.delays.append(time.monotonic() - stamp / 1e9)


async def measure(app_dsn: str, superuser_dsn: str, options: argparse.Namespace) -> dict[str, object]:
    tally, secret, tenant_id = Tally(), secrets.token_bytes(32), new_id()
    cameras = [new_id() for _ in range(options.cameras)]
    async with replica(app_dsn, secret) as here, replica(app_dsn, secret) as there:
        now = datetime.now(UTC)
        async with here.transactions.begin_platform() as platform:
            await platform.add_tenant(Tenant(tenant_id, "Chain", now, now), None)
        server = await asyncpg.connect(superuser_dsn)
        before = await server.fetchval("select pg_current_wal_insert_lsn()")
        cpu = cpu_seconds()
        watching = [asyncio.create_task(watch(there, tenant_id, each, tally)) for each in cameras]
        await asyncio.gather(*(film(here, tenant_id, each, options, tally) for each in cameras))
        cpu = cpu_seconds() - cpu
        wal = await server.fetchval(
            "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1::pg_lsn)::bigint", before
        )
        size = await server.fetchval("select pg_total_relation_size('pictures')")
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        await server.close()
    return {
        "frames": tally.frames,
        "shown": len(tally.delays),
        "p50_ms": milliseconds(tally.delays, 50),
        "p95_ms": milliseconds(tally.delays, 95),
        "wal_bytes_per_frame": round(wal / tally.frames),
        "table_mb": round(size / 2**20, 1),
        "cpu_ms_per_frame": round(cpu / tally.frames * 1000, 2),
    }


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--fps", type=float, default=5)
    parser.add_argument("--bytes", type=int, default=90_000)
    options = parser.parse_args()
    with database() as (app_dsn, superuser_dsn):
        found = asyncio.run(measure(app_dsn, superuser_dsn, options))
    sys.stdout.write(json.dumps({**found, **vars(options)}) + "\n")


if __name__ == "__main__":
    main()
