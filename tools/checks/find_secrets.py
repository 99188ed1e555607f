#!/usr/bin/env python3
"""Looks for what seems to be a secret in files that git knows. Called by "make lint" and before a commit.

    find_secrets.py [FILE ...]      without files: all that are tracked

Exits with 1 and names file, line and kind, never the text. Tests are left out: their credentials open
nothing. Passwords in Python are found by ruff (S105 to S107) as well.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

KINDS: dict[str, re.Pattern[str]] = {
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "Footfall key": re.compile(r"\bff[a-z]_[A-Za-z0-9]{4,}_[A-Za-z0-9_-]{16,}"),
    "access token (JWT)": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "cloud or forge key": re.compile(
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bglpat-[A-Za-z0-9_-]{20,}"
        r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bsk_live_[A-Za-z0-9]{16,}"
    ),
    "password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"<>{}$*]+:(?P<value>[^\s/@'\"<>]+)@"),
    "assigned secret": re.compile(
        r"(?i)(?:password|passwd|secret|secret_key|access_key|api_key|auth_token)\"?\s*[:=]\s*"
        r"[\"'](?P<value>[^\"'\s]{8,})[\"']"
    ),
}

# Values that say that something stands there: variables, placeholders, what answers show.
_HARMLESS = re.compile(
    r"^[\"'{}$<*(\[]|\*\*\*|\.\.\.|^%|PASSWORD|SECRET|^(?:(?:new|current)[-_])?password$|^pass$|^pw$|^secret$"
)

_LEFT_OUT = re.compile(
    r"(^|/)(tests?|e2e|fixtures|node_modules|third_party|gen|rpc/gen)/|\.(test|spec)\.tsx?$|\.lock$|package-lock\.json$"
    r"|^requirements/|^proto/baseline\.binpb$"
    # What the console says to people: a label there is called as what it stands for.
    r"|^webui/src/.*/texts(\.vi)?\.ts$"
)


def findings(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Line numbers and kinds of what looks like a secret in a file."""
    if _LEFT_OUT.search(name):
        return
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in KINDS.items():
            for found in pattern.finditer(line):
                if not _HARMLESS.search(found.groupdict().get("value") or "x"):
                    yield number, kind


def tracked() -> Iterator[str]:
    """The files that git knows, relative to the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)  # noqa: S607
    yield from (name for name in listed.stdout.split("\0") if name)


def main(names: Iterable[str]) -> int:
    """Looks into the files; the exit code."""
    found = []
    for name in names:
        path = Path(name)
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}:{number}: looks like a secret: {kind}" for number, kind in findings(name, text)]
    for line in found:
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or tracked()))
