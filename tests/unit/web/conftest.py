"""A small built console on disk, and a client for the application that serves it."""

import gzip
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from footfall_web.app import create_app
from footfall_web.settings import WebSettings

SCRIPT = b"console.log('footfall');" * 40


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "DIST_DIR", "LOG_FORMAT", "LOG_LEVEL"):
        monkeypatch.delenv(f"FOOTFALL_WEB_{name}", raising=False)


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    assets = folder / "assets"
    assets.mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text("{}")
    (folder / "index.html").write_text('<meta name="csp-nonce" content="__CSP_NONCE__"><div id="root"></div>')
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (assets / "index-abc.js").write_bytes(SCRIPT)
    (assets / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "index-abc.js.br").write_bytes(b"brotli bytes")
    return folder


@pytest.fixture
def nonces() -> Iterator[str]:
    return (f"nonce-{number}" for number in range(100))


@pytest.fixture
async def client(dist: Path, nonces: Iterator[str]) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(WebSettings(dist_dir=dist), make_nonce=lambda: next(nonces))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console") as made:
        yield made
