"""Sends cases, window by window, and finds what the core should not have done."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import grpc
from fuzz.cases import Case, CaseMaker
from fuzz.core_health import CoreHealth
from fuzz.rows import Rows, grown
from fuzz.sending import Ending, Sender

WINDOW = 128
IN_FLIGHT = 24
WARM_UP = 0.1
"""The share of a run after which memory is looked at first: caches, pools and code are there by then."""

_FAULTS = {
    grpc.StatusCode.INTERNAL: "a fault of the core",
    grpc.StatusCode.UNKNOWN: "an exception that nobody turned into a status",
    grpc.StatusCode.DATA_LOSS: "a fault of the core",
    grpc.StatusCode.UNIMPLEMENTED: "a method in the permission table that is not served",
    grpc.StatusCode.DEADLINE_EXCEEDED: "no answer in a minute",
}

Sent = Sequence[tuple[Case, Ending]]


@dataclass
class Findings:
    """What came of an attack."""

    messages: int = 0
    repeated: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    methods: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    rows_left: list[str] = field(default_factory=list)
    rss_start_mb: float = 0.0
    rss_end_mb: float = 0.0
    out_of_time: bool = False


class Attack:
    """One run against one replica."""

    def __init__(
        self,
        *,
        cases: CaseMaker,
        sender: Sender,
        rows: Rows,
        health: CoreHealth,
        progress: Callable[[Findings], None],
    ) -> None:
        self._cases = cases
        self._sender = sender
        self._rows = rows
        self._health = health
        self._progress = progress
        self.findings = Findings()

    async def run(self, *, messages: int, begin: int, deadline: float) -> Findings:
        """Sends messages until there were as many. `deadline` is a time of the monotonic clock."""
        found = self.findings
        index = begin
        before = await self._rows.counts()
        while found.messages < messages:
            if time.monotonic() > deadline:
                found.out_of_time = True
                break
            window, taken = [], 0
            while taken < min(WINDOW, messages - found.messages):
                window.append(self._cases.case(index))
                taken += window[-1].messages
                index += 1
            before = await self._window(window, before)
            found.messages += taken
            if not found.rss_start_mb and found.messages >= WARM_UP * messages:
                found.rss_start_mb = await self._health.settled_rss_mb()
            self._progress(found)
            if not self._health.lives():
                found.faults.append(f"the core died in the window that began with {window[0]}")
                break
        found.rss_end_mb = await self._health.settled_rss_mb() if self._health.lives() else 0.0
        return found

    async def _window(self, window: Sequence[Case], before: Mapping[str, int]) -> Mapping[str, int]:
        """Sends a window. Gives the counts of rows after it."""
        sent = await self._send(window)
        for case, ending in sent:
            self.findings.codes[ending.code.name] += 1
            self.findings.methods[case.target.name] += 1
            self._judge(case, ending)
        after = await self._rows.counts()
        if grown(before, after):
            refused = [case for case, ending in sent if not ending.is_ok and _leaves_nothing(case)]
            await self._look_closer(refused)
            after = await self._rows.counts()
        return after

    async def _look_closer(self, refused: Sequence[Case]) -> None:
        """Sends what was refused once more, alone: whatever leaves rows leaves them again.

        What the core does by itself, or what an accepted call left, does not come again.
        """
        if not await self._grows(refused):
            return
        for case in refused:
            if left := await self._grows([case]) and await self._grows([case]):
                self.findings.rows_left.append(f"{dict(left)} by {case}")

    async def _grows(self, cases: Sequence[Case]) -> Mapping[str, int]:
        """The tables that grow by calls all of which are refused; none when one of them is not."""
        before = await self._rows.counts()
        sent = await self._send(cases)
        self.findings.repeated += len(sent)
        for case, ending in sent:
            self._judge(case, ending)
        if any(ending.is_ok for _, ending in sent):
            return {}
        return grown(before, await self._rows.counts())

    async def _send(self, cases: Sequence[Case]) -> Sent:
        room = asyncio.Semaphore(IN_FLIGHT)

        async def one(case: Case) -> tuple[Case, Ending]:
            async with room:
                return case, await self._sender.send(case)

        return await asyncio.gather(*(one(case) for case in cases))

    def _judge(self, case: Case, ending: Ending) -> None:
        code = ending.code
        if code in _FAULTS and not _is_expected(case, code):
            self.findings.faults.append(f"{code.name} ({_FAULTS[code]}; {ending.details[:200]!r}): {case}")


def _leaves_nothing(case: Case) -> bool:
    """Whether a refused call may leave no row: what came before a stream's bad message was taken."""
    return not case.target.descriptor.client_streaming and not case.target.reads


def _is_expected(case: Case, code: grpc.StatusCode) -> bool:
    """The library's own services say UNIMPLEMENTED to some of what they are asked."""
    return code is grpc.StatusCode.UNIMPLEMENTED and case.target.name.startswith("/grpc.")
