"""The unprivileged account for servers that refuse to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

# An operator may make the first; the others come with Linux distributions and macOS.
CANDIDATES = ("footfall", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int


class NoAccountError(Exception):
    """We are root, and there is no other account to run a server as."""


def unprivileged_account() -> Account | None:
    """The account to drop to, or None when this process is not root anyway."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise NoAccountError(
        f"PostgreSQL does not run as root, and none of the accounts {', '.join(CANDIDATES)} exists. "
        "Make one (useradd --system footfall) or start as an ordinary user."
    )


def can_reach(path: Path, account: Account) -> bool:
    """Whether the account may pass through every folder above `path`."""
    return all(_may_pass(folder.stat(), account) for folder in path.resolve().parents)


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
