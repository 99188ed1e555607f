"""Calls every operation of the OpenAPI document through Envoy, as every role and with tokens that are none.

    python tests/fuzz/fuzz_openapi.py [--examples N] [--seed S] [--minutes M]

Schemathesis makes good and bad data from the document; most ids are of what is there. Found is: a status or a
content type that the document does not have, an answer that breaks its schema, and any 5xx but 503 and 504.
The last line is one JSON object; the exit code is 1 when anything was found. `never_accepted` names
operations that no call got through to.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

import grpc.aio
import requests
import schemathesis
from core_stack import CoreStack, core_stack
from fakes.openapi_calls import openapi_document, operations
from footfall_gateway.settings import Address, GatewaySettings, Limits, RateLimit, RouteLimits
from footfall_local.components.envoy import Envoy
from footfall_local.ports import free_port
from footfall_local.readiness import running
from footfall_server.domain.identity import Role
from fuzz.callers import FORGED, NOBODY, Callers
from fuzz.core_health import complaints_in
from fuzz.hints import Hints
from fuzz.methods import targets
from fuzz.openapi_calls import Answers, OperationCalls
from fuzz.settings import fuzzed_core
from fuzz.world import World, WorldMaker

HOST = "127.0.0.1"
# What is attacked is what a call does; a refusal for their number would be no answer to it.
_MUCH = RateLimit(per_second=1_000_000, burst=10_000_000)
BOUNDLESS = RouteLimits(per_address=_MUCH, together=_MUCH)


@dataclass
class Report:
    """The result of a run."""

    seed: int
    seconds: float
    answers: Answers
    log_errors: Sequence[str]
    never_accepted: Sequence[str]
    out_of_time: bool

    def problems(self) -> list[str]:
        """What is wrong; empty when nothing is."""
        found = [*self.answers.faults, *(f"in the log: {line}" for line in self.log_errors)]
        return [*found, "out of time"] if self.out_of_time else found

    def line(self) -> str:
        """The JSON object."""
        return json.dumps(
            {
                "calls": self.answers.calls,
                "statuses": dict(sorted(self.answers.statuses.items())),
                "faults": len(self.answers.faults),
                "log_errors": len(self.log_errors),
                "never_accepted": list(self.never_accepted),
                "seconds": self.seconds,
                "seed": self.seed,
            }
        )


def call_all(stack: CoreStack, *, examples: int, seed: int, seconds: float) -> Report:
    """Makes a world on an empty stack, puts Envoy before its first core, and calls everything."""
    began = time.monotonic()
    core = stack.cores[0]
    with ExitStack() as held:
        runner = held.enter_context(asyncio.Runner())
        channel = runner.run(_channel(core.address))
        held.callback(lambda: runner.run(channel.close()))
        world = runner.run(WorldMaker(stack, channel, targets()).make())
        ports = [core.port]
        for _ in range(4):
            ports.append(free_port(avoid=frozenset(ports)))
        _, listen, admin, web, keys = (Address(host=HOST, port=port) for port in ports)
        settings = GatewaySettings(
            listen=listen,
            admin=admin,
            core=(Address(host=HOST, port=core.port),),
            web=web,
            keys=keys,
            limits=Limits(sign_in=BOUNDLESS, streams=BOUNDLESS, calls=BOUNDLESS),
        )
        envoy = Envoy(settings=settings, folder=stack.home / "envoy")
        held.enter_context(running(envoy, log=stack.home / "envoy.log"))
        session = held.enter_context(requests.Session())
        session.trust_env = False
        answers = Answers()
        served = {target.name for target in targets()}
        wanted = {(each.verb.upper(), each.path) for each in operations() if each.method in served}
        schema = schemathesis.openapi.from_dict(openapi_document())
        # Who calls is ours to say; a token that is made up here would take the caller's place in bad data.
        schema.config.generation.update(with_security_parameters=False)
        called, out_of_time = [], False
        for result in schema.get_all_operations():
            operation = result.ok()
            if (operation.method.upper(), operation.path) not in wanted:
                continue
            if out_of_time := time.monotonic() - began > seconds:
                break
            called.append(operation.label)
            callers = [
                (_Entry(world, who, runner, seed=seed), _hints(world, who, operation.method))
                for who in (*Role, NOBODY, FORGED)
            ]
            calls = OperationCalls(operation, url=envoy.url, session=session, answers=answers)
            calls.run(callers, seed=seed, examples=examples)
            sys.stderr.write(f"{operation.label}: {answers.calls} calls, {len(answers.faults)} faults\n")
    return Report(
        seed=seed,
        seconds=round(time.monotonic() - began, 1),
        answers=answers,
        log_errors=[each.line for each in complaints_in(core.log) if each.is_error],
        never_accepted=sorted(set(called) - answers.accepted),
        out_of_time=out_of_time,
    )


async def _channel(address: str) -> grpc.aio.Channel:
    """Made inside the loop that it will be used in."""
    return grpc.aio.insecure_channel(address)


def _hints(world: World, caller: Role | str, verb: str) -> Hints:
    foreign = None if caller is Role.SYSTEM_ADMIN else world.foreign
    return Hints(world.own, foreign, destructive=verb.upper() == "DELETE")


class _Entry:
    """How a caller gets in."""

    def __init__(self, world: World, caller: Role | str, runner: asyncio.Runner, *, seed: int) -> None:
        self._callers = world.callers
        self._caller = caller
        self._runner = runner
        self._forged = dict(world.callers.forged(Random(seed)))

    def __str__(self) -> str:
        return str(self._caller)

    def headers(self) -> Mapping[str, str]:
        """The headers of a call."""
        if isinstance(self._caller, Role):
            return dict(self._callers.metadata(self._caller))
        return self._forged if self._caller == FORGED else {}

    def again(self) -> bool:
        """Signs in again, when that is possible: a call may have ended the caller's session."""
        if not isinstance(self._caller, Role):
            return False
        self._runner.run(_sign_in(self._callers))
        return True


async def _sign_in(callers: Callers) -> None:
    await callers.sign_in()


def main() -> int:
    """Runs the calls; 0 when nothing was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=10, help="per operation and kind of data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=40.0, help="give up after this time")
    options = parser.parse_args()
    with core_stack(replicas=1, settings=fuzzed_core(), durable=False) as stack:
        report = call_all(stack, examples=options.examples, seed=options.seed, seconds=60 * options.minutes)
    problems = report.problems()
    for problem in problems[:60]:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{report.line()}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
