"""Three kinds of clients of CameraControlService: a gRPC command line, plain JSON, and the console's stub."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

ROOT = Path(__file__).parents[1]
SERVICE = "footfall.v1.CameraControlService"
PATIENCE = 60.0

Json = dict[str, Any]
Call = tuple[str, Json]
"""The method as the proto names it, and its request as proto3 JSON."""


class Client(Protocol):
    """Answers come as proto3 JSON has them; of a stream the first one."""

    async def call(self, calls: Sequence[Call]) -> list[Json]:
        """Makes one call after the other."""
        ...


@dataclass(frozen=True)
class CommandLine:
    """grpcurl where it is installed, or else buf, which speaks the same; straight to a replica."""

    port: int
    token: str

    async def call(self, calls: Sequence[Call]) -> list[Json]:
        return [await self._call(method, request) for method, request in calls]

    async def _call(self, method: str, request: Json) -> Json:
        header, target = f"authorization: Bearer {self.token}", f"127.0.0.1:{self.port}"
        if shutil.which("grpcurl"):
            argv = ["grpcurl", "-plaintext", "-H", header, "-d", json.dumps(request), target]
            argv.append(f"{SERVICE}/{method}")
        else:
            buf = str(Path(sys.executable).parent / "buf")
            argv = [buf, "curl", "--schema", "proto", "--protocol", "grpc", "--http2-prior-knowledge"]
            argv += ["-H", header, "-d", json.dumps(request), f"http://{target}/{SERVICE}/{method}"]
        return await _first_json(argv, {})


@dataclass(frozen=True)
class PlainJson:
    """HTTP and JSON, through the gateway."""

    url: str
    token: str

    async def call(self, calls: Sequence[Call]) -> list[Json]:
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=PATIENCE
        ) as client:
            return [await self._call(client, method, dict(request)) for method, request in calls]

    async def _call(self, client: httpx.AsyncClient, method: str, request: Json) -> Json:
        match method:
            case "SendCommand":
                path = f"/v1/cameras/{request.pop('cameraId')}/commands"
                answer = await client.post(path, json=request)
            case "GetSnapshot":
                answer = await client.get(f"/v1/cameras/{request['cameraId']}/snapshot")
                if answer.is_success:
                    return {"contentType": answer.headers["content-type"], "bytes": answer.content}
            case "GetWorker":
                answer = await client.get(f"/v1/workers/{request['workerId']}")
            case _:
                answer = await client.get("/v1/workers", params=request)
        answer.raise_for_status()
        found: Json = answer.json()
        return found


@dataclass(frozen=True)
class ConsoleStub:
    """The console's generated stub over gRPC-Web, through the gateway."""

    url: str
    token: str

    async def call(self, calls: Sequence[Call]) -> list[Json]:
        script = str(ROOT / "webui/tools/camera-control.mjs")
        argv = ["node", script, self.url]
        for method, request in calls:
            argv += [method[0].lower() + method[1:], json.dumps(request)]
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=ROOT / "webui",
            env={**os.environ, "FOOTFALL_ACCESS_TOKEN": self.token},
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
        return [json.loads(line) for line in said.splitlines()]


async def _first_json(argv: Sequence[str], env: dict[str, str]) -> Json:
    """The first JSON value that a program says. It is ended then: a stream has no end."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        limit=4 * 1024 * 1024,
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while line := await process.stdout.readline():
                said += line.decode()
                try:
                    found: Json = json.loads(said)
                except json.JSONDecodeError:
                    continue
                return found
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
    raise AssertionError(f"{argv[0]} said no JSON: {said!r}")
