"""The worker as it is shipped, through a real Envoy that asks for its certificate, to a real core."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
from fakes.enrolled_worker import EnrolledWorker
from footfall.v1 import (
    camera_service_pb2,
    camera_service_pb2_grpc,
    certificate_service_pb2,
    certificate_service_pb2_grpc,
    visit_service_pb2,
    visit_service_pb2_grpc,
)
from footfall_edge.identity.identity_files import IdentityFiles
from footfall_vision.model_store import ModelStore
from mtls_gateway import MtlsGateway, as_row, mtls_gateway

from .conftest import EdgeProcess

PATIENCE_S = 60


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MtlsGateway]:
    with mtls_gateway(tmp_path_factory.mktemp("mtls")) as started:
        yield started


@pytest.fixture
def worker(gateway: MtlsGateway, models: ModelStore, tmp_path: Path) -> Iterator[EdgeProcess]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_EDGE_")},
        "FOOTFALL_EDGE_GATEWAY_URL": f"https://127.0.0.1:{gateway.edge_port}",
        "FOOTFALL_EDGE_GATEWAY_CA_FILE": str(gateway.ca_file),
        "FOOTFALL_EDGE_DATA_DIR": str(tmp_path),
        "FOOTFALL_EDGE_MODELS_DIR": str(models.directory),
        "FOOTFALL_EDGE_NAME": "Till 1",
        "FOOTFALL_EDGE_THREADS": "1",
    }
    process = EdgeProcess(environment=environment, data_dir=tmp_path)
    yield process
    if process.process is not None and process.process.returncode is None:
        process.process.kill()


async def join(worker: EdgeProcess, token: str) -> tuple[int, str]:
    """Runs `footfall-edge join`; its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "footfall_edge", "join"),
        env=worker.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(f"{token}\n".encode())
    assert process.returncode is not None
    assert token not in err.decode(), "a token must not be shown"
    return process.returncode, (out if process.returncode == 0 else err).decode()


async def until_it_says(worker: EdgeProcess, state: str, detail: str = "") -> None:
    """Waits until the status file says so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            status = worker.status()
            if status.get("state") == state and detail in str(status.get("detail")):
                return
            await asyncio.sleep(0.1)


def show_the_film(gateway: MtlsGateway, film: Path) -> None:
    """Gives the worker's site a camera that is a film."""
    camera = camera_service_pb2.Camera(
        site_id=str(gateway.site_id), display_name="Film", source_url=f"file:{film}"
    )
    with gateway.channel(gateway.public_port) as channel:
        camera_service_pb2_grpc.CameraServiceStub(channel).CreateCamera(
            camera_service_pb2.CreateCameraRequest(camera=camera), metadata=gateway.admin(), timeout=10
        )


def visits(gateway: MtlsGateway) -> int:
    with gateway.channel(gateway.public_port) as channel:
        listed = visit_service_pb2_grpc.VisitServiceStub(channel).ListVisits(
            visit_service_pb2.ListVisitsRequest(), metadata=gateway.admin(), timeout=10
        )
    return len(listed.visits)


async def test_a_worker_joins_sees_people_and_is_sent_away(
    gateway: MtlsGateway, worker: EdgeProcess, short_play: Path
) -> None:
    token = await asyncio.to_thread(gateway.join_token)
    code, said = await join(worker, token)
    assert code == 0, said
    worker_id = json.loads(said)["worker_id"]
    assert (await join(worker, token))[0] == 0, "to join again with the same token changes nothing"

    await asyncio.to_thread(show_the_film, gateway, short_play)
    await worker.start()
    await until_it_says(worker, "online")
    assert worker.status()["worker_id"] == worker_id
    assert worker.status()["certificate_ends"]
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await asyncio.to_thread(visits, gateway) >= 2:
                break
            await asyncio.sleep(0.2)
    assert await worker.terminate() == 0, worker.log()

    def revoke() -> None:
        with gateway.channel(gateway.public_port) as channel:
            stub = certificate_service_pb2_grpc.CertificateServiceStub(channel)
            listed = stub.ListCertificates(
                certificate_service_pb2.ListCertificatesRequest(), metadata=gateway.admin(), timeout=10
            )
            [ours] = [each for each in listed.certificates if each.worker_id == worker_id]
            stub.RevokeCertificate(
                certificate_service_pb2.RevokeCertificateRequest(certificate_id=ours.certificate_id),
                metadata=gateway.admin(),
                timeout=10,
            )

    await asyncio.to_thread(revoke)
    await worker.start()
    await until_it_says(worker, "offline", "join again with a new token")
    assert await worker.terminate() == 0, worker.log()
    assert "PRIVATE KEY" not in worker.log()


async def test_a_worker_that_the_gateway_lists_as_revoked_says_so(
    gateway: MtlsGateway, worker: EdgeProcess
) -> None:
    code, said = await join(worker, await asyncio.to_thread(gateway.join_token))
    assert code == 0, said
    identity = IdentityFiles(worker.data_dir).load()
    assert identity is not None
    listed = as_row(EnrolledWorker(identity.key, identity.certificate_der), revoked_at=datetime.now(UTC))
    await asyncio.to_thread(gateway.write_lists, listed)
    await worker.start()
    await until_it_says(worker, "offline", "the gateway ends the TLS connection")
    assert await worker.terminate() == 0, worker.log()


async def test_a_token_that_is_wrong_is_said_in_one_line(worker: EdgeProcess) -> None:
    code, said = await join(worker, f"ffj_{'0' * 32}_{'0' * 64}")
    assert code == 1
    assert said.strip() == (
        "footfall-edge join: the core refuses the join token: it is wrong, over, or was used; make a new one"
    )


async def test_without_a_certificate_a_worker_says_what_it_needs(worker: EdgeProcess) -> None:
    await worker.start()
    assert worker.process is not None
    assert await worker.process.wait() == 78
    assert "FOOTFALL_EDGE_JOIN_TOKEN" in worker.log()
    assert "FOOTFALL_EDGE_API_KEY" in worker.log()


async def test_a_gateway_that_nobody_vouches_for_gets_no_token(
    gateway: MtlsGateway, worker: EdgeProcess
) -> None:
    del worker.environment["FOOTFALL_EDGE_GATEWAY_CA_FILE"]
    token = await asyncio.to_thread(gateway.join_token)
    code, said = await join(worker, token)
    assert code == 1
    assert grpc.StatusCode.UNAVAILABLE.name in said
