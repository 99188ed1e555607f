"""The report on known holes says what was asked and what was not, and never fails a build."""

import json
import sys
from pathlib import Path

import pytest
from supply_chain import audit
from supply_chain.audit import Audit, ask, of_npm, of_pip_audit

CLEAN = {"name": "attrs", "version": "26.1.0", "vulns": []}
HOLE = {
    "name": "aiohttp",
    "version": "3.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["3.1"], "aliases": []}],
}
UNKNOWN = {"name": "numpy", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def pip_audit(*dependencies: object) -> Audit:
    return of_pip_audit("server", json.dumps({"dependencies": dependencies, "fixes": []}))


def test_holes_are_named_with_their_fix() -> None:
    assert pip_audit(CLEAN, HOLE).lines() == [
        "server: 2 packages audited, 1 known holes",
        "  aiohttp 3.0: PYSEC-2026-1, fixed in 3.1",
    ]


def test_what_was_skipped_has_not_passed() -> None:
    """pip-audit ends with 0 when no package could be looked up."""
    assert pip_audit(UNKNOWN, UNKNOWN).lines() == [
        "server: NOT AUDITED: the service knows none of the 2 packages"
    ]
    assert "NOT AUDITED: 1 more" in pip_audit(CLEAN, UNKNOWN).lines()[0]


def test_npm() -> None:
    told = {
        "vulnerabilities": {"vite": {"severity": "high", "range": "<6"}},
        "metadata": {"dependencies": {"prod": 30}},
    }
    assert of_npm("webui", json.dumps(told)).lines() == [
        "webui: 30 packages audited, 1 known holes",
        "  vite: high, <6",
    ]


@pytest.mark.parametrize(
    "told",
    [{"error": {"code": "ENOAUDIT", "summary": "endpoint not found"}}, {"message": "404 Not Found"}, {}],
)
def test_npm_that_cannot_ask_has_not_passed(told: object) -> None:
    [line] = of_npm("webui", json.dumps(told)).lines()
    assert line.startswith("webui: NOT AUDITED: the service cannot be asked")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import time; time.sleep(60)", "no answer within"),
        ("import sys; sys.exit('Connection refused')", "cannot be asked: Connection refused"),
        ("print('[]')", "cannot be asked"),
    ],
)
def test_an_auditor_that_fails_is_reported(tmp_path: Path, program: str, said: str) -> None:
    # One that hangs is given a moment; the others have time enough on any machine.
    patience = 0.5 if "sleep" in program else 60
    [line] = ask("server", [sys.executable, "-c", program], tmp_path, of_pip_audit, timeout=patience).lines()
    assert line.startswith("server: NOT AUDITED: ")
    assert said in line


def test_an_auditor_that_is_missing_is_reported(tmp_path: Path) -> None:
    [line] = ask("server", [str(tmp_path / "none")], tmp_path, of_pip_audit).lines()
    assert "cannot be run" in line


def test_the_report_never_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def found(name: str, *_arguments: object) -> Audit:
        return Audit(name, asked=1, holes=("x",))

    monkeypatch.setattr(audit, "ask", found)
    assert audit.main() == 0
    said = capsys.readouterr().out
    for name in (*(f"requirements/{lock}.txt" for lock in audit.LOCKS), "webui"):
        assert f"{name}: 1 packages audited, 1 known holes" in said
