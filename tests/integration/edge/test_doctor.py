"""`footfall-edge doctor` as it is called, beside a worker at work and without one."""

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Any

from fakes.edge_samples import CAMERA_ID
from fakes.fake_core import API_KEY, FakeCore


async def _doctor(edge: Any, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "footfall_edge",
        *arguments,
        env=edge.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        told, said = await process.communicate()
    assert API_KEY.encode() not in told + said
    return process.returncode or 0, told.decode(), said.decode()


async def test_beside_a_worker_that_is_well_nothing_fails(
    core: FakeCore,
    edge,  # noqa: ANN001
    short_play: Path,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        edge.environment["FOOTFALL_EDGE_HTTP_PORT"] = str(free.getsockname()[1])
    core.cameras = ((CAMERA_ID, f"file:{short_play}"),)
    await edge.start()
    await core.until(lambda: len(core.committed) >= 1, "the worker is at work", 60)
    hellos = len(core.hellos)
    code, told, _ = await _doctor(edge, "doctor", "--json", "--seconds", "6")
    document = json.loads(told)
    by_subject = {(each["area"], each["subject"]): each for each in document["findings"]}
    assert code == 0, told
    assert document["ok"] is True
    assert by_subject["worker", "link"]["verdict"] == "ok"
    assert ("worker", "pages") not in by_subject, "it was asked by its port"
    assert by_subject["core", "sign-in"]["verdict"] == "ok"
    assert by_subject["clock", "offset"]["verdict"] == "ok"
    assert by_subject["models", "fr-mobilefacenet-512"]["verdict"] == "ok"
    (camera,) = (each for each in document["findings"] if each["area"] == "cameras")
    assert "px between the eyes" in camera["found"]
    assert len(core.hellos) == hellos, "the worker's link is left alone"
    assert await edge.terminate() == 0


async def test_alone_it_names_what_fails_and_ends_with_1(
    core: FakeCore,
    edge,  # noqa: ANN001
    tmp_path: Path,
) -> None:
    settings = tmp_path / "edge.env"
    settings.write_text(f"FOOTFALL_EDGE_API_KEY='{API_KEY}'\nFOOTFALL_EDGE_HTTP_PORT=0\n")
    settings.chmod(0o600)
    del edge.environment["FOOTFALL_EDGE_API_KEY"]
    edge.environment["FOOTFALL_EDGE_MODELS_DIR"] = str(tmp_path / "nowhere")
    core.reject_every_key = True
    code, told, said = await _doctor(edge, "--env-file", str(settings), "doctor")
    assert code == 1
    assert "looking at the models" in said
    lines = told.splitlines()
    assert any(line.startswith("fail  models") for line in lines)
    assert any(line.startswith("fail  core") for line in lines)
    # The table breaks its lines, wherever the longest path of this run leaves room.
    assert "does not know this worker's API key" in " ".join(told.split())
    assert any("-> " in line and "pull" in line for line in lines)
    code, told, said = await _doctor(edge, "--env-file", str(tmp_path / "none.env"), "doctor")
    assert (code, told) == (78, "")
    assert "none.env cannot be read" in said
