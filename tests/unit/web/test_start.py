import os
import socket
from pathlib import Path

import pytest
from footfall_web.__main__ import main
from footfall_web.bundle import BundleError, read_bundle
from footfall_web.settings import WebSettings


def test_a_missing_build_stops_the_start_with_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTFALL_WEB_DIST_DIR", str(tmp_path / "nowhere"))
    assert main() == 1
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert "nowhere" in text
    assert "npm run build" in text


def test_a_wrong_port_stops_the_start_with_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTFALL_WEB_PORT", "70000")
    assert main() == 1
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert "FOOTFALL_WEB_PORT" in text


def test_a_taken_port_stops_the_start_with_one_clear_line(
    dist: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("FOOTFALL_WEB_PORT", str(port))
        monkeypatch.setenv("FOOTFALL_WEB_DIST_DIR", str(dist))
        assert main() == 1
    text = capsys.readouterr().err
    assert text == f"footfall-web: cannot listen on 127.0.0.1:{port}: {os.strerror(98)}\n"


def test_a_foreign_page_is_not_taken_for_the_console(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>It works!</h1>")
    with pytest.raises(BundleError, match="__CSP_NONCE__"):
        read_bundle(tmp_path)


def test_it_listens_on_loopback_unless_told_otherwise() -> None:
    assert WebSettings().host == "127.0.0.1"
