"""What the gateway accepts as settings."""

from pathlib import Path

import pytest
from footfall_gateway.settings import Address, GatewaySettings, read_settings
from pydantic import ValidationError

CORE = (Address(host="127.0.0.1", port=50051),)
WEB = Address(host="127.0.0.1", port=8090)


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost", "::"])
def test_the_admin_interface_stays_on_loopback(host: str) -> None:
    with pytest.raises(ValidationError, match="loopback"):
        GatewaySettings(core=CORE, web=WEB, admin=Address(host=host, port=9901))


def test_listening_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="IP address"):
        GatewaySettings(core=CORE, web=WEB, listen=Address(host="gateway.example", port=8080))


def test_two_interfaces_need_two_ports() -> None:
    here = Address(host="127.0.0.1", port=9901)
    with pytest.raises(ValidationError, match="9901"):
        GatewaySettings(core=CORE, web=WEB, listen=here, admin=here)


def test_a_core_is_needed() -> None:
    with pytest.raises(ValidationError, match="core"):
        GatewaySettings(core=(), web=WEB)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        'listen = {host = "192.0.2.7", port = 8443}\n'
        'core = [{host = "core.footfall.svc", port = 50051}]\n'
        'web = {host = "web.footfall.svc", port = 8090}\n'
        "trusted_proxies = 2\n"
    )
    monkeypatch.setenv("FOOTFALL_GATEWAY_TRUSTED_PROXIES", "1")
    settings = read_settings(file)
    assert settings.listen == Address(host="192.0.2.7", port=8443)
    assert settings.core[0].host == "core.footfall.svc"
    assert settings.trusted_proxies == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_settings(tmp_path / "absent.toml")


def test_an_unknown_value_is_told(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text('core = [{host = "core", port = 1}]\nweb = {host = "web", port = 2}\ncolour = "red"\n')
    with pytest.raises(ValidationError, match="colour"):
        read_settings(file)
