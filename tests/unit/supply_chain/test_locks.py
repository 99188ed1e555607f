"""The locks: every package with its hashes, and nowhere an address."""

import json
import re
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
LOCKS = sorted((PROJECT / "requirements").glob("*.txt"))
REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^ ;]+( ; [^\\]+)?( \\)?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def test_there_are_locks() -> None:
    assert {lock.stem for lock in LOCKS} == {"dev", "server", "edge", "uv"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    package, hashes = "", 1
    for line in lock.read_text().splitlines():
        if HASH.match(line):
            hashes += 1
            continue
        assert hashes, f"{package} has no hash"
        assert REQUIREMENT.match(line), f"not a pinned package: {line}"
        package, hashes = line.partition("==")[0], 0
    assert hashes, f"{package} has no hash"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_an_address(lock: Path) -> None:
    found = re.findall(r"https?://\S+|--(?:extra-)?index-url.*|--find-links.*|@ \S+", lock.read_text())
    assert found == []


def test_every_version_is_exact() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    loose = [each for each in wanted if "==" not in each and not each.startswith("footfall[")]
    assert loose == []


def test_the_console_s_lock_has_hashes_and_no_host_of_ours() -> None:
    lock = json.loads((PROJECT / "webui" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name and not each.get("link")}
    # What comes inside another package is covered by that one's hash.
    own = {name: each for name, each in packages.items() if not each.get("inBundle")}
    assert [name for name, each in own.items() if "integrity" not in each] == []
    hosts = {each["resolved"].split("/")[2] for each in packages.values() if "resolved" in each}
    assert hosts <= {"registry.npmjs.org"}
