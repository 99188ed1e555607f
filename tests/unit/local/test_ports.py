"""Which port goes to whom."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from footfall_local.home import StackHome
from footfall_local.planning import make_plan, preferred_ports
from footfall_local.ports import FREE_RANGE, PortTakenError, assign_ports, describe_owner, free_port, is_free

HOME = StackHome(Path("/somewhere/else"))


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_with_a_listener_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_a_free_port_is_free_and_not_one_to_avoid() -> None:
    first = free_port()
    assert is_free(first)
    assert free_port(avoid=frozenset({first})) != first


IN_ANOTHER_PROCESS = """
import sys
from footfall_local import ports
ports.FREE_RANGE = range(int(sys.argv[1]), int(sys.argv[2]))
try:
    print(ports.free_port(), ports.assign_ports({"a": int(sys.argv[1])})["a"])
except ports.PortTakenError:
    print("none")
"""


def chosen_elsewhere(ports: range) -> str:
    """What another process answers that may choose among these ports only."""
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(ports.start), str(ports.stop)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def test_a_port_that_was_chosen_and_is_not_bound_yet_is_not_given_to_another_process() -> None:
    mine = free_port()
    assert is_free(mine)
    assert chosen_elsewhere(range(mine, mine + 1)) == "none"


def test_a_process_that_ended_gives_its_ports_up() -> None:
    # Below the range of free_port, so that no other test's process has it.
    port = next(port for port in range(FREE_RANGE.start - 1, 20_000, -1) if is_free(port))
    first, second = (chosen_elsewhere(range(port, port + 1)) for _ in range(2))
    assert first == second == f"{port} {port}"


def test_a_port_that_was_asked_for_is_used_though_the_one_who_asks_has_claimed_it() -> None:
    mine = free_port()
    assign = f"print(assign_ports({{'a': 0}}, asked={{'b': {mine}}})['b'])"
    command = [sys.executable, "-c", f"from footfall_local.ports import assign_ports; {assign}"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip() == str(mine)


def test_preferred_ports_are_kept_and_taken_ones_replaced(taken: int) -> None:
    wanted = free_port()
    ports = assign_ports({"a": wanted, "b": taken, "c": 0})
    assert ports["a"] == wanted
    assert ports["b"] not in {taken, wanted}
    assert len(set(ports.values())) == 3


def test_two_parts_never_get_one_port() -> None:
    wanted = free_port()
    ports = assign_ports({"a": wanted, "b": wanted})
    assert ports["a"] == wanted
    assert ports["b"] != wanted


def test_the_owner_of_a_port_is_named(taken: int) -> None:
    assert "pid" in describe_owner(taken)


def test_a_gateway_port_that_was_asked_for_is_not_replaced(taken: int) -> None:
    with pytest.raises(PortTakenError, match=f"port {taken}.*FOOTFALL_GATEWAY_PORT.*taken by"):
        make_plan(HOME, None, {"FOOTFALL_GATEWAY_PORT": str(taken)}, camera=None)


@pytest.mark.parametrize("text", ["", "http", "0", "70000", "-1"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(PortTakenError, match="no port"):
        make_plan(HOME, None, {"FOOTFALL_GATEWAY_PORT": text}, camera=None)


def test_a_gateway_port_that_was_asked_for_is_used() -> None:
    port = free_port()
    assert make_plan(HOME, None, {"FOOTFALL_GATEWAY_PORT": str(port)}, camera=None).ports["gateway"] == port


def test_ports_of_the_time_before_are_kept() -> None:
    before = make_plan(HOME, None, {}, camera=None)
    after = make_plan(HOME, before, {}, camera=None)
    internal = {name for name in before.ports if name != "gateway"}
    assert {name: before.ports[name] for name in internal} == {name: after.ports[name] for name in internal}


def test_two_folders_want_different_ports() -> None:
    one, other = (preferred_ports(StackHome(Path(f"/stacks/{name}"))) for name in ("one", "other"))
    assert one["gateway"] == other["gateway"] == 8080
    assert not {one[name] for name in one if name != "gateway"} & {
        other[name] for name in other if name != "gateway"
    }
    assert len(set(one.values())) == len(one)
