"""`footfall calibrate` against a gateway that answers what a real one does."""

import base64
import io
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from footfall_local.__main__ import main

PNG = b"\x89PNG\r\n\x1a\n picture"
MEASURED = {
    "modelId": "fr-mobilefacenet-512",
    "customerCount": "600",
    "genuinePairCount": "1581",
    "impostorPairCount": "857124",
    "targetRate": 0.001,
    "matchThreshold": 0.543,
    "newThreshold": 0.398,
    "currentMatchThreshold": 0.532,
    "currentNewThreshold": 0.403,
    "expectedMissRate": 0.157,
    "expectedFalseMatchRate": 0.000999,
    "plotPng": base64.b64encode(PNG).decode(),
}
HELD = {"modelId": "fr-mobilefacenet-512", "matchThreshold": 0.543, "newThreshold": 0.398}


class Gateway(HTTPServer):
    """Signs anybody in and answers; `calls` are (path, document, authorization)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[str, dict[str, object], str]] = []
        self.refusal: tuple[int, dict[str, object]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.calls.append((self.path, document, self.headers.get("authorization", "")))
        status, answer = 200, MEASURED if self.path.endswith("/calibrations") else HELD
        if self.path == "/v1/auth/token":
            answer = {"accessToken": "made-token"}
        elif self.server.refusal is not None:
            status, answer = self.server.refusal
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("given-token\n")
    return file


def test_it_shows_and_keeps_the_picture_and_changes_nothing(
    gateway: Gateway, token_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "faces.png"
    arguments = ["--gateway", gateway.url, "--token-file", str(token_file), "--out", str(picture)]
    assert main(["calibrate", *arguments, "--target-rate", "0.01"]) == 0
    assert gateway.calls == [
        ("/v1/recognition/calibrations", {"modelId": "", "targetRate": 0.01}, "Bearer given-token")
    ]
    assert picture.read_bytes() == PNG
    said = capsys.readouterr().out
    for part in ("600", "857,124", "0.543", "0.532", "15.7 %", str(picture), "--apply"):
        assert part in said
    assert "given-token" not in said


def test_apply_decides_by_it_as_whoever_signs_in(
    gateway: Gateway,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("secret password\n"))
    account = ["--email", "ann@acme.example", "--password-file", "-"]
    out = ["--out", str(tmp_path / "p.png")]
    assert main(["calibrate", "--apply", "--gateway", gateway.url, *account, *out]) == 0
    credentials = {"password": {"email": "ann@acme.example", "password": "secret password"}}
    wanted = {"modelId": "", "targetRate": 0.0}
    assert gateway.calls == [
        ("/v1/auth/token", credentials, ""),
        ("/v1/recognition/calibrations", wanted, "Bearer made-token"),
        ("/v1/recognition/calibrations:apply", {**wanted, "reset": False}, "Bearer made-token"),
    ]
    assert "From now on: match 0.543, new 0.398" in capsys.readouterr().out


def test_reset_measures_nothing(gateway: Gateway, token_file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    arguments = ["--gateway", gateway.url, "--token-file", str(token_file), "--out", str(picture)]
    assert main(["calibrate", "--reset", "--model", "a-model", *arguments]) == 0
    assert gateway.calls == [
        (
            "/v1/recognition/calibrations:apply",
            {"modelId": "a-model", "targetRate": 0.0, "reset": True},
            "Bearer given-token",
        )
    ]
    assert not picture.exists()


def test_the_stack_of_this_folder_is_asked_when_nothing_else_is_said(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTFALL_HOME", str(tmp_path))
    (tmp_path / "demo.env").write_text(
        f"GATEWAY_URL={gateway.url}\nDEMO_EMAIL=admin@demo.example\nDEMO_PASSWORD=a=b\n"
    )
    assert main(["calibrate", "--out", str(tmp_path / "p.png")]) == 0
    assert gateway.calls[0][1] == {"password": {"email": "admin@demo.example", "password": "a=b"}}


def test_a_refusal_is_told_and_nothing_is_written(
    gateway: Gateway, token_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.refusal = (400, {"message": "this needs 1000 pairs of faces of two people, and there are 3"})
    picture = tmp_path / "p.png"
    arguments = ["--gateway", gateway.url, "--token-file", str(token_file), "--out", str(picture)]
    assert main(["calibrate", "--apply", *arguments]) == 1
    assert "there are 3" in capsys.readouterr().err
    assert len(gateway.calls) == 1, "what was not measured is not applied"
    assert not picture.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--token-file", "no-such-file"],
        ["--token-file", "x", "--email", "ann@acme.example", "--password-file", "y"],
        ["--email", "ann@acme.example"],
        [],
    ],
)
def test_wrong_usage_is_told_in_a_line(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FOOTFALL_HOME", str(tmp_path))
    assert main(["calibrate", *(["--gateway", "http://127.0.0.1:1"] if arguments else []), *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")
