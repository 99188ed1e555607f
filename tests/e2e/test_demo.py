"""The demo shop, seen through every door of the gateway."""

import json
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from e2e.browser_walk import outlines, walk_environment
from e2e.local_stack import Demo

BUF = Path(sys.executable).with_name("buf")
IDLE_BYTES = 1_500_000_000
BROWSER_S = 1500
"""All pages on three screens, on a busy machine; five minutes on a quiet one."""


def by_id(visits: list[dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What any door must say alike of each visit."""
    return {
        each["visitId"]: (
            each["customerId"],
            each["siteId"],
            int(each["customerNumber"]),
            each["kind"],
            each["sightingCount"],
        )
        for each in visits
    }


def test_the_people_of_the_truth_are_there_and_nobody_else(demo: Demo) -> None:
    report = demo.report
    assert report["people"] == report["truth_people"], demo.output
    assert report["visits"] == report["truth_visits"], demo.output
    assert report["gateway_url"] == demo.stack.gateway_url
    assert report["seconds"] > 0
    visits = demo.stack.sign_in().visits()
    assert len(visits) == report["visits"]
    assert len({visit["customerId"] for visit in visits}) == report["people"]


def test_who_returned_is_the_same_customer_and_a_repeat(demo: Demo) -> None:
    visits = sorted(demo.stack.sign_in().visits(), key=lambda visit: visit["firstSeenTime"])
    seen: set[str] = set()
    for visit in visits:
        expected = "VISIT_KIND_REPEAT" if visit["customerId"] in seen else "VISIT_KIND_NEW"
        assert visit["kind"] == expected, visit
        seen.add(visit["customerId"])
    assert len(visits) > len(seen), "nobody came back"


def test_every_visit_has_its_face(demo: Demo) -> None:
    signed_in = demo.stack.sign_in()
    for visit in signed_in.visits():
        assert visit["imageId"], visit
    answer = httpx.get(
        f"{demo.stack.gateway_url}/v1/images/{visit['imageId']}", headers=signed_in.headers, timeout=20
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff"), "not a JPEG"


def test_the_sign_in_is_for_its_owner_only(demo: Demo) -> None:
    file = demo.stack.home / "demo.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(demo.stack.demo_account()) >= {"GATEWAY_URL", "DEMO_EMAIL", "DEMO_PASSWORD", "WORKER_API_KEY"}


@pytest.mark.parametrize("tool", ["grpcurl", "buf"])
def test_grpc_with_reflection_sees_the_same_visits(demo: Demo, tool: str) -> None:
    signed_in = demo.stack.sign_in()
    header = f"authorization: Bearer {signed_in.token}"
    method = "footfall.v1.VisitService/ListVisits"
    body = json.dumps({"pageSize": 100})
    address = f"127.0.0.1:{demo.stack.gateway_port}"
    if tool == "grpcurl":
        grpcurl = shutil.which("grpcurl")
        if grpcurl is None:
            pytest.skip("grpcurl is not installed; `buf curl` asks the same questions")
        command = [grpcurl, "-plaintext", "-H", header, "-d", body, address, method]
    else:
        command = [
            str(BUF), "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--header", header,
            "--data", body, f"http://{address}/{method}",
        ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert by_id(json.loads(done.stdout)["visits"]) == by_id(signed_in.visits())


def test_server_sent_events_tell_every_visit_in_the_order_of_revisions(demo: Demo) -> None:
    signed_in = demo.stack.sign_in()
    visits = {visit["visitId"] for visit in signed_in.visits()}
    current = int(signed_in.get("/v1/visits", pageSize="1")["revision"])
    told: list[dict[str, Any]] = []
    for event in signed_in.events("/v1/live", afterRevision="0"):
        told.append(event)
        if int(event["revision"]) >= current:
            break
    revisions = [int(event["revision"]) for event in told]
    assert revisions == sorted(set(revisions)), "a revision came twice or out of order"
    changed = [event["visit"] for event in told if "visit" in event]
    assert {change["visit"]["visitId"] for change in changed} >= visits

    # Whoever resumes in the middle sees exactly the rest.
    middle = revisions[len(revisions) // 2]
    rest: list[int] = []
    for event in signed_in.events("/v1/live", afterRevision=str(middle)):
        rest.append(int(event["revision"]))
        if rest[-1] >= current:
            break
    assert rest == [revision for revision in revisions if revision > middle]


@pytest.mark.timeout(BROWSER_S + 60)
def test_the_console_shows_a_new_visit_without_reload(demo: Demo, tmp_path: Path) -> None:
    webui = Path(__file__).parents[2] / "webui"
    done = subprocess.run(
        ["npm", "run", "--silent", "e2e"],
        cwd=webui,
        env={
            **demo.stack.environment,
            **walk_environment(demo.stack),
            "PLAYWRIGHT_OUTPUT": str(tmp_path),
            "CI": "true",
        },
        capture_output=True,
        text=True,
        timeout=BROWSER_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}\n{outlines(tmp_path)}"


def test_a_second_demo_finds_what_the_first_one_recorded(demo: Demo) -> None:
    before = {each["visitId"] for each in demo.stack.sign_in().visits()}
    done = demo.stack.run("demo")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    again = json.loads(done.stdout.strip().splitlines()[-1])
    assert again["people"] == demo.report["people"]
    assert before <= {each["visitId"] for each in demo.stack.sign_in().visits()}


def test_the_idle_stack_is_small(demo: Demo) -> None:
    sizes = {}
    for process in demo.stack.processes():
        # One that ends meanwhile, as PostgreSQL's workers do, takes nothing.
        with suppress(psutil.NoSuchProcess):
            name = " ".join(process.cmdline()[:4]) or process.name()
            sizes[f"{process.pid} {name}"[:90]] = process.memory_full_info().pss
    largest = "\n".join(
        f"{size / 1e6:8.0f} MB  {name}" for name, size in sorted(sizes.items(), key=lambda each: -each[1])
    )
    assert sum(sizes.values()) < IDLE_BYTES, f"{sum(sizes.values()) / 1e6:.0f} MB in all:\n{largest}"


def test_what_it_prints_is_what_the_api_says(demo: Demo) -> None:
    table = "\n".join(takewhile(lambda line: not line.startswith("{"), demo.output.splitlines()))
    for visit in demo.stack.sign_in().visits():
        if int(visit["customerNumber"]) <= demo.report["people"]:
            assert str(visit["customerNumber"]) in table
