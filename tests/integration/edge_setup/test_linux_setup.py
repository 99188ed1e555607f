"""scripts/linux/setup.sh, on a machine of which it changes nothing but a folder."""

import shutil
import stat
from pathlib import Path

import pytest
from played_machine import LOGS, PROJECT, THE_REST, Machine

SCRIPT = PROJECT / "scripts" / "linux" / "setup.sh"
TOKEN = f"ffj_{'0' * 32}_{'1' * 64}"
URL = "https://gateway.example:9443"

pytestmark = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("runuser") is None,
    reason="a Linux machine's programs are needed",
)


@pytest.fixture
def shop(machine: Machine) -> Machine:
    machine.environment |= {"AFTER": "--", "DATA": str(machine.root / "var/lib/footfall")}
    machine.stub("runuser", "#!/bin/sh\n" + THE_REST)
    machine.stub("getent", "#!/bin/sh\nexit 2\n")
    # Who is no root cannot give files away.
    machine.stub(
        "install",
        '#!/usr/bin/env bash\nwhile [ $# -gt 0 ]; do case $1 in -o | -g) shift ;; *) kept+=("$1") ;; esac;'
        ' shift; done\nPATH="${PATH#*:}" exec install "${kept[@]}"\n',
    )
    return machine


def _install(shop: Machine, *more: str, stdin: str = "") -> str:
    done = shop.run(SCRIPT, "install", "--gateway-url", URL, *more, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout


def test_an_installation_is_whole(shop: Machine) -> None:
    token, authority = shop.root / "token.txt", shop.root / "ca.pem"
    token.write_text(f"{TOKEN}\nmore\n")
    authority.write_text("PEM\n")
    told = _install(shop, "--name", "Till 1", "--token-file", str(token), "--ca-file", str(authority))
    assert "The worker runs" in told
    calls = shop.called()
    assert any(each.startswith("useradd --system") for each in calls)
    assert any("pip" in each and "--require-hashes" in each and "edge.txt" in each for each in calls)
    assert any(each.startswith("footfall models pull --dir") for each in calls)
    assert calls[-3:] == [
        "systemctl daemon-reload",
        "systemctl enable --quiet footfall-edge",
        "systemctl restart footfall-edge",
    ]
    assert not any(TOKEN in each for each in calls), "a command line could be read by anybody"
    assert shop.calls.with_suffix(".token").read_text() == f"{TOKEN}\n"
    settings = shop.root / "etc/footfall/edge.env"
    assert settings.read_text().splitlines()[1:] == [
        f"FOOTFALL_EDGE_GATEWAY_URL={URL}",
        "FOOTFALL_EDGE_GATEWAY_CA_FILE=/etc/footfall/gateway-ca.pem",
        "FOOTFALL_EDGE_DATA_DIR=/var/lib/footfall",
        "FOOTFALL_EDGE_MODELS_DIR=/var/lib/footfall/models",
        "FOOTFALL_EDGE_NAME='Till 1'",
    ]
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640
    assert stat.S_IMODE((shop.root / "var/lib/footfall").stat().st_mode) == 0o700
    unit = shop.root / "etc/systemd/system/footfall-edge.service"
    assert unit.read_text() == (PROJECT / "deploy/edge/footfall-edge.service").read_text()
    command = shop.root / "usr/local/bin/footfall-edge"
    assert stat.S_IMODE(command.stat().st_mode) == 0o755
    assert '--env-file /etc/footfall/edge.env "$@"' in command.read_text()


def test_a_second_time_changes_nothing_and_uses_no_token(shop: Machine) -> None:
    token = shop.root / "token.txt"
    token.write_text(TOKEN)
    _install(shop, "--token-file", str(token))
    settings = shop.root / "etc/footfall/edge.env"
    settings.write_text("FOOTFALL_EDGE_GATEWAY_URL=https://mine.example\n")
    before = shop.files()
    shop.called()
    shop.stub("getent", "#!/bin/sh\nexit 0\n")
    told = _install(shop, "--token-file", str(token))
    assert "left as they are" in told
    assert "no token is used" in told
    calls = shop.called()
    assert not any("useradd" in each or "venv" in each.split()[1:3] or " join" in each for each in calls)
    assert "systemctl restart footfall-edge" in calls
    assert shop.files() == before


def test_models_of_another_machine_are_taken_and_verified(shop: Machine) -> None:
    folder = shop.root / "stick"
    folder.mkdir()
    (folder / "yunet.onnx").write_bytes(b"model")
    _install(shop, "--models-from", str(folder))
    assert (shop.root / "var/lib/footfall/models/yunet.onnx").read_bytes() == b"model"
    assert any(each.startswith("footfall models pull --dir") for each in shop.called())


def test_without_a_token_it_waits_to_be_started(shop: Machine) -> None:
    told = _install(shop)
    assert "starts when it has one" in told
    assert not any("restart" in each for each in shop.called())
    told = _install(shop, "--token-file", "-", stdin=f"{TOKEN}\n")
    assert "The worker runs" in told


def test_a_dry_run_does_nothing_and_tells_all(shop: Machine) -> None:
    token = shop.root / "token.txt"
    token.write_text(TOKEN)
    before = shop.files()
    told = _install(shop, "--dry-run", "--token-file", str(token))
    assert shop.files() == before
    calls = [each for each in shop.called() if "-c import" not in each]
    assert calls == []
    for part in (
        "useradd",
        "-m venv",
        "models pull",
        "edge.env (mode 0640",
        "footfall-edge.service",
        " join",
    ):
        assert any(line.startswith("+ ") and part in line for line in told.splitlines()), part


def test_uninstalling_leaves_what_people_made_unless_it_is_purged(shop: Machine) -> None:
    token = shop.root / "token.txt"
    token.write_text(TOKEN)
    _install(shop, "--token-file", str(token))
    shop.called()
    assert shop.run(SCRIPT, "uninstall").returncode == 0
    assert "systemctl disable --quiet --now footfall-edge" in shop.called()
    left = shop.files()
    assert set(left) == {"token.txt", "etc/footfall/edge.env", "var/lib/footfall/identity.json"}
    assert shop.run(SCRIPT, "uninstall").returncode == 0, "a second time is no fault"
    assert shop.run(SCRIPT, "uninstall", "--purge").returncode == 0
    assert set(shop.files()) == {"token.txt"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["install"], 1, "--gateway-url is needed"),
        (["install", "--gateway-url"], 1, "wants a value"),
        (["install", "--gateway-url", URL, "--name", "O'Brien's"], 1, "no place in a setting"),
        (["install", "--gateway-url", "https://x\nFOOTFALL_EDGE_API_KEY=k"], 1, "no place in a setting"),
        (["install", "--gateway-url", URL, "--ca-file", "/nowhere.pem"], 1, "cannot be read"),
        (["install", "--surprise"], 64, "setup.sh install"),
        ([], 64, "setup.sh install"),
    ],
)
def test_what_cannot_be_done_is_told(shop: Machine, arguments: list[str], code: int, told: str) -> None:
    done = shop.run(SCRIPT, *arguments)
    assert done.returncode == code
    assert told in done.stderr
    assert "systemctl" not in "".join(shop.called())


def test_an_old_python_is_refused(shop: Machine) -> None:
    shop.stub("python3", LOGS + "exit 1\n")
    done = shop.run(SCRIPT, "install", "--gateway-url", URL)
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_the_service_is_started_and_stopped(shop: Machine) -> None:
    for action in ("start", "stop", "status"):
        assert shop.run(SCRIPT, action).returncode == 0
        assert shop.called() == [f"systemctl {action} footfall-edge"]


def test_the_script_is_one_that_bash_can_read() -> None:
    assert Path("/bin/bash").exists()
    assert SCRIPT.stat().st_mode & 0o111
