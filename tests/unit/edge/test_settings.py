"""Settings say what is wrong with them, and never show the key."""

from pathlib import Path

import pytest
from footfall_edge.__main__ import main
from footfall_edge.settings import EdgeSettings
from pydantic import ValidationError

KEY = "ffk_abcdef_0123456789"


def settings(**changes: object) -> EdgeSettings:
    values: dict[str, object] = {
        "gateway_url": "http://127.0.0.1:8080",
        "api_key": KEY,
        "data_dir": Path("d"),
    }
    return EdgeSettings(**{**values, **changes})  # type: ignore[arg-type]


def test_defaults_are_those_of_a_shop() -> None:
    one = settings()
    assert (one.worker_fps, one.analysis_fps, one.cpu_cores) == (5.0, 15.0, None)
    assert (one.detect_width, one.gender) == (640, False)
    assert one.name
    assert KEY not in repr(one)
    assert KEY not in one.model_dump_json()


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "GATEWAY_URL": "https://gateway.example:8443/",
        "API_KEY": KEY,
        "DATA_DIR": str(tmp_path),
        "WORKER_FPS": "3",
        "ANALYSIS_FPS": "12",
        "CPU_CORES": "1.5",
    }.items():
        monkeypatch.setenv(f"FOOTFALL_EDGE_{name}", value)
    one = EdgeSettings()  # type: ignore[call-arg]
    assert one.gateway_url == "https://gateway.example:8443"
    assert (one.worker_fps, one.analysis_fps, one.cpu_cores) == (3, 12, 1.5)
    assert one.api_key.get_secret_value() == KEY


TOKEN = f"ffj_{'0' * 32}_{'1' * 64}"


@pytest.mark.parametrize("url", ["http://gateway.example", "http://10.0.0.1:8080", "http://[2001:db8::1]:80"])
def test_another_machine_is_spoken_to_over_tls_only(url: str) -> None:
    with pytest.raises(ValidationError, match="https://"):
        settings(gateway_url=url)
    assert settings(gateway_url=url.replace("http:", "https:"))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]:8080", "localhost:8080"])
def test_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    assert settings(gateway_url=f"http://{host}").gateway_url == f"http://{host}"


def test_a_worker_signs_in_in_one_way(tmp_path: Path) -> None:
    https = "https://gateway.example:9443"
    with pytest.raises(ValidationError, match="not by both") as raised:
        settings(join_token=TOKEN)
    assert TOKEN not in str(raised.value)
    with pytest.raises(ValidationError, match="has not joined yet"):
        settings(api_key=None, data_dir=tmp_path, gateway_url=https)
    joining = settings(api_key=None, join_token=TOKEN, data_dir=tmp_path, gateway_url=https)
    assert TOKEN not in repr(joining)
    (tmp_path / "identity.json").write_text("{}")
    assert settings(api_key=None, data_dir=tmp_path, gateway_url=https).join_token is None


def test_a_certificate_is_shown_over_tls(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        settings(api_key=None, join_token=TOKEN, data_dir=tmp_path)


@pytest.mark.parametrize("url", ["ftp://x", "gateway:8080", "http://", "http://x/path", "http://u:p@x"])
def test_a_gateway_that_is_no_gateway_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must"):
        settings(gateway_url=url)


@pytest.mark.parametrize(
    "change",
    [
        *({"analysis_fps": 0}, {"worker_fps": 0}, {"cpu_cores": 0}, {"threads": 0}),
        *({"api_key": "short"}, {"log_level": "loud"}),
    ],
)
def test_values_out_of_range_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**change)


def test_the_command_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GATEWAY_URL", "API_KEY", "DATA_DIR"):
        monkeypatch.delenv(f"FOOTFALL_EDGE_{name}", raising=False)
    monkeypatch.setenv("FOOTFALL_EDGE_API_KEY", "tooshort")
    assert main(["run"]) == 78
    told = capsys.readouterr().err
    assert "FOOTFALL_EDGE_GATEWAY_URL" in told
    assert "FOOTFALL_EDGE_DATA_DIR" in told
    assert "tooshort" not in told, "a key must not be shown, not even a wrong one"
