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
    assert (one.analysis_fps, one.detect_width, one.gender) == (10.0, 640, False)
    assert one.name
    assert KEY not in repr(one)
    assert KEY not in one.model_dump_json()


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "GATEWAY_URL": "https://gateway.example:8443/",
        "API_KEY": KEY,
        "DATA_DIR": str(tmp_path),
        "ANALYSIS_FPS": "5",
    }.items():
        monkeypatch.setenv(f"FOOTFALL_EDGE_{name}", value)
    one = EdgeSettings()  # type: ignore[call-arg]
    assert one.gateway_url == "https://gateway.example:8443"
    assert one.analysis_fps == 5
    assert one.api_key.get_secret_value() == KEY


@pytest.mark.parametrize("url", ["ftp://x", "gateway:8080", "http://", "http://x/path", "http://u:p@x"])
def test_a_gateway_that_is_no_gateway_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must"):
        settings(gateway_url=url)


@pytest.mark.parametrize(
    "change", [{"analysis_fps": 0}, {"threads": 0}, {"api_key": "short"}, {"log_level": "loud"}]
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
