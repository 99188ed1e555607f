"""kill -9 of every part that a visit passes through, while the demo shop plays."""

import json
from datetime import UTC, datetime

from e2e.local_stack import LocalStack, is_alive, is_listening, wait_until

# Seconds after the play began: each while somebody stands before the camera, with time to come back
# before the next one is hit.
KILLS = (
    ("core-1", 10.0),
    ("edge", 23.0),
    ("milvus", 31.0),
    ("envoy", 38.0),
    ("postgres", 52.0),
    ("seaweedfs", 60.0),
    ("core-2", 70.0),
)


def test_every_visit_is_there_once_whatever_is_killed(fresh_stack: LocalStack) -> None:
    stack = fresh_stack
    playing = stack.begin("demo")

    def started() -> datetime | None:
        assert playing.poll() is None, f"the demo ended early:\n{playing.communicate()[0]}"
        file = stack.home / "demo.json"
        play = json.loads(file.read_text()).get("started_at") if file.exists() else None
        return datetime.fromisoformat(play) if play else None

    began = wait_until("the play begins", started, within_s=240)
    for component, at in KILLS:
        wait_until(
            f"{at} s of the play",
            lambda at=at: (datetime.now(UTC) - began).total_seconds() >= at,
            within_s=120,
        )
        old = stack.kill(component)
        stack.wait_for_restart(component, old)

    output, _ = playing.communicate(timeout=300)
    assert playing.returncode == 0, output
    report = json.loads(output.strip().splitlines()[-1])
    assert report["people"] == report["truth_people"], output
    assert report["visits"] == report["truth_visits"], output
    restarts = {name: each["restarts"] for name, each in stack.components().items()}
    for component, _ in KILLS:
        assert restarts[component] >= 1, restarts


def test_down_leaves_no_process_and_no_port(fresh_stack: LocalStack) -> None:
    stack = fresh_stack
    up = stack.run("up")
    assert up.returncode == 0, f"{up.stdout}\n{up.stderr}"
    processes = stack.processes()
    ports = [port for port in stack.plan()["ports"].values() if port]
    assert len(processes) >= 8, [process.cmdline() for process in processes]
    assert is_listening(stack.gateway_port)

    down = stack.run("down")

    assert down.returncode == 0, f"{down.stdout}\n{down.stderr}"
    assert not [process for process in processes if is_alive(process)]
    assert not [port for port in ports if is_listening(port)]


def test_down_finds_everything_when_the_supervisor_was_killed(fresh_stack: LocalStack) -> None:
    stack = fresh_stack
    up = stack.run("up")
    assert up.returncode == 0, f"{up.stdout}\n{up.stderr}"
    processes = stack.processes()
    ports = [port for port in stack.plan()["ports"].values() if port]
    supervisor = int(stack.state()["supervisor"]["pid"])
    next(each for each in processes if each.pid == supervisor).kill()

    down = stack.run("down")

    assert down.returncode == 0, f"{down.stdout}\n{down.stderr}"
    assert not [process for process in processes if is_alive(process)]
    assert not [port for port in ports if is_listening(port)]
