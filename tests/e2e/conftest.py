"""Stacks for end-to-end tests: each in a folder and on ports of its own."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.local_stack import Demo, LocalStack
from footfall_local.ports import free_port


@pytest.fixture
def fresh_stack() -> Iterator[LocalStack]:
    """A stack that nobody has started yet; stopped and deleted afterwards."""
    yield from _stack()


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo, played once for all tests that only look."""
    for stack in _stack():
        done = stack.run("demo")
        assert done.returncode == 0, f"footfall demo failed:\n{done.stdout}\n{done.stderr}"
        yield Demo(stack, json.loads(done.stdout.strip().splitlines()[-1]), done.stdout)


def _stack() -> Iterator[LocalStack]:
    # Not pytest's own folder: that one is closed to the account that PostgreSQL runs as when we are root.
    home = Path(tempfile.mkdtemp(prefix="footfall-e2e-"))
    home.chmod(0o711)
    stack = LocalStack(home, free_port())
    try:
        yield stack
    finally:
        stopped = stack.run("down", "--delete-data")
        shutil.rmtree(home, ignore_errors=True)
        assert stopped.returncode == 0, f"footfall down failed:\n{stopped.stdout}\n{stopped.stderr}"
