"""The way to the core, looked at step by step against a core on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.fake_core import API_KEY, FakeCore
from fakes.tls_files import server_files
from footfall_edge.diagnosis.checks.core import check_core
from footfall_edge.diagnosis.finding import Finding, Verdict
from footfall_edge.settings import EdgeSettings

TOKEN = f"ffj_{'0' * 32}_{'1' * 64}"


@pytest.fixture
async def core() -> AsyncIterator[FakeCore]:
    core = FakeCore()
    yield core
    await core.close()


def settings(url: str, folder: Path, **changes: object) -> EdgeSettings:
    values = {"gateway_url": url, "api_key": API_KEY, "data_dir": folder, **changes}
    return EdgeSettings(**values)  # type: ignore[arg-type]


def _verdicts(findings: Sequence[Finding]) -> dict[str, Verdict]:
    told = "".join(f"{each.found}{each.advice}" for each in findings)
    assert API_KEY not in told
    assert TOKEN not in told
    return {each.subject: each.verdict for each in findings}


async def test_a_good_way_is_good_at_every_step(core: FakeCore, tmp_path: Path) -> None:
    await core.start()
    findings, offset = await check_core(settings(core.url, tmp_path))
    assert _verdicts(findings) == {"name": Verdict.OK, "connection": Verdict.OK, "sign-in": Verdict.OK}
    assert offset is not None
    assert abs(offset) < timedelta(seconds=60), "one machine's clock, compared with itself"
    assert not core.hellos, "a look is no link: it would end the worker's own"


async def test_a_key_that_the_core_does_not_know(core: FakeCore, tmp_path: Path) -> None:
    core.reject_every_key = True
    await core.start()
    findings, offset = await check_core(settings(core.url, tmp_path))
    assert _verdicts(findings)["sign-in"] is Verdict.FAIL
    assert "does not know this worker's API key" in findings[-1].found
    assert offset is None


async def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    findings, _ = await check_core(settings(f"http://127.0.0.1:{port}", tmp_path))
    assert _verdicts(findings) == {"name": Verdict.OK, "connection": Verdict.FAIL}
    assert "refused" in findings[-1].found.lower()


async def test_a_name_that_is_none(tmp_path: Path) -> None:
    findings, _ = await check_core(settings("https://gateway.invalid:9", tmp_path))
    assert _verdicts(findings) == {"name": Verdict.FAIL}


async def test_the_gateways_certificate_is_judged(core: FakeCore, tmp_path: Path) -> None:
    files = server_files(tmp_path / "tls")
    await core.start(tls=(files.private_key.read_bytes(), files.certificate.read_bytes()))
    trusting = settings(core.url, tmp_path, gateway_ca_file=files.certificate)
    findings, _ = await check_core(trusting)
    assert _verdicts(findings) == {
        "name": Verdict.OK,
        "connection": Verdict.OK,
        "TLS": Verdict.WARN,  # it is good for an hour
        "sign-in": Verdict.OK,
    }
    findings, _ = await check_core(settings(core.url, tmp_path))
    assert _verdicts(findings)["TLS"] is Verdict.FAIL
    assert "not trusted" in findings[-1].found
    (tmp_path / "no.pem").write_text("nothing")
    findings, _ = await check_core(settings(core.url, tmp_path, gateway_ca_file=tmp_path / "no.pem"))
    assert _verdicts(findings)["certificate authority"] is Verdict.FAIL


async def test_what_speaks_no_tls_is_told(core: FakeCore, tmp_path: Path) -> None:
    await core.start()
    findings, _ = await check_core(settings(core.url.replace("http:", "https:"), tmp_path))
    assert _verdicts(findings)["TLS"] is Verdict.FAIL
    assert "does not speak TLS" in findings[-1].found


async def test_a_join_token_is_not_used_up_by_looking(core: FakeCore, tmp_path: Path) -> None:
    files = server_files(tmp_path / "tls")
    await core.start(tls=(files.private_key.read_bytes(), files.certificate.read_bytes()))
    joining = settings(core.url, tmp_path, api_key=None, join_token=TOKEN, gateway_ca_file=files.certificate)
    findings, _ = await check_core(joining)
    assert _verdicts(findings)["certificate"] is Verdict.WARN
    assert not core.tokens_issued
    assert not (tmp_path / "next_key.pem").exists()
    await asyncio.sleep(0)


async def test_a_certificate_that_cannot_be_read_is_told(core: FakeCore, tmp_path: Path) -> None:
    files = server_files(tmp_path / "tls")
    await core.start(tls=(files.private_key.read_bytes(), files.certificate.read_bytes()))
    (tmp_path / "identity.json").write_text("{}")
    (tmp_path / "identity.json").chmod(0o600)
    broken = settings(core.url, tmp_path, api_key=None, gateway_ca_file=files.certificate)
    findings, _ = await check_core(broken)
    assert _verdicts(findings)["certificate"] is Verdict.FAIL
