#!/usr/bin/env python3
"""Asks whether an edge worker can be installed on arm64 without a compiler. "make wheels".

For every package of requirements/edge.txt that such a machine needs, pip is asked for a wheel from the
configured index, and what it downloads is checked against the lock's hashes. Says for each kind of machine
what is missing, and which system the strictest of the wheels asks for. Ends with 1 when something is missing.
Needs the network, and downloads some 200 MB per machine, which pip keeps.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

PROJECT = Path(__file__).resolve().parents[2]
LOCK = PROJECT / "requirements" / "edge.txt"
PYTHON = "3.11"
TIMEOUT_SECONDS = 900
_MACOS = re.compile(r"macosx_(\d+)_(\d+)_")
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_")
_OLD_NAMES = {"manylinux2014_aarch64": (2, 17)}


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine: what pip calls it, what markers say of it, and how its system is called."""

    name: str
    platforms: tuple[str, ...]
    markers: dict[str, str]
    system: str
    version: re.Pattern[str]


def _markers(platform: str, system: str, machine: str) -> dict[str, str]:
    return {
        "sys_platform": platform,
        "platform_system": system,
        "platform_machine": machine,
        "os_name": "posix",
    }


MACHINES = (
    Machine(
        "macOS arm64",
        ("macosx_15_0_arm64",),
        _markers("darwin", "Darwin", "arm64"),
        "macOS",
        _MACOS,
    ),
    Machine(
        "Linux aarch64",
        (*(f"manylinux_2_{minor}_aarch64" for minor in range(17, 36)), "manylinux2014_aarch64"),
        _markers("linux", "Linux", "aarch64"),
        "glibc",
        _GLIBC,
    ),
)
_PYTHON_MARKERS = {
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.0",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock: its requirement, and the lines that pip wants, hashes with them."""

    requirement: Requirement
    lines: str

    def is_for(self, machine: Machine) -> bool:
        """Whether the machine needs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate({**_PYTHON_MARKERS, **machine.markers})

    def without_marker(self) -> str:
        """For pip, which would evaluate the marker for the machine that it runs on."""
        return re.sub(r" ;[^\\\n]*", " ", self.lines, count=1)


Download = Callable[[Machine, Sequence[Locked], Path], str]
"""Fetch wheels into a folder; returns pip's last words when it cannot, else an empty text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """missing: each package without a wheel, with why. newest: the system that the strictest ask for."""

    machine: Machine
    asked: int
    missing: tuple[str, ...]
    newest: tuple[int, int]
    strictest: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report for people."""
        found = self.asked - len(self.missing)
        said = f"{self.machine.name}: {found} of {self.asked} packages have a wheel"
        if self.strictest:
            version = ".".join(str(part) for part in self.newest)
            said += f"; {self.machine.system} {version} is needed, by {', '.join(self.strictest)}"
        return [said, *(f"  MISSING {each}" for each in self.missing)]


def read_lock(text: str) -> Iterator[Locked]:
    """The packages of a lock that was written with hashes."""
    for block in re.split(r"\n(?=\S)", text.strip()):
        if block and not block.startswith("#"):
            yield Locked(Requirement(block.split("\\", 1)[0].strip()), block)


def ask(machine: Machine, lock: Sequence[Locked], download: Download) -> Outcome:
    """All at once; one by one when that fails, to learn which are missing."""
    wanted = [each for each in lock if each.is_for(machine)]
    with tempfile.TemporaryDirectory(prefix="footfall-wheels-") as name:
        folder = Path(name)
        missing: list[str] = []
        if download(machine, wanted, folder):
            for each in wanted:
                why = download(machine, [each], folder)
                if why:
                    missing.append(f"{each.requirement.name}: {why}")
        newest, strictest = _strictest(machine, [path.name for path in folder.glob("*.whl")])
    return Outcome(machine, len(wanted), tuple(missing), newest, strictest)


def _strictest(machine: Machine, wheels: Sequence[str]) -> tuple[tuple[int, int], tuple[str, ...]]:
    needs = {wheel: _least_version(machine, wheel) for wheel in wheels}
    newest = max(needs.values(), default=(0, 0))
    names = sorted(parse_wheel_filename(wheel)[0] for wheel, need in needs.items() if need == newest > (0, 0))
    return newest, tuple(names)


def _least_version(machine: Machine, wheel: str) -> tuple[int, int]:
    """The oldest system that a wheel runs on; (0, 0) for any."""
    versions = []
    for tag in parse_wheel_filename(wheel)[3]:
        match = machine.version.match(tag.platform)
        if match:
            versions.append((int(match[1]), int(match[2])))
        elif tag.platform in _OLD_NAMES:
            versions.append(_OLD_NAMES[tag.platform])
    return min(versions, default=(0, 0))


def by_pip(machine: Machine, wanted: Sequence[Locked], folder: Path) -> str:
    """Download with the pip that runs this."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(each.without_marker() for each in wanted))
        file.flush()
        platforms = [part for each in machine.platforms for part in ("--platform", each)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", PYTHON]
        command += [*platforms, "--dest", str(folder), "--requirement", file.name]
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS
            )
        except subprocess.TimeoutExpired:
            return f"no answer within {TIMEOUT_SECONDS} s"
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
    said = errors or done.stderr.strip().splitlines() or ["pip said nothing"]
    return said[-1].removeprefix("ERROR: ")[:200]


def main() -> int:
    """Prints the report; 0 when nothing is missing."""
    lock = list(read_lock(LOCK.read_text(encoding="utf-8")))
    missing = 0
    for machine in MACHINES:
        outcome = ask(machine, lock, by_pip)
        missing += len(outcome.missing)
        sys.stdout.write("\n".join(outcome.lines()) + "\n")
        sys.stdout.flush()
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
