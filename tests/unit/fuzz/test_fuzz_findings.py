"""The fuzzer finds what it is there to find."""

from collections import Counter
from pathlib import Path

import grpc
import pytest
from footfall_server.domain.identity import Role
from fuzz.attack import Attack, Findings
from fuzz.cases import Case
from fuzz.core_health import Complaint, complaints_in
from fuzz.fuzz_grpc import Report
from fuzz.methods import targets
from fuzz.rows import grown
from fuzz.sending import Ending

UPDATE = next(each for each in targets() if each.name.endswith("/UpdateSite"))


def case(index: int) -> Case:
    return Case(index, UPDATE, Role.TENANT_ADMIN, "changed", (b"",), 1)


class CannedCases:
    def case(self, index: int) -> Case:
        return case(index)


class CannedCore:
    """A sender, rows and health in one: `leaks` are the cases that leave a row though they are refused."""

    def __init__(self, *, endings: dict[int, Ending], leaks: frozenset[int] = frozenset()) -> None:
        self._endings = endings
        self._leaks = leaks
        self._rows = 0

    async def send(self, sent: Case) -> Ending:
        self._rows += sent.index in self._leaks
        return self._endings.get(sent.index, Ending(grpc.StatusCode.INVALID_ARGUMENT))

    async def counts(self) -> dict[str, int]:
        return {"sites": self._rows}

    async def settled_rss_mb(self) -> float:
        return 100.0

    def lives(self) -> bool:
        return True


async def attacked(core: CannedCore, messages: int = 20) -> Findings:
    run = Attack(
        cases=CannedCases(),  # type: ignore[arg-type]
        sender=core,  # type: ignore[arg-type]
        rows=core,  # type: ignore[arg-type]
        health=core,  # type: ignore[arg-type]
        progress=lambda _found: None,
    )
    return await run.run(messages=messages, begin=0, deadline=float("inf"))


async def test_a_core_that_refuses_is_in_order() -> None:
    found = await attacked(CannedCore(endings={}))
    assert (found.messages, found.faults, found.rows_left) == (20, [], [])
    assert found.codes == Counter({"INVALID_ARGUMENT": 20})


@pytest.mark.parametrize("code", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN])
async def test_a_fault_is_found_with_its_case(code: grpc.StatusCode) -> None:
    [fault] = (await attacked(CannedCore(endings={7: Ending(code)}))).faults
    assert fault.startswith(code.name)
    assert "#7 /footfall.v1.SiteService/UpdateSite by tenant_admin" in fault.replace(
        "Role.TENANT_ADMIN", "tenant_admin"
    )


async def test_a_row_that_a_refused_call_leaves_is_found_with_its_case() -> None:
    [left] = (await attacked(CannedCore(endings={}, leaks=frozenset({11})))).rows_left
    assert "sites" in left
    assert "#11 " in left


async def test_a_row_of_an_accepted_call_is_in_order() -> None:
    found = await attacked(CannedCore(endings={11: Ending(grpc.StatusCode.OK)}, leaks=frozenset({11})))
    assert found.rows_left == []


def test_what_is_said_of_a_damaged_picture_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "core.log"
    lines = [
        "Corrupt JPEG data: premature end of data segment",
        "libpng error: IDAT: CRC error",
        "Warning: unknown JFIF revision number 9.03",
        "Warning: something else",
    ]
    log.write_text("\n".join(lines))
    assert [each.is_error for each in complaints_in(log)] == [False, False, False, True]


def test_only_growth_is_looked_at() -> None:
    assert grown({"a": 1, "b": 2}, {"a": 3, "b": 1, "c": 1}) == {"a": 2, "c": 1}


def test_complaints_in_a_log(tmp_path: Path) -> None:
    log = tmp_path / "core.log"
    log.write_text(
        '{"event": "rpc", "level": "info"}\n'
        '{"event": "slow", "level": "warning"}\n'
        '{"event": "call_failed", "level": "error"}\n'
        "Traceback (most recent call last):\n"
    )
    assert [each.is_error for each in complaints_in(log)] == [False, True, True]


def report(
    findings: Findings, *, errors: int = 0, foreign: tuple[str, ...] = (), answers: bool = True
) -> Report:
    complaints = [Complaint("line", is_error=True)] * errors
    return Report(1, 1.0, findings, complaints, foreign, answers)


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (report(Findings(faults=["INTERNAL"])), "INTERNAL"),
        (report(Findings(rows_left=["x"])), "rows left"),
        (report(Findings(), errors=1), "in the log"),
        (report(Findings(), foreign=("sites",)), "other tenant"),
        (report(Findings(), answers=False), "does not answer"),
        (report(Findings(rss_start_mb=200, rss_end_mb=400)), "memory"),
        (report(Findings(out_of_time=True)), "out of time"),
    ],
)
def test_every_kind_of_problem_fails_the_run(made: Report, word: str) -> None:
    [problem] = made.problems()
    assert word in problem


def test_a_good_run_has_no_problem() -> None:
    assert report(Findings(messages=5, rss_start_mb=200, rss_end_mb=240)).problems() == []
