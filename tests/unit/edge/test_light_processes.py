"""A camera's process holds what it needs and not the whole worker."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["footfall_edge.entry", "footfall_edge.capture.reader_main"])
def test_a_camera_process_does_not_load_the_worker(module: str) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    heavy = {"grpc", "google.protobuf", "aiohttp", "onnxruntime", "pydantic", "cryptography", "sqlite3"}
    assert not heavy & loaded
