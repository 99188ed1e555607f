"""Attacks a core, on real stores and alone, with random and tampered messages over native gRPC.

    python tests/fuzz/fuzz_grpc.py [--messages N] [--seed S] [--minutes M] [--only INDEX]

Every method in the permission table is called, streams among them: by those who may, by other roles, and
with tokens that are none. Messages are made from the descriptors and the rules in the protos, so that they
get far; then rules are broken, fields changed and bytes damaged. Refused calls are sent again by themselves
whenever a table has grown, so that whoever leaves a row is found.

Progress goes to standard error. The last line is one JSON object; the exit code is 1 when anything was found:
  messages, repeated       messages sent, and calls that were sent again
  codes                    how many calls ended with which code
  internal, unknown        faults of the core: none, or it failed
  faults, rows_left        how much was found; what it was, and from which case, is on standard error
  foreign_changed          tables in which the other tenant's rows changed, which nobody of it touched
  log_errors, warnings     lines of the core's log
  rss_start_mb, rss_end_mb memory of the core after a tenth of the messages, and at the end
  seconds, seed, methods

A case is made from the seed and its index alone: `--seed S --only INDEX` sends it again to a world of the
same shape (ids differ, since the core makes them).
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import grpc.aio
from core_stack import CoreStack, core_stack
from fuzz.attack import Attack, Findings
from fuzz.cases import CaseMaker
from fuzz.core_health import Complaint, CoreHealth
from fuzz.methods import Target, placeholders, targets
from fuzz.rows import Rows
from fuzz.sending import Sender
from fuzz.settings import fuzzed_core
from fuzz.world import WorldMaker

GROWTH_FACTOR, GROWTH_MB = 1.15, 48.0
"""What memory may grow by after the warm-up: fragments, and the faces that accepted events brought."""


@dataclass
class Report:
    """The result of a run."""

    seed: int
    seconds: float
    findings: Findings
    complaints: Sequence[Complaint]
    foreign_changed: Sequence[str]
    answers_still: bool
    skipped: Sequence[str] = field(default_factory=list)

    @property
    def grew(self) -> bool:
        """Whether memory grew by more than it may."""
        found = self.findings
        return found.rss_end_mb > found.rss_start_mb * GROWTH_FACTOR + GROWTH_MB

    def problems(self) -> list[str]:
        """What is wrong; empty when nothing is."""
        errors = [complaint.line for complaint in self.complaints if complaint.is_error]
        found = [*self.findings.faults, *(f"rows left: {each}" for each in self.findings.rows_left)]
        found += [f"in the log: {line}" for line in errors]
        found += [f"rows of the other tenant changed in {table}" for table in self.foreign_changed]
        if self.grew:
            found.append(f"memory: {self.findings.rss_start_mb} to {self.findings.rss_end_mb} MiB")
        if not self.answers_still:
            found.append("the core does not answer any more")
        if self.findings.out_of_time:
            found.append(f"out of time after {self.findings.messages} messages")
        return found

    def line(self) -> str:
        """The JSON object."""
        found = self.findings
        return json.dumps(
            {
                "messages": found.messages,
                "repeated": found.repeated,
                "methods": len(found.methods),
                "codes": dict(sorted(found.codes.items())),
                "internal": found.codes["INTERNAL"],
                "unknown": found.codes["UNKNOWN"],
                "faults": len(found.faults),
                "rows_left": len(found.rows_left),
                "rss_start_mb": found.rss_start_mb,
                "rss_end_mb": found.rss_end_mb,
                "log_errors": sum(each.is_error for each in self.complaints),
                "warnings": sum(not each.is_error for each in self.complaints),
                "foreign_changed": list(self.foreign_changed),
                "seconds": self.seconds,
                "seed": self.seed,
                "skipped": list(self.skipped),
            }
        )


async def attack(
    stack: CoreStack, *, messages: int, seed: int, begin: int, seconds: float, wanted: Sequence[Target]
) -> Report:
    """Makes a world on an empty stack and attacks its first core."""
    core = stack.cores[0]
    started = time.monotonic()
    health = CoreHealth(core)
    connection = await asyncpg.connect(stack.superuser_dsn)
    try:
        async with grpc.aio.insecure_channel(core.address) as channel:
            world = await WorldMaker(stack, channel, wanted).make()
            rows = await Rows.of(connection)
            await _quiet(connection)
            foreign = await rows.of_tenant(world.foreign.tenant_id)
            cases = CaseMaker(seed=seed, targets=wanted, world=world)
            sender = Sender(core.address, world.callers, cases)
            run = Attack(cases=cases, sender=sender, rows=rows, health=health, progress=_Progress(messages))
            try:
                found = await run.run(messages=messages, begin=begin, deadline=started + seconds)
            finally:
                await sender.close()
            answers = health.lives() and await _answers(world.callers.sign_in)
            after = await rows.of_tenant(world.foreign.tenant_id)
    finally:
        await connection.close()
    return Report(
        seed=seed,
        seconds=round(time.monotonic() - started, 1),
        findings=found,
        complaints=list(health.complaints()),
        foreign_changed=[name for name, rows_hash in foreign.items() if after[name] != rows_hash],
        answers_still=answers,
        skipped=sorted(placeholders()),
    )


async def _quiet(connection: asyncpg.Connection) -> None:
    """Until the index writer has taken all faces of the world, which marks them in their rows."""
    async with asyncio.timeout(60):
        while await connection.fetchval("select count(*) from index_outbox"):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def _answers(sign_in: object) -> bool:
    try:
        await sign_in()  # type: ignore[operator]
    except grpc.aio.AioRpcError:
        return False
    return True


class _Progress:
    """Says every twentieth of the way how far it is."""

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self._told = 0
        self._began = time.monotonic()

    def __call__(self, found: Findings) -> None:
        step = found.messages * 20 // self._messages
        if step > self._told:
            self._told = step
            passed = time.monotonic() - self._began
            sys.stderr.write(
                f"{found.messages}/{self._messages} messages, {passed:.0f} s, {len(found.faults)} faults, "
                f"{len(found.rows_left)} leave rows, codes {dict(found.codes)}\n"
            )


def main() -> int:
    """Runs the attack; 0 when nothing was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30.0, help="give up after this time")
    parser.add_argument("--only", type=int, help="send the case with this index alone")
    options = parser.parse_args()
    messages, begin = (1, options.only) if options.only is not None else (options.messages, 0)
    with core_stack(replicas=1, settings=fuzzed_core(), durable=False) as stack:
        report = asyncio.run(
            attack(
                stack,
                messages=messages,
                seed=options.seed,
                begin=begin,
                seconds=60 * options.minutes,
                wanted=targets(),
            )
        )
    problems = report.problems()
    for problem in problems[:50]:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{report.line()}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
