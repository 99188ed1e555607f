#!/usr/bin/env python3
"""Writes bills of materials (CycloneDX 1.6, JSON) to build/sbom/. Called by "make sbom"; needs no network.

server.cdx.json, edge.cdx.json   what the two locks install, with the hashes that pip checks
development.cdx.json             what is in .venv, with licences and who needs whom
console.cdx.json                 what goes into the console's bundle, from its lock
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

PROJECT = Path(__file__).resolve().parents[2]
OUT = PROJECT / "build" / "sbom"
VERSION = SchemaVersion.V1_6
LOCKS = ("server", "edge")


class SbomError(Exception):
    """A bill could not be made, or is not valid; the text says which and why."""


def of_lock(name: str) -> str:
    """The bill of requirements/NAME.txt."""
    lock = PROJECT / "requirements" / f"{name}.txt"
    return _cyclonedx_py("requirements", str(lock), "--pyproject", str(PROJECT / "pyproject.toml"))


def of_environment() -> str:
    """The bill of the environment that runs this."""
    return _cyclonedx_py("environment", sys.executable, "--pyproject", str(PROJECT / "pyproject.toml"))


def of_console() -> str:
    """The bill of webui/package-lock.json. npm writes version 1.5, so it is written anew as 1.6."""
    told = _run(
        [
            *("npm", "sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application"),
            *("--omit", "dev", "--package-lock-only"),
        ],
        PROJECT / "webui",
    )
    return as_current(told)


def as_current(told: str) -> str:
    """A bill of an older version of CycloneDX as one of the version that we write."""
    bom = Bom.from_json(json.loads(told))  # type: ignore[attr-defined]  # made by py-serializable
    return make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string(indent=2)


def check(name: str, told: str) -> None:
    """Raises SbomError unless a bill is valid and has components."""
    error = JsonStrictValidator(VERSION).validate_str(told)
    if error is not None:
        raise SbomError(f"{name} is no valid CycloneDX {VERSION.to_version()}: {error}")
    if not json.loads(told).get("components"):
        raise SbomError(f"{name} has no components")


def _cyclonedx_py(*arguments: str) -> str:
    program = str(Path(sys.executable).with_name("cyclonedx-py"))
    flags = ("--spec-version", VERSION.to_version(), "--output-format", "JSON", "--output-reproducible")
    return _run([program, *arguments, *flags], PROJECT)


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SbomError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def main() -> int:
    """Writes all of them; the exit code."""
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        bills = {name: of_lock(name) for name in LOCKS}
        bills |= {"development": of_environment(), "console": of_console()}
        for name, told in bills.items():
            check(name, told)
            file = OUT / f"{name}.cdx.json"
            file.write_text(told, encoding="utf-8")
            count = len(json.loads(told)["components"])
            sys.stdout.write(f"{file.relative_to(PROJECT)}: {count} components\n")
    except (SbomError, OSError) as error:
        sys.stderr.write(f"sbom: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
