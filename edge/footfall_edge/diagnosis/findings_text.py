"""Findings for a terminal, and for programs."""

import json
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from footfall_edge.diagnosis.finding import Finding, Verdict, is_failed

_COLOURS = {Verdict.OK: "\033[32m", Verdict.WARN: "\033[33m", Verdict.FAIL: "\033[1;31m"}
_PLAIN = "\033[0m"
_LEAST_TEXT = 30


def as_table(findings: Sequence[Finding], *, width: int, colour: bool) -> str:
    """A row for each finding, with what to do below it; then the sum. width: columns of the terminal."""
    findings = [_printable(finding) for finding in findings]
    areas = max((len(finding.area) for finding in findings), default=0)
    subjects = max((len(finding.subject) for finding in findings), default=0)
    indent = " " * (len("fail") + 2 + areas + 2 + subjects + 2)
    room = max(width - len(indent), _LEAST_TEXT)
    lines = []
    for finding in findings:
        verdict = f"{finding.verdict:<4}"
        if colour:
            verdict = f"{_COLOURS[finding.verdict]}{verdict}{_PLAIN}"
        head = f"{verdict}  {finding.area:<{areas}}  {finding.subject:<{subjects}}  "
        found = textwrap.wrap(finding.found, room) or [""]
        lines.append(f"{head}{found[0]}")
        lines += [f"{indent}{line}" for line in found[1:]]
        if finding.advice:
            wrapped = textwrap.wrap(f"-> {finding.advice}", room, subsequent_indent="   ")
            lines += [f"{indent}{line}" for line in wrapped]
    return "\n".join([*lines, "", _sum(findings), ""])


def as_json(findings: Sequence[Finding]) -> str:
    """One document: ok, and the findings with area, subject, verdict, found and advice."""
    document = {"ok": not is_failed(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _printable(finding: Finding) -> Finding:
    """A camera's name may hold anything; a terminal must not be told what to do by it."""
    return replace(
        finding,
        subject=_clean(finding.subject),
        found=_clean(finding.found),
        advice=_clean(finding.advice),
    )


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _sum(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.verdict for finding in findings)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
