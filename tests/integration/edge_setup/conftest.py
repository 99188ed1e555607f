"""A machine on which nothing is changed."""

import os
from pathlib import Path

import pytest
from played_machine import LOGS, PROGRAM, PYTHON, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    stubs, root = tmp_path / "stubs", tmp_path / "root"
    stubs.mkdir()
    root.mkdir()
    made = Machine(root=root, stubs=stubs, calls=tmp_path / "calls")
    made.environment = {
        "PATH": f"{stubs}:{os.environ['PATH']}",
        "HOME": str(root / "home"),
        "FOOTFALL_SETUP_ROOT": str(root),
        "CALLS": str(made.calls),
        "STUBS": str(stubs),
        "PYTHON": str(stubs / "python3"),
    }
    for name in ("systemctl", "useradd", "userdel", "chown", "launchctl"):
        made.stub(name, LOGS)
    made.stub("python3", PYTHON)
    made.stub("program", PROGRAM)
    return made
