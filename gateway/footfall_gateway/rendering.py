"""Fills the template."""

import json
import os
import re
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from footfall_gateway.descriptor_set import descriptor_set, method_names, service_names
from footfall_gateway.edge_listener import EDGE_TRUST_FILE, edge_listener, edge_trust
from footfall_gateway.error_replies import local_reply_config
from footfall_gateway.methods import SIGN_IN_METHODS, paths
from footfall_gateway.rate_limits import rate_limit
from footfall_gateway.security_headers import api_headers, common_headers
from footfall_gateway.settings import Address, CoreTls, GatewaySettings, TlsFiles
from footfall_gateway.token_checks import JWKS_PATH, token_check

CONFIG_FILE = "envoy.yaml"
DESCRIPTOR_FILE = "footfall.binpb"
TEMPLATE_FILE = "envoy.yaml.template"
SLOWEST_BODY_SECONDS = 60
"""How long a unary request may take to come in, whatever it is that keeps trickling."""
TYPE = "type.googleapis.com/envoy."


def render(settings: GatewaySettings, *, descriptor_path: Path) -> str:
    """Envoy's configuration as YAML.

    Args:
        settings: what differs between gateways.
        descriptor_path: where Envoy will find the descriptor set (see `descriptor_set`), and beside it what
            edge workers' certificates are verified with.

    """
    values: dict[str, Any] = {
        "admin": _socket(settings.admin),
        "listen": _socket(settings.listen),
        "downstream_transport": _downstream_transport(settings.tls),
        "trusted_proxies": settings.trusted_proxies,
        "local_replies": local_reply_config(settings.max_request_bytes),
        "descriptor_path": str(descriptor_path),
        "services": service_names(),
        "counted_methods": [{"name": name, "method_names": method_names(name)} for name in service_names()],
        "max_request_bytes": settings.max_request_bytes,
        "max_response_bytes": settings.max_response_bytes,
        "cors_policy": _cors_policy(settings.cors_origins),
        "common_headers": common_headers(over_tls=settings.tls is not None),
        "api_headers": api_headers(),
        "token_check": token_check(settings),
        "keys": _socket(settings.keys),
        "jwks_path": JWKS_PATH,
        "sign_in_paths": "|".join(re.escape(path) for path in paths(SIGN_IN_METHODS)),
        "call_limits": rate_limit("calls", settings.limits.calls),
        "stream_limits": rate_limit("streams", settings.limits.streams),
        "sign_in_limits": rate_limit("sign_in", settings.limits.sign_in),
        "unary_deadline": _seconds(settings.unary_timeout_seconds + SLOWEST_BODY_SECONDS),
        "stream_idle_timeout": _seconds(settings.stream_idle_timeout_seconds),
        "unary_timeout": _seconds(settings.unary_timeout_seconds),
        "core_transport": _core_transport(settings.core_tls),
        "core_discovery": _discovery(settings.core),
        "core_endpoints": _endpoints(settings.core),
        "web_discovery": _discovery([settings.web]),
        "web_endpoints": _endpoints([settings.web]),
    }
    template = Template(resources.files(__package__).joinpath(TEMPLATE_FILE).read_text(encoding="utf-8"))
    edge = edge_listener(settings, trust_path=descriptor_path.with_name(EDGE_TRUST_FILE))
    more = "# no listener for edge workers" if edge is None else f"- {json.dumps(edge)}"
    return template.substitute(
        {name: json.dumps(value) for name, value in values.items()}, edge_listener=more
    )


def write_configuration(
    settings: GatewaySettings, folder: Path, *, descriptor_path: Path | None = None
) -> Path:
    """Write the configuration and what it needs beside it; returns the configuration's path.

    Args:
        settings: what differs between gateways.
        folder: made when it is missing.
        descriptor_path: where Envoy finds the descriptor set, and the other files beside it, when that is
            not `folder`, for example inside a container.

    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptors = folder / DESCRIPTOR_FILE
    _replace(descriptors, descriptor_set())
    if (trust := edge_trust(settings)) is not None:
        _replace(folder / EDGE_TRUST_FILE, json.dumps(trust).encode())
    config = folder / CONFIG_FILE
    text = render(settings, descriptor_path=descriptor_path or descriptors.resolve())
    _replace(config, text.encode())
    return config


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all: Envoy may be reading."""
    fresh = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


def _socket(address: Address) -> dict[str, Any]:
    return {"address": address.host, "port_value": address.port}


def _endpoints(addresses: Sequence[Address]) -> list[dict[str, Any]]:
    return [{"endpoint": {"address": {"socket_address": _socket(address)}}} for address in addresses]


def _discovery(addresses: Sequence[Address]) -> str:
    return "STATIC" if all(address.is_literal for address in addresses) else "STRICT_DNS"


def _seconds(value: float) -> str:
    return f"{value:g}s"


def _downstream_transport(tls: TlsFiles | None) -> dict[str, Any]:
    if tls is None:
        raw = f"{TYPE}extensions.transport_sockets.raw_buffer.v3.RawBuffer"
        return {"name": "envoy.transport_sockets.raw_buffer", "typed_config": {"@type": raw}}
    certificate = {
        "certificate_chain": {"filename": str(tls.certificate)},
        "private_key": {"filename": str(tls.private_key)},
    }
    common = {
        # A browser holds six connections per host over HTTP/1.1, and every open tab keeps one stream.
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "tls_certificates": [certificate],
    }
    context = f"{TYPE}extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": context, "common_tls_context": common},
    }


def _core_transport(tls: CoreTls | None) -> dict[str, Any]:
    if tls is None:
        raw = f"{TYPE}extensions.transport_sockets.raw_buffer.v3.RawBuffer"
        return {"name": "envoy.transport_sockets.raw_buffer", "typed_config": {"@type": raw}}
    common: dict[str, Any] = {
        "alpn_protocols": ["h2"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
        "validation_context": {
            "trusted_ca": {"filename": str(tls.ca)},
            "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": tls.server_name}}],
        },
    }
    if tls.certificate is not None:
        common["tls_certificates"] = [
            {
                "certificate_chain": {"filename": str(tls.certificate)},
                "private_key": {"filename": str(tls.private_key)},
            }
        ]
    context = f"{TYPE}extensions.transport_sockets.tls.v3.UpstreamTlsContext"
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": context, "sni": tls.server_name, "common_tls_context": common},
    }


def _cors_policy(origins: Sequence[str]) -> dict[str, Any]:
    if not origins:
        return {}
    headers = "authorization,content-type,x-grpc-web,x-user-agent,grpc-timeout,x-request-id"
    policy = {
        "@type": f"{TYPE}extensions.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": [{"exact": origin} for origin in origins],
        "allow_methods": "GET,POST,PUT,PATCH,DELETE,OPTIONS",
        "allow_headers": headers,
        "expose_headers": "grpc-status,grpc-message,grpc-status-details-bin,x-request-id",
        "max_age": "600",
        # A preflight from anywhere else is answered here; the core cannot read one.
        "forward_not_matching_preflights": False,
    }
    return {"envoy.filters.http.cors": policy}
