"""The question for wheels: of the right packages, and told as it is."""

from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement
from supply_chain import wheels
from supply_chain.wheels import MACHINES, Locked, Machine, ask, read_lock

MAC, LINUX = MACHINES
LOCK = """\
attrs==26.1.0 \\
    --hash=sha256:aa
contourpy==1.3.3 ; python_full_version < '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
contourpy==1.4.0 ; python_full_version >= '3.12' \\
    --hash=sha256:dd
pyobjc==11.0 ; sys_platform == 'darwin' \\
    --hash=sha256:ee
"""


def _names(machine: Machine) -> list[str]:
    return [str(each.requirement).split(";")[0].strip() for each in read_lock(LOCK) if each.is_for(machine)]


def test_a_machine_is_asked_about_what_it_needs() -> None:
    assert _names(MAC) == ["attrs==26.1.0", "contourpy==1.3.3", "pyobjc==11.0"]
    assert _names(LINUX) == ["attrs==26.1.0", "contourpy==1.3.3"]


def test_pip_gets_the_hashes_and_no_marker() -> None:
    locked = list(read_lock(LOCK))
    assert locked[1].without_marker() == "contourpy==1.3.3 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc"
    assert locked[0].without_marker() == "attrs==26.1.0 \\\n    --hash=sha256:aa"


def test_the_whole_lock_is_read() -> None:
    text = wheels.LOCK.read_text()
    locked = list(read_lock(text))
    assert len(locked) == sum("==" in line and not line.startswith(" ") for line in text.splitlines())
    assert {"numpy", "onnxruntime", "opencv-python-headless"} <= {each.requirement.name for each in locked}


def _download(names: dict[str, str]) -> wheels.Download:
    def download(machine: Machine, wanted: Sequence[Locked], folder: Path) -> str:
        assert machine in MACHINES
        for each in wanted:
            if each.requirement.name not in names:
                return "No matching distribution found"
        for each in wanted:
            (folder / names[each.requirement.name]).touch()
        return ""

    return download


def test_what_is_there_is_told_with_the_system_that_it_asks_for() -> None:
    found = {
        "attrs": "attrs-26.1.0-py3-none-any.whl",
        "contourpy": "contourpy-1.3.3-cp311-cp311-macosx_11_0_arm64.whl",
        "pyobjc": "pyobjc-11.0-cp311-cp311-macosx_14_0_arm64.whl",
    }
    outcome = ask(MAC, list(read_lock(LOCK)), _download(found))
    assert outcome.lines() == ["macOS arm64: 3 of 3 packages have a wheel; macOS 14.0 is needed, by pyobjc"]


def test_what_is_missing_is_named() -> None:
    found = {
        "attrs": "attrs-26.1.0-py3-none-any.whl",
        "other": "other-1.0-cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
    }
    lock = [*read_lock(LOCK), Locked(Requirement("other==1.0"), "other==1.0")]
    outcome = ask(LINUX, lock, _download(found))
    assert outcome.missing == ("contourpy: No matching distribution found",)
    assert outcome.lines() == [
        "Linux aarch64: 2 of 3 packages have a wheel; glibc 2.17 is needed, by other",
        "  MISSING contourpy: No matching distribution found",
    ]
