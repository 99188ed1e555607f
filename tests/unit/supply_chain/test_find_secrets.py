"""What is committed holds no secret, and what looks like one is found."""

import subprocess
import sys
from pathlib import Path

import pytest
from checks.find_secrets import findings

PROJECT = Path(__file__).parents[3]
PROGRAM = PROJECT / "tools" / "checks" / "find_secrets.py"


def test_nothing_that_is_committed_looks_like_a_secret() -> None:
    found = subprocess.run(
        [sys.executable, PROGRAM], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ("key: ffk_ab12cd34_" + "x" * 32, "Footfall key"),
        ("token = eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "access token (JWT)"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "cloud or forge key"),
        ("dsn: postgresql://footfall:tr0ub4dor@db.example/footfall", "password in a URL"),
        ('"api_key": "d41d8cd98f00b204"', "assigned secret"),
        ("secret_key: 'd41d8cd98f00b204'", "assigned secret"),
    ],
)
def test_a_secret_is_found(text: str, kind: str) -> None:
    assert list(findings("deploy/values.yaml", f"first\n{text}\n")) == [(2, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://{role}:{password}@127.0.0.1/x",
        "rtsp://viewer:***@10.0.0.9/live",
        'password = "${DEMO_PASSWORD}"',
        "https://gateway.example:8443/path",
        "secret: SecretStr",
        'token_type: "Bearer"',
    ],
)
def test_what_stands_for_a_secret_is_none(text: str) -> None:
    assert list(findings("deploy/values.yaml", text)) == []


def test_a_finding_does_not_quote_the_secret(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    secret = "d41d8cd98f00b204e9"
    file.write_text(f"api_key: '{secret}'\n")
    found = subprocess.run([sys.executable, PROGRAM, file], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "values.yaml:1: looks like a secret: assigned secret" in found.stderr
    assert secret not in found.stderr
