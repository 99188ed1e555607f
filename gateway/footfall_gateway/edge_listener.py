"""The listener of edge workers: mutual TLS, and nothing behind it but what a worker calls.

Clients are asked for a certificate. One that is shown has to be of the core's authority, good now and not on
the list of revoked ones, or the handshake fails. A client that shows none may do one thing: join. The core is
told which certificate a connection was made with, and never what the client says about that.
"""

from pathlib import Path
from typing import Any

from footfall_gateway.error_replies import NO_CERTIFICATE, local_reply_config
from footfall_gateway.rate_limits import FILTER as RATE_LIMIT_FILTER
from footfall_gateway.rate_limits import rate_limit
from footfall_gateway.settings import GatewaySettings
from footfall_gateway.token_checks import token_check

EDGE_TRUST_FILE = "edge-trust.json"

CLIENT_ADDRESS: dict[str, Any] = {
    "header": {"key": "x-footfall-client-address", "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"},
    "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
}
"""By it the core tells clients apart that have no token yet."""

_TYPE = "type.googleapis.com/envoy."
_TRUST = "edge_workers"
_JOIN = "/footfall.v1.CertificateService/EnrolWorker"
_CONNECT = "/footfall.v1.IngestService/Connect"
_WITH_CERTIFICATE = (
    "/footfall.v1.IngestService/RecordFace",
    "/footfall.v1.IngestService/BatchRecordFaces",
    "/footfall.v1.AuthService/IssueToken",
    "/footfall.v1.CertificateService/RenewCertificate",
)


def edge_listener(settings: GatewaySettings, *, trust_path: Path) -> dict[str, Any] | None:
    """Envoy's Listener; None when edge workers have none of their own.

    `trust_path` is where Envoy finds what `edge_trust` says.
    """
    if settings.edge_listen is None or settings.tls is None:
        return None
    address = {"address": settings.edge_listen.host, "port_value": settings.edge_listen.port}
    manager = {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": _connection_manager(settings),
    }
    return {
        "name": "edge_workers",
        "address": {"socket_address": address},
        "per_connection_buffer_limit_bytes": 1048576,
        "filter_chains": [{"transport_socket": _transport(settings, trust_path), "filters": [manager]}],
    }


def edge_trust(settings: GatewaySettings) -> dict[str, Any] | None:
    """Envoy's DiscoveryResponse with what certificates are verified with; None without such a listener.

    In a file of its own, as files that it names are read again when they are replaced: a new authority and a
    new list of revoked certificates count without a restart.
    """
    if settings.edge_listen is None:
        return None
    validation: dict[str, Any] = {"trusted_ca": {"filename": str(settings.edge_client_ca)}}
    if settings.edge_crl is not None:
        validation["crl"] = {"filename": str(settings.edge_crl)}
        validation["watched_directory"] = {"path": str(settings.edge_crl.parent)}
    secret = {
        "@type": f"{_TYPE}extensions.transport_sockets.tls.v3.Secret",
        "name": _TRUST,
        "validation_context": validation,
    }
    return {"resources": [secret]}


def _transport(settings: GatewaySettings, trust_path: Path) -> dict[str, Any]:
    assert settings.tls is not None, "the settings see to it"  # noqa: S101
    certificate = {
        "certificate_chain": {"filename": str(settings.tls.certificate)},
        "private_key": {"filename": str(settings.tls.private_key)},
    }
    source = {"path_config_source": {"path": str(trust_path)}, "resource_api_version": "V3"}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {
            "@type": f"{_TYPE}extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            # A worker that joins has none yet. The routes below say who needs one.
            "require_client_certificate": False,
            # A session that goes on would not look at the list of revoked certificates again.
            "disable_stateless_session_resumption": True,
            "disable_stateful_session_resumption": True,
            "common_tls_context": {
                "alpn_protocols": ["h2"],
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "tls_certificates": [certificate],
                "validation_context_sds_secret_config": {"name": _TRUST, "sds_config": source},
            },
        },
    }


