"""What the gateway accepts as settings."""

from pathlib import Path

import pytest
from footfall_gateway.settings import Address, CoreTls, GatewaySettings, RateLimit, TlsFiles, read_settings
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


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])  # noqa: S104 - that is what is refused
def test_plain_http_does_not_leave_the_machine_unasked(host: str) -> None:
    where = Address(host=host, port=8080)
    with pytest.raises(ValidationError, match="tls_terminated_elsewhere"):
        GatewaySettings(core=CORE, web=WEB, listen=where)
    assert GatewaySettings(core=CORE, web=WEB, listen=where, tls_terminated_elsewhere=True).tls is None
    tls = TlsFiles(certificate=Path("/tls/tls.crt"), private_key=Path("/tls/tls.key"))
    assert GatewaySettings(core=CORE, web=WEB, listen=where, tls=tls).tls == tls


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.9.9.9"])
def test_plain_http_is_good_enough_on_loopback(host: str) -> None:
    assert GatewaySettings(core=CORE, web=WEB, listen=Address(host=host, port=8080)).tls is None


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost", "::"])
def test_the_keys_stay_on_loopback(host: str) -> None:
    with pytest.raises(ValidationError, match="loopback"):
        GatewaySettings(core=CORE, web=WEB, keys=Address(host=host, port=9902))


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example",
        "null",
        "pages.example",
        "https://pages.example/",
        "https://pages.example/path",
        "https://ann@pages.example",
        "https://",
        "ftp://pages.example",
        "http://pages.example",
        "https://Pages.example",
    ],
)
def test_an_origin_is_named_in_full(origin: str) -> None:
    with pytest.raises(ValidationError, match="cors_origins"):
        GatewaySettings(core=CORE, web=WEB, cors_origins=(origin,))


@pytest.mark.parametrize(
    "origin",
    ["https://pages.example", "https://pages.example:8443", "http://localhost:5173", "http://[::1]:80"],
)
def test_origins_as_browsers_say_them_are_taken(origin: str) -> None:
    assert GatewaySettings(core=CORE, web=WEB, cors_origins=(origin,)).cors_origins == (origin,)


def test_a_burst_holds_at_least_a_second() -> None:
    with pytest.raises(ValidationError, match="burst of 5"):
        RateLimit(per_second=10, burst=5)


@pytest.mark.parametrize("values", [{"per_second": 0, "burst": 1}, {"per_second": 1, "burst": 0}])
def test_no_limit_is_zero(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        RateLimit(**values)


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
        'core_tls = {ca = "/core/ca.crt", server_name = "core.footfall.svc"}\n'
        "tls_terminated_elsewhere = true\n"
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


TLS = TlsFiles(certificate=Path("/tls/tls.crt"), private_key=Path("/tls/tls.key"))
EDGE = Address(host="0.0.0.0", port=9443)  # noqa: S104 - where edge workers come in


@pytest.mark.parametrize("host", ["10.0.0.7", "core.footfall.svc", "::2"])
def test_the_core_is_reached_in_the_clear_on_loopback_only(host: str) -> None:
    core = (*CORE, Address(host=host, port=50051))
    with pytest.raises(ValidationError, match="core_tls"):
        GatewaySettings(core=core, web=WEB)
    assert GatewaySettings(core=core, web=WEB, insecure_core_beyond_loopback=True)
    assert GatewaySettings(core=core, web=WEB, core_tls=CoreTls(ca=Path("/ca"), server_name="core"))


def test_the_way_to_a_core_on_this_machine_may_be_in_the_clear() -> None:
    core = tuple(Address(host=host, port=50051) for host in ("127.0.0.1", "::1"))
    assert GatewaySettings(core=core, web=WEB)
    # A name may lead anywhere.
    with pytest.raises(ValidationError, match="needs core_tls"):
        GatewaySettings(core=(Address(host="localhost", port=50051),), web=WEB)


def test_a_certificate_for_the_core_comes_with_its_key() -> None:
    with pytest.raises(ValidationError, match="go together"):
        CoreTls(ca=Path("/ca"), server_name="core", certificate=Path("/tls.crt"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"edge_listen": EDGE, "tls": TLS}, "edge_client_ca"),
        ({"edge_listen": EDGE, "edge_client_ca": Path("/ca")}, "needs tls"),
        ({"edge_client_ca": Path("/ca")}, "for edge_listen"),
        ({"edge_crl": Path("/crl")}, "for edge_listen"),
        (
            {"edge_listen": Address(host="::", port=8080), "edge_client_ca": Path("/ca"), "tls": TLS},
            "both ask for port",
        ),
        (
            {"edge_listen": Address(host="gateway", port=1), "edge_client_ca": Path("/ca"), "tls": TLS},
            "IP address",
        ),
    ],
)
def test_edge_workers_come_in_over_mutual_tls_or_not_at_all(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        GatewaySettings(core=CORE, web=WEB, **values)  # type: ignore[arg-type]
