#!/usr/bin/env python3
"""Asks who knows of holes in what we use: pip-audit for the locks, npm for the console. "make audit".

A report, which never fails a build: a hole that was published tonight must not stop a fix from going out. It
says what was asked, what was found and what could not be asked; what could not be asked has not passed.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("server", "edge", "dev")
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Audit:
    """What came of asking about one lock."""

    name: str
    asked: int = 0
    not_asked: int = 0
    holes: tuple[str, ...] = ()
    failure: str = ""

    def lines(self) -> list[str]:
        """The report for people."""
        if self.failure:
            return [f"{self.name}: NOT AUDITED: {self.failure}"]
        if not self.asked:
            return [f"{self.name}: NOT AUDITED: the service knows none of the {self.not_asked} packages"]
        said = f"{self.name}: {self.asked} packages audited, {len(self.holes)} known holes"
        if self.not_asked:
            said += f"; NOT AUDITED: {self.not_asked} more, which the service does not know"
        return [said, *(f"  {hole}" for hole in self.holes)]


def of_pip_audit(name: str, told: str) -> Audit:
    """What pip-audit said as JSON. A package that it skipped was not audited, though its exit code is 0."""
    packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    asked = [each for each in packages if "skip_reason" not in each]
    holes = [
        f"{each['name']} {each['version']}: {hole['id']}"
        + (f", fixed in {', '.join(hole['fix_versions'])}" if hole.get("fix_versions") else "")
        for each in asked
        for hole in each["vulns"]
    ]
    return Audit(name, len(asked), len(packages) - len(asked), tuple(holes))


def of_npm(name: str, told: str) -> Audit:
    """What "npm audit --json" said."""
    found = json.loads(told)
    if "error" in found or "metadata" not in found:
        error = found.get("error") or {}
        said = str(error.get("summary") or error.get("code") or found.get("message") or "no report")
        return Audit(name, failure=f"the service cannot be asked: {said.splitlines()[0][:200]}")
    holes = [
        f"{package}: {each['severity']}, {each.get('range', '')}"
        for package, each in sorted(found.get("vulnerabilities", {}).items())
    ]
    return Audit(name, int(found["metadata"]["dependencies"]["prod"]), 0, tuple(holes))


def ask(
    name: str,
    command: Sequence[str],
    folder: Path,
    read: Callable[[str, str], Audit],
    *,
    timeout: float = TIMEOUT_SECONDS,
) -> Audit:
    """Runs one auditor, which may take `timeout` seconds, and reads what it says."""
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout
        )
        return read(name, done.stdout)
    except subprocess.TimeoutExpired:
        return Audit(name, failure=f"no answer within {timeout:.0f} s")
    except OSError as error:
        return Audit(name, failure=f"{command[0]} cannot be run: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError):
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        return Audit(name, failure=f"the service cannot be asked: {last[:200]}")


def main() -> int:
    """Prints the report; 0 always."""
    pip_audit = str(Path(sys.executable).with_name("pip-audit"))
    flags = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")
    for lock in LOCKS:
        file = f"requirements/{lock}.txt"
        audit = ask(file, [pip_audit, "--requirement", file, *flags], PROJECT, of_pip_audit)
        sys.stdout.write("\n".join(audit.lines()) + "\n")
    console = ask("webui", ["npm", "audit", "--omit=dev", "--json"], PROJECT / "webui", of_npm)
    sys.stdout.write("\n".join(console.lines()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
