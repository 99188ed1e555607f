"""Secrets on disk."""

import stat
from pathlib import Path

import pytest
from footfall_local.component import ComponentError
from footfall_local.home import StackHome
from footfall_local.plan import CameraPlan, StackPlan
from footfall_local.private_files import read_json, write_private
from footfall_local.processes import ProcessIdentity
from footfall_local.stack_secrets import StackSecrets
from footfall_local.state import ComponentState, Condition, Phase, StackState


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o644)
    write_private(path, "words")
    assert mode_of(path) == 0o600
    assert path.read_text() == "words"
    assert list(tmp_path.iterdir()) == [path], "no scratch file is left"


def test_secrets_are_made_once_and_differ(tmp_path: Path) -> None:
    first = StackSecrets.load_or_make(tmp_path)
    assert StackSecrets.load_or_make(tmp_path) == first
    assert mode_of(tmp_path / "stack.json") == 0o600
    values = list(read_json(tmp_path / "stack.json").values())
    assert len(set(values)) == len(values)
    assert min(len(value) for value in values) >= 32


def test_secrets_do_not_show_in_a_log_line(tmp_path: Path) -> None:
    made = StackSecrets.load_or_make(tmp_path)
    assert made.postgres_app not in repr(made)


def test_damaged_secrets_are_told(tmp_path: Path) -> None:
    write_private(tmp_path / "stack.json", '{"colour": "red"}')
    with pytest.raises(ComponentError, match=r"stack\.json"):
        StackSecrets.load_or_make(tmp_path)


def test_the_home_is_closed_to_others(tmp_path: Path) -> None:
    home = StackHome(tmp_path / "home")
    home.make()
    assert mode_of(home.root) == 0o700
    assert mode_of(home.secrets) == 0o700


def test_a_plan_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = StackPlan(ports={"gateway": 8080}, models_dir="m", web_dist="w", camera=CameraPlan("p", "e"))
    plan.save(tmp_path / "plan.json")
    assert StackPlan.load(tmp_path / "plan.json") == plan
    assert StackPlan.load(tmp_path / "absent.json") is None


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    component = ComponentState(condition=Condition.READY, pid=7, create_time=1.5, restarts=2)
    state = StackState(ProcessIdentity(3, 4.5), Phase.RUNNING, "", {"core-1": component})
    state.save(tmp_path / "state.json")
    assert StackState.load(tmp_path / "state.json") == state
