"""What a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is. WARN: the worker works, and will not for ever or not as well as it could."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    area: the part of the worker, in one word; subject: what of it. found: in a sentence, without password,
    key or face. advice: what to do; empty when that is nothing.
    """

    area: str
    subject: str
    verdict: Verdict
    found: str
    advice: str = ""


def is_failed(findings: Iterable[Finding]) -> bool:
    """Whether something keeps the worker from working."""
    return any(finding.verdict is Verdict.FAIL for finding in findings)


class Findings:
    """Collects the findings of one area."""

    def __init__(self, area: str) -> None:
        self._area = area
        self.all: list[Finding] = []

    def ok(self, subject: str, found: str) -> None:
        """It is as it should be."""
        self._add(subject, Verdict.OK, found, "")

    def warn(self, subject: str, found: str, advice: str) -> None:
        """It works, and something should be done."""
        self._add(subject, Verdict.WARN, found, advice)

    def fail(self, subject: str, found: str, advice: str) -> None:
        """It does not work."""
        self._add(subject, Verdict.FAIL, found, advice)

    def _add(self, subject: str, verdict: Verdict, found: str, advice: str) -> None:
        self.all.append(
            Finding(area=self._area, subject=subject, verdict=verdict, found=found, advice=advice)
        )
