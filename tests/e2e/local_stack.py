"""A whole Footfall in a folder and on ports of its own, driven through the `footfall` command."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil

PROJECT = Path(__file__).parents[2]
FOOTFALL = Path(sys.executable).with_name("footfall")
PATIENCE_S = 60.0

T = TypeVar("T")


class NotInTimeError(AssertionError):
    """Something did not come true in the time that it was given."""


def wait_until(what: str, look: Callable[[], T | None], *, within_s: float = PATIENCE_S) -> T:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotInTimeError(f"{what}: not within {within_s:.0f} s")
        time.sleep(0.05)


@dataclass(frozen=True)
class LocalStack:
    """Where the stack is and how to talk to it."""

    home: Path
    gateway_port: int

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "FOOTFALL_HOME": str(self.home),
            "FOOTFALL_GATEWAY_PORT": str(self.gateway_port),
            "FOOTFALL_MODELS_DIR": os.environ.get("FOOTFALL_MODELS_DIR", str(PROJECT / ".cache" / "models")),
        }

    def run(self, *arguments: str, stdin: str = "", timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """One `footfall` command, to its end."""
        return subprocess.run(
            [FOOTFALL, *arguments],
            env=self.environment,
            cwd=PROJECT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """One `footfall` command, running."""
        return subprocess.Popen(
            [FOOTFALL, *arguments],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def state(self) -> Mapping[str, Any]:
        """What the supervisor says runs."""
        return _read_json(self.home / "state.json")

    def plan(self) -> Mapping[str, Any]:
        """What the stack consists of, its ports among it."""
        return _read_json(self.home / "plan.json")

    def components(self) -> Mapping[str, Mapping[str, Any]]:
        known: Mapping[str, Mapping[str, Any]] = self.state().get("components", {})
        return known

    def processes(self) -> list[psutil.Process]:
        """Every process of the stack that lives, children of children among them."""
        pids = [each["pid"] for each in self.components().values() if each.get("pid")]
        supervisor = self.state().get("supervisor", {}).get("pid")
        found: dict[int, psutil.Process] = {}
        for pid in [*pids, *([supervisor] if supervisor else [])]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                for each in [process, *process.children(recursive=True)]:
                    found[each.pid] = each
        return list(found.values())

    def kill(self, component: str) -> int:
        """kill -9 of a component's process; returns the pid that it had."""
        pid = int(self.components()[component]["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_restart(self, component: str, old_pid: int) -> None:
        """Until the supervisor has the component ready again in another process."""

        def is_back() -> bool:
            known = self.components().get(component, {})
            return known.get("condition") == "ready" and known.get("pid") not in {None, old_pid}

        wait_until(f"{component} comes back after kill -9", is_back)

    def sign_in(self) -> "SignedIn":
        """As the administrator whom the demo made."""
        account = self.demo_account()
        credentials = {"email": account["DEMO_EMAIL"], "password": account["DEMO_PASSWORD"]}
        answer = httpx.post(f"{self.gateway_url}/v1/auth/token", json={"password": credentials}, timeout=20)
        answer.raise_for_status()
        return SignedIn(self.gateway_url, answer.json()["accessToken"])

    def demo_account(self) -> dict[str, str]:
        lines = (self.home / "demo.env").read_text().splitlines()
        pairs = [line.split("=", 1) for line in lines if "=" in line]
        return {name: value.strip("'\"") for name, value in pairs}


@dataclass(frozen=True)
class SignedIn:
    """The JSON API with a token."""

    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", params=query, headers=self.headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        answer = httpx.post(f"{self.url}{path}", json=document, headers=self.headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def visits(self) -> list[dict[str, Any]]:
        """All of them, page by page."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            page = self.get("/v1/visits", pageSize="7", **({"pageToken": token} if token else {}))
            found += page.get("visits", [])
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def events(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Server-sent events as they come."""
        with httpx.stream(
            "GET", f"{self.url}{path}", params=query, headers=self.headers, timeout=30
        ) as answer:
            answer.raise_for_status()
            assert answer.headers["content-type"].startswith("text/event-stream"), answer.headers
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))


@dataclass(frozen=True)
class Demo:
    """A stack on which the demo shop was played, and what the command said."""

    stack: LocalStack
    report: dict[str, Any]
    output: str


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still does anything: in some containers nobody reaps what has ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        known: Mapping[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return known
