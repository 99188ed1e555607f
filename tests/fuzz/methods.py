"""Every method that the core serves, found in descriptors and the permission table."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import footfall.v1
import footfall_server.rpc
from footfall_server.domain.identity import Role
from footfall_server.rpc.permissions import PERMISSIONS, Scope
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

CONNECT = "/footfall.v1.IngestService/Connect"


@dataclass(frozen=True, slots=True)
class Target:
    """A method as it is attacked."""

    name: str
    descriptor: MethodDescriptor
    roles: frozenset[Role]
    public: bool

    @property
    def request(self) -> type[Message]:
        found: type[Message] = GetMessageClass(self.descriptor.input_type)
        return found

    @property
    def reads(self) -> bool:
        """Whether it is one that changes nothing by its name."""
        return self.descriptor.name.startswith(("Get", "List", "Explain", "Watch", "Check", "Server"))


def targets() -> tuple[Target, ...]:
    """All methods in the permission table, by name, but for those that nobody has written yet."""
    for module in pkgutil.iter_modules(footfall.v1.__path__, "footfall.v1."):
        if module.name.endswith("_pb2"):
            importlib.import_module(module.name)
    # Health and reflection register their descriptors when the server's modules are imported.
    importlib.import_module("footfall_server.rpc.grpc_server")
    unwritten = frozenset(placeholders())
    return tuple(
        Target(name, _method(name), permission.roles, permission.scope is Scope.PUBLIC)
        for name, permission in sorted(PERMISSIONS.items())
        if name not in unwritten
    )


def placeholders() -> Iterator[str]:
    """Methods whose servicer only says that it is not written."""
    for module in pkgutil.iter_modules(footfall_server.rpc.__path__, "footfall_server.rpc."):
        for name, servicer in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if not name.endswith("Servicer") or servicer.__module__ != module.name:
                continue
            service = f"footfall.v1.{name.removesuffix('r')}"
            for method, function in inspect.getmembers(servicer, inspect.isfunction):
                full = f"/{service}/{method}"
                if full in PERMISSIONS and "raise NotImplementedError" in inspect.getsource(function):
                    yield full


def _method(name: str) -> MethodDescriptor:
    service, method = name[1:].split("/")
    found: MethodDescriptor = descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
    return found