def _connection_manager(settings: GatewaySettings) -> dict[str, Any]:
    return {
        "@type": f"{_TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge_workers",
        "codec_type": "HTTP2",
        "server_name": "footfall",
        "use_remote_address": True,
        # Only what Envoy itself saw of the certificate goes to the core: its hash.
        "forward_client_cert_details": "SANITIZE_SET",
        "early_header_mutation_extensions": [_nobody_speaks_in_our_name()],
        "always_set_request_id_in_response": True,
        "request_headers_timeout": "10s",
        "stream_idle_timeout": "60s",
        "common_http_protocol_options": {"headers_with_underscores_action": "REJECT_REQUEST"},
        "http2_protocol_options": {
            "max_concurrent_streams": 20,
            "initial_stream_window_size": 262144,
            "initial_connection_window_size": 1048576,
            "connection_keepalive": {"interval": "30s", "timeout": "10s"},
        },
        "local_reply_config": local_reply_config(settings.max_request_bytes, besides=(NO_CERTIFICATE,)),
        "access_log": [_access_log()],
        "http_filters": [
            {"name": RATE_LIMIT_FILTER, "typed_config": rate_limit("edge_calls", settings.limits.calls)},
            {"name": "envoy.filters.http.jwt_authn", "typed_config": token_check(settings)},
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_TYPE}extensions.filters.http.router.v3.Router"},
            },
        ],
        "route_config": {
            "name": "edge_paths",
            "request_headers_to_add": [CLIENT_ADDRESS],
            "virtual_hosts": [{"name": "edge_workers", "domains": ["*"], "routes": _routes(settings)}],
        },
    }


def _nobody_speaks_in_our_name() -> dict[str, Any]:
    """As at the listener for everybody: what only Envoy may say is taken away first."""
    mutation = f"{_TYPE}extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    prefix = {"prefix": "x-envoy-", "ignore_case": True}
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": mutation,
            "mutations": [
                {"remove_on_match": {"key_matcher": prefix}},
                {"remove": CLIENT_ADDRESS["header"]["key"]},
            ],
        },
    }


def _routes(settings: GatewaySettings) -> list[dict[str, Any]]:
    shown = {"presented": True, "validated": True}
    not_begun = {"retry_on": "connect-failure,refused-stream", "num_retries": 2}
    timeout = f"{settings.unary_timeout_seconds:g}s"
    unary = {
        "cluster": "core",
        "timeout": timeout,
        "max_stream_duration": {"grpc_timeout_header_max": timeout},
        "retry_policy": not_begun,
    }
    stream = {
        "cluster": "core",
        "timeout": "0s",
        "idle_timeout": f"{settings.stream_idle_timeout_seconds:g}s",
        "retry_policy": not_begun,
    }
    needing = (_CONNECT, *_WITH_CERTIFICATE)
    guessing = {RATE_LIMIT_FILTER: rate_limit("edge_sign_in", settings.limits.sign_in)}
    return [
        {"match": {"path": _JOIN}, "route": unary, "typed_per_filter_config": guessing},
        {"match": {"path": _CONNECT, "tls_context": shown}, "route": stream},
        *({"match": {"path": path, "tls_context": shown}, "route": unary} for path in _WITH_CERTIFICATE),
        *({"match": {"path": path}, "direct_response": {"status": 401}} for path in needing),
    ]


def _access_log() -> dict[str, Any]:
    """As for everybody else, and which certificate it was."""
    return {
        "name": "envoy.access_loggers.stdout",
        "typed_config": {
            "@type": f"{_TYPE}extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {
                "json_format": {
                    "time": "%START_TIME%",
                    "request_id": "%REQ(X-REQUEST-ID)%",
                    "method": "%REQ(:METHOD)%",
                    "path": "%PATH(NQ:ORIG_OR_PATH)%",
                    "protocol": "%PROTOCOL%",
                    "status": "%RESPONSE_CODE%",
                    "grpc_status": "%GRPC_STATUS%",
                    "flags": "%RESPONSE_FLAGS%",
                    "details": "%RESPONSE_CODE_DETAILS%",
                    "duration_ms": "%DURATION%",
                    "bytes_received": "%BYTES_RECEIVED%",
                    "bytes_sent": "%BYTES_SENT%",
                    "upstream": "%UPSTREAM_HOST%",
                    "certificate_serial": "%DOWNSTREAM_PEER_SERIAL%",
                }
            },
        },
    }
