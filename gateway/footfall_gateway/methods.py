"""What the gateway has to know of single methods: which need no token, and which are how one gets in."""

from collections.abc import Iterable

from footfall.v1 import auth_service_pb2, certificate_service_pb2
from google.api import annotations_pb2  # type: ignore[import-untyped]
from google.protobuf.descriptor import MethodDescriptor

_AUTH = auth_service_pb2.DESCRIPTOR.services_by_name["AuthService"]
_CERTIFICATES = certificate_service_pb2.DESCRIPTOR.services_by_name["CertificateService"]

SIGN_IN_METHODS: tuple[MethodDescriptor, ...] = (
    _AUTH.methods_by_name["IssueToken"],
    _AUTH.methods_by_name["SetPassword"],
    _AUTH.methods_by_name["StartOidcLogin"],
    _CERTIFICATES.methods_by_name["EnrolWorker"],
)
"""How one gets in without a token: where secrets are guessed, and what costs the core most per call."""

PUBLIC_METHODS: tuple[MethodDescriptor, ...] = (
    *SIGN_IN_METHODS,
    _AUTH.methods_by_name["GetJwks"],
    _AUTH.methods_by_name["ListIdentityProviders"],
)
"""What needs no token. A token that is sent along has to be a good one all the same."""


def paths(methods: Iterable[MethodDescriptor]) -> tuple[str, ...]:
    """The methods' paths in both forms, as gRPC names them and as JSON does.

    Raises ValueError for a path with a variable: such a method cannot be told by its path alone.
    """
    return tuple(path for method in methods for path in (_grpc_path(method), *_json_paths(method)))


def _grpc_path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def _json_paths(method: MethodDescriptor) -> Iterable[str]:
    main = method.GetOptions().Extensions[annotations_pb2.http]
    for rule in (main, *main.additional_bindings):
        verb = rule.WhichOneof("pattern")
        if verb is not None:
            path = str(getattr(rule, verb))
            if "{" in path:
                raise ValueError(f"{method.full_name} has a variable in its path {path}")
            yield path
