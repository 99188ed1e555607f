"""What the template becomes."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from footfall.v1 import site_service_pb2
from footfall_gateway.descriptor_set import SERVICE_FILES, descriptor_set, service_names
from footfall_gateway.error_replies import NO_CERTIFICATE, gateway_errors
from footfall_gateway.methods import PUBLIC_METHODS, SIGN_IN_METHODS, paths
from footfall_gateway.rendering import render, write_configuration
from footfall_gateway.settings import Address, CoreTls, GatewaySettings, TlsFiles
from footfall_server.rpc.client_addresses import HEADER
from footfall_server.rpc.permissions import PERMISSIONS, Scope
from footfall_server.settings import AuthSettings
from google.protobuf import descriptor_pb2

REPLICAS = (Address(host="127.0.0.1", port=50051), Address(host="127.0.0.1", port=50052))
WEB = Address(host="127.0.0.1", port=8090)
CORE_TLS = CoreTls(ca=Path("/core/ca.crt"), server_name="core.footfall.svc")
EDGE: dict[str, Any] = {
    "edge_listen": Address(host="127.0.0.1", port=9443),
    "edge_client_ca": Path("/authority/authority.crt"),
    "tls": TlsFiles(certificate=Path("/tls/tls.crt"), private_key=Path("/tls/tls.key")),
}
METHODS = [
    (service, method)
    for file in SERVICE_FILES
    for service in file.services_by_name.values()
    for method in service.methods
]


def rendered(**values: Any) -> dict[str, Any]:
    settings = GatewaySettings(**{"core": REPLICAS, "web": WEB, **values})
    document: dict[str, Any] = yaml.safe_load(render(settings, descriptor_path=Path("/etc/footfall.binpb")))
    return document


def filter_chain(document: dict[str, Any]) -> dict[str, Any]:
    chain: dict[str, Any] = document["static_resources"]["listeners"][0]["filter_chains"][0]
    return chain


def test_every_replica_is_an_endpoint() -> None:
    core = rendered()["static_resources"]["clusters"][0]
    endpoints = core["load_assignment"]["endpoints"][0]["lb_endpoints"]
    ports = [item["endpoint"]["address"]["socket_address"]["port_value"] for item in endpoints]
    assert ports == [50051, 50052]
    assert core["type"] == "STATIC"


def test_names_are_resolved() -> None:
    away = (Address(host="core.footfall.svc", port=50051),)
    core = rendered(core=away, core_tls=CORE_TLS)["static_resources"]["clusters"][0]
    assert core["type"] == "STRICT_DNS"


def test_the_core_is_known_by_its_authority_and_its_name() -> None:
    transport = rendered(core_tls=CORE_TLS)["static_resources"]["clusters"][0]["transport_socket"]
    context = transport["typed_config"]
    assert context["sni"] == "core.footfall.svc"
    trusted = context["common_tls_context"]["validation_context"]
    assert trusted["trusted_ca"] == {"filename": "/core/ca.crt"}
    assert trusted["match_typed_subject_alt_names"] == [
        {"san_type": "DNS", "matcher": {"exact": "core.footfall.svc"}}
    ]


def test_no_listener_forwards_what_a_client_says_of_its_certificate() -> None:
    listeners = rendered(**EDGE)["static_resources"]["listeners"]
    said = {
        each["name"]: each["filter_chains"][0]["filters"][0]["typed_config"]["forward_client_cert_details"]
        for each in listeners
        if each["name"] != "keys"  # asked by the gateway itself, on loopback, and gives public keys alone
    }
    assert said == {"clients": "SANITIZE", "edge_workers": "SANITIZE_SET"}


def test_edge_workers_have_a_listener_when_it_is_asked_for() -> None:
    without = {each["name"] for each in rendered()["static_resources"]["listeners"]}
    assert without == {"clients", "keys"}
    listeners = {each["name"]: each for each in rendered(**EDGE)["static_resources"]["listeners"]}
    edge = listeners["edge_workers"]
    routes = edge["filter_chains"][0]["filters"][0]["typed_config"]["route_config"]["virtual_hosts"][0][
        "routes"
    ]
    open_to_all = {
        route["match"]["path"] for route in routes if "route" in route and "tls_context" not in route["match"]
    }
    assert open_to_all == {"/footfall.v1.CertificateService/EnrolWorker"}
    wanted = {route["match"]["path"] for route in routes if "tls_context" in route["match"]}
    assert wanted == {
        f"/{service.full_name}/{method.name}"
        for service, method in METHODS
        if method.name in {"IssueToken", "RenewCertificate"} or service.name == "IngestService"
    }


def test_what_certificates_are_verified_with_is_read_anew(tmp_path: Path) -> None:
    settings = GatewaySettings(core=REPLICAS, web=WEB, **EDGE, edge_crl=Path("/authority/lists.crl"))
    config = write_configuration(settings, tmp_path / "gateway")
    trust = json.loads((config.parent / "edge-trust.json").read_text())
    [secret] = trust["resources"]
    assert secret["validation_context"] == {
        "trusted_ca": {"filename": "/authority/authority.crt"},
        "crl": {"filename": "/authority/lists.crl"},
        "watched_directory": {"path": "/authority"},
    }
    assert str(config.parent / "edge-trust.json") in config.read_text()


def test_tls_offers_http2() -> None:
    tls = TlsFiles(certificate=Path("/tls/tls.crt"), private_key=Path("/tls/tls.key"))
    transport = filter_chain(rendered(tls=tls))["transport_socket"]
    assert transport["typed_config"]["common_tls_context"]["alpn_protocols"] == ["h2", "http/1.1"]


def test_no_other_origin_is_allowed_unless_asked_for() -> None:
    def policy(document: dict[str, Any]) -> dict[str, Any]:
        manager = filter_chain(document)["filters"][0]["typed_config"]
        found: dict[str, Any] = manager["route_config"]["virtual_hosts"][0]["typed_per_filter_config"]
        return found

    assert policy(rendered()) == {}
    allowed = policy(rendered(cors_origins=("https://pages.example",)))["envoy.filters.http.cors"]
    assert "allow_credentials" not in allowed, "other sites' pages never use the console's cookie"
    assert allowed["allow_origin_string_match"] == [{"exact": "https://pages.example"}]


def test_the_descriptors_are_whole_and_in_order() -> None:
    found = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set())
    seen: set[str] = set()
    for file in found.file:
        missing = set(file.dependency) - seen
        assert not missing, f"{file.name} comes before {missing}"
        seen.add(file.name)
    assert {"google/rpc/error_details.proto", "google/api/httpbody.proto"} <= seen


def test_every_service_of_the_api_is_known() -> None:
    folder = Path(__file__).parents[3] / "proto" / "footfall" / "v1"
    files = {f"footfall/v1/{path.name}" for path in folder.glob("*_service.proto")}
    assert {file.name for file in SERVICE_FILES} == files
    assert len(service_names()) == len(files)


@pytest.mark.parametrize(
    "error", [*gateway_errors(1000), NO_CERTIFICATE], ids=lambda error: str(error.http_status)
)
def test_every_own_answer_has_a_code_and_a_sentence(error: Any) -> None:
    assert error.code > 0
    assert error.message
    assert error.reason.isupper()


def test_files_appear_whole(tmp_path: Path) -> None:
    settings = GatewaySettings(core=REPLICAS, web=WEB)
    config = write_configuration(settings, tmp_path / "gateway")
    assert sorted(path.name for path in config.parent.iterdir()) == ["envoy.yaml", "footfall.binpb"]
    assert str(config.parent / "footfall.binpb") in config.read_text()


def test_what_needs_no_token_is_what_the_core_says() -> None:
    """Of methods that the core does not serve yet the gateway may know already."""
    permissions = {name: each for name, each in PERMISSIONS.items() if name.startswith("/footfall.")}
    public = {name for name, each in permissions.items() if each.scope is Scope.PUBLIC}
    known = {path for path in paths(PUBLIC_METHODS) if path.startswith("/footfall.")}
    assert public <= known, f"the gateway asks for a token before {sorted(public - known)}"
    wrong = (known - public) & permissions.keys()
    assert not wrong, f"the gateway asks for no token before {sorted(wrong)}"
    assert set(SIGN_IN_METHODS) <= set(PUBLIC_METHODS)


def test_both_forms_of_a_method_are_named() -> None:
    found = paths(PUBLIC_METHODS)
    assert {"/footfall.v1.AuthService/IssueToken", "/v1/auth/token", "/.well-known/jwks.json"} <= set(found)
    with_variable = site_service_pb2.DESCRIPTOR.services_by_name["SiteService"].methods_by_name["GetSite"]
    with pytest.raises(ValueError, match="variable"):
        paths([with_variable])


def test_the_core_and_the_gateway_name_the_clients_header_alike() -> None:
    text = (resources.files("footfall_gateway") / "envoy.yaml.template").read_text()
    assert f"key: {HEADER}," in text
    assert f"remove: {HEADER}" in text


def test_the_token_settings_have_the_cores_defaults() -> None:
    core = AuthSettings(keys_dir=Path("unused"))
    settings = GatewaySettings(core=REPLICAS, web=WEB)
    assert (settings.token_issuer, settings.token_audience) == (core.issuer, core.audience)
