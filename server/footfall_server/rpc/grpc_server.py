"""The gRPC server: services, health, reflection, and the manners of its connections."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_health.v1.health import aio as health_aio  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection, reflection_pb2  # type: ignore[import-untyped]

from footfall_server.rpc.message_sizes import HARD_MAX_REQUEST_BYTES
from footfall_server.rpc.permissions import check_permissions
from footfall_server.rpc.server_tls import ServerTls

_HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
_REFLECTION = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]


class CannotListenError(Exception):
    """The address cannot be listened on; the text is one line."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service and how to register it."""

    descriptor: ServiceDescriptor
    register: Callable[[grpc.aio.Server], None]


class _Health(health_aio.HealthServicer):  # type: ignore[misc]
    """The library's servicer, with the method that it leaves out."""

    async def List(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        statuses = {
            service: health_pb2.HealthCheckResponse(status=status)
            for service, status in self._server_status.items()
        }
        return health_pb2.HealthListResponse(statuses=statuses)


class GrpcServer:
    """Serves until it is stopped. Not serving (in the words of gRPC health) until told otherwise."""

    def __init__(
        self, *, services: Sequence[Service], interceptors: Sequence[grpc.aio.ServerInterceptor]
    ) -> None:
        self._names = [service.descriptor.full_name for service in services]
        check_permissions(
            method_name(descriptor, method.name)
            for descriptor in [*(service.descriptor for service in services), _HEALTH, _REFLECTION]
            for method in descriptor.methods
        )
        self._server = grpc.aio.server(interceptors=interceptors, options=_options())
        self._health = _Health()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            [*self._names, _HEALTH.full_name, _REFLECTION.full_name], self._server
        )
        for service in services:
            service.register(self._server)

    async def start(self, listen: str, tls: ServerTls | None = None) -> int:
        """Listens on "host:port", in the clear without `tls`, and returns the port.

        Raises CannotListenError.
        """
        await self.set_serving(serving=False)
        try:
            if tls is None:
                port = self._server.add_insecure_port(listen)
            else:
                port = self._server.add_secure_port(listen, tls.credentials())
        except RuntimeError:
            port = 0
        if port == 0:
            raise CannotListenError(
                f"cannot listen on {listen}: the port is taken or the address is not ours"
            )
        await self._server.start()
        return port

    async def set_serving(self, *, serving: bool) -> None:
        """Tells health probes, for the server as a whole and for each service."""
        status = (
            health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        )
        for name in ("", *self._names):
            await self._health.set(name, status)

    async def leave(self) -> None:
        """Tells health probes that this server is going; it still serves."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace: timedelta) -> None:
        """Takes no new calls, lets running ones finish for `grace`, then ends them."""
        await self._server.stop(grace.total_seconds())


def method_name(service: ServiceDescriptor, method: str) -> str:
    """A method as gRPC names it on the wire."""
    return f"/{service.full_name}/{method}"


def _options() -> list[tuple[str, Any]]:
    # 30 to 60 minutes, so that the connections of replicas that started together do not end together.
    max_age = random.uniform(30 * 60, 60 * 60)  # noqa: S311 - spreads load, protects nothing
    return [
        ("grpc.max_receive_message_length", HARD_MAX_REQUEST_BYTES),
        # Above the longest token that is looked at. Between the two limits gRPC refuses by chance.
        ("grpc.max_metadata_size", 32 * 1024),
        ("grpc.absolute_max_metadata_size", 32 * 1024),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
        ("grpc.max_connection_age_ms", int(max_age * 1000)),
        ("grpc.max_connection_age_grace_ms", 30_000),
        ("grpc.so_reuseport", 0),
    ]
