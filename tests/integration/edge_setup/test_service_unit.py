"""deploy/edge/footfall-edge.service is one that systemd takes, and shuts the worker in."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from played_machine import PROJECT

UNIT = PROJECT / "deploy" / "edge" / "footfall-edge.service"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit, with a program that is there."""
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"(?m)^ExecStart=.*$", "ExecStart=/bin/true", UNIT.read_text()))
    return unit


@needs_systemd
def test_systemd_takes_it_without_a_word(installed: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_it_is_shut_in(installed: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", str(installed)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, "systemd's exposure level must stay at 2.5 of 10 or below"


def test_it_says_what_the_worker_and_the_installer_rely_on() -> None:
    text = UNIT.read_text()
    for line in (
        "Type=notify",
        "Restart=always",
        "RestartPreventExitStatus=78",
        "User=footfall",
        "StateDirectory=footfall",
        "ExecStart=/opt/footfall-edge/venv/bin/footfall-edge --env-file /etc/footfall/edge.env run",
    ):
        assert line in text.splitlines()
