"""scripts/mac/setup.zsh, with the programs of a Mac played."""

import plistlib
import shutil
import stat
import subprocess

import pytest
from played_machine import LOGS, PROJECT, THE_REST, Machine

SCRIPT = PROJECT / "scripts" / "mac" / "setup.zsh"
TOKEN = f"ffj_{'0' * 32}_{'1' * 64}"
URL = "https://gateway.example:9443"
LABEL = "footfall.edge"

pytestmark = pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")


@pytest.fixture
def mac(machine: Machine) -> Machine:
    home = machine.root / "usr/local/footfall"
    machine.environment |= {"AFTER": "nora", "SUDO_USER": "nora", "DATA": str(home / "data")}
    machine.stub("uname", "#!/bin/sh\necho Darwin\n")
    machine.stub("sw_vers", "#!/bin/sh\necho 15.1\n")
    machine.stub("sudo", "#!/bin/sh\n" + THE_REST)
    # Loaded is what was bootstrapped and not booted out.
    machine.stub(
        "launchctl",
        LOGS + 'case "$1" in bootstrap) touch "$CALLS.loaded" ;; bootout) rm "$CALLS.loaded" ;;'
        ' print) test -e "$CALLS.loaded" ;; esac\n',
    )
    return machine


def _needs_root() -> None:
    if subprocess.run(["id", "-u"], capture_output=True, check=True).stdout.strip() != b"0":
        pytest.skip("a service of the machine is installed by root")


def _install(mac: Machine, *more: str, stdin: str = "") -> str:
    done = mac.run(SCRIPT, "install", "--gateway-url", URL, *more, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout


def test_it_is_what_zsh_can_read() -> None:
    assert subprocess.run(["zsh", "-n", str(SCRIPT)], capture_output=True, check=False).returncode == 0
    assert SCRIPT.stat().st_mode & 0o111


def test_an_installation_is_whole(mac: Machine) -> None:
    _needs_root()
    told = _install(mac, "--name", "Till & <1>", "--token-file", "-", stdin=f"{TOKEN}\n")
    assert "The worker runs" in told
    home = mac.root / "usr/local/footfall"
    calls = mac.called()
    assert any("pip" in each and "--require-hashes" in each for each in calls)
    assert any(each.startswith("footfall models pull --dir") for each in calls)
    assert f"chown -R nora {home}" in calls
    assert not any(TOKEN in each for each in calls)
    assert mac.calls.with_suffix(".token").read_text() == f"{TOKEN}\n"
    plist = mac.root / "Library/LaunchDaemons" / f"{LABEL}.plist"
    assert calls[-2:] == [f"launchctl enable system/{LABEL}", f"launchctl bootstrap system {plist}"]
    service = plistlib.loads(plist.read_bytes())
    assert service["ProgramArguments"] == [
        f"{home}/venv/bin/footfall-edge",
        "--env-file",
        f"{home}/edge.env",
        "run",
    ]
    assert (service["UserName"], service["KeepAlive"], service["Umask"]) == ("nora", True, 0o077)
    settings = home / "edge.env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    assert f"FOOTFALL_EDGE_LOG_FILE='{home}/log/edge.log'" in settings.read_text().splitlines()
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700


def test_a_second_time_loads_it_anew_and_changes_no_file(mac: Machine) -> None:
    _needs_root()
    _install(mac, "--token-file", "-", stdin=TOKEN)
    before = mac.files()
    mac.called()
    told = _install(mac, "--token-file", "-", stdin=TOKEN)
    assert "left as they are" in told
    assert "no token is used" in told
    calls = mac.called()
    assert f"launchctl bootout system/{LABEL}" in calls
    assert calls[-1].startswith("launchctl bootstrap")
    assert mac.files() == before


def test_an_agent_is_a_persons_own(mac: Machine) -> None:
    done = mac.run(SCRIPT, "install", "--agent", "--dry-run", "--gateway-url", URL)
    if "without sudo" in done.stderr:  # by root
        assert done.returncode == 1
        return
    assert done.returncode == 0
    assert "Library/LaunchAgents" in done.stdout
    assert "sudo" not in done.stdout


def test_a_dry_run_does_nothing_and_tells_all(mac: Machine) -> None:
    before = mac.files()
    told = _install(mac, "--dry-run", "--token-file", "/nowhere", "--name", "Till 1")
    assert mac.files() == before
    assert [each for each in mac.called() if "-c import" not in each] == []
    for part in (
        "-m venv",
        "models pull",
        "edge.env (mode 600)",
        f"{LABEL}.plist",
        "launchctl bootout",
        " join",
    ):
        assert any(line.startswith("+ ") and part in line for line in told.splitlines()), part


def test_models_of_another_machine_are_taken_and_verified(mac: Machine) -> None:
    _needs_root()
    folder = mac.root / "stick"
    folder.mkdir()
    (folder / "yunet.onnx").write_bytes(b"model")
    _install(mac, "--models-from", str(folder))
    assert (mac.root / "usr/local/footfall/data/models/yunet.onnx").read_bytes() == b"model"
    assert any(each.startswith("footfall models pull --dir") for each in mac.called())


def test_without_a_token_it_is_installed_and_not_started(mac: Machine) -> None:
    _needs_root()
    assert "starts at the next boot" in _install(mac)
    assert not any("bootstrap" in each for each in mac.called())
    assert mac.run(SCRIPT, "start").returncode == 0
    assert any("bootstrap" in each for each in mac.called())
    assert mac.run(SCRIPT, "stop").returncode == 0
    assert f"launchctl bootout system/{LABEL}" in mac.called()


def test_uninstalling_leaves_what_people_made_unless_it_is_purged(mac: Machine) -> None:
    _needs_root()
    _install(mac, "--token-file", "-", stdin=TOKEN)
    assert mac.run(SCRIPT, "uninstall").returncode == 0
    assert f"launchctl bootout system/{LABEL}" in mac.called()
    assert set(mac.files()) == {"usr/local/footfall/edge.env", "usr/local/footfall/data/identity.json"}
    assert mac.run(SCRIPT, "uninstall", "--purge").returncode == 0
    assert mac.files() == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["install", "--dry-run"], "--gateway-url is needed"),
        (["install", "--dry-run", "--gateway-url", URL, "--name", "a'b"], "no place in a setting"),
        (["install", "--dry-run", "--gateway-url", URL, "--ca-file", "/nowhere.pem"], "cannot be read"),
        (["install", "--gateway-url"], "wants a value"),
        (["surprise"], "setup.zsh install"),
        ([], "setup.zsh install"),
    ],
)
def test_what_cannot_be_done_is_told(mac: Machine, arguments: list[str], told: str) -> None:
    done = mac.run(SCRIPT, *arguments)
    assert done.returncode in {1, 64}
    assert told in done.stderr
    assert not any("launchctl" in each for each in mac.called())


@pytest.mark.parametrize(("name", "text"), [("uname", "Linux"), ("sw_vers", "13.6")])
def test_another_machine_is_refused(mac: Machine, name: str, text: str) -> None:
    mac.stub(name, f"#!/bin/sh\necho {text}\n")
    done = mac.run(SCRIPT, "install", "--dry-run", "--gateway-url", URL)
    assert done.returncode == 1
    assert "Mac" in done.stderr or "macOS 14" in done.stderr
