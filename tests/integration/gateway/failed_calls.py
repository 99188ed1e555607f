"""One call in each of the forms that the gateway speaks, and what it failed with."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote

import grpc
import httpx
from footfall.v1 import (
    auth_service_pb2,
    auth_service_pb2_grpc,
    site_service_pb2,
    site_service_pb2_grpc,
)
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from .conftest import Gateway

EMPTY_MESSAGE = b"\0\0\0\0\0"


@dataclass(frozen=True)
class Failure:
    """What a client makes of an answer; `http_status` is None for native gRPC."""

    code: int
    reason: str
    limit: str
    retry_seconds: float | None
    http_status: int | None


async def json_call(gateway: Gateway, token: str, *, path: str = "/v1/sites") -> Failure | None:
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if path.startswith("/v1/auth/"):
            answer = await client.post(path, json={"apiKey": "nobody's"}, headers=headers)
        else:
            answer = await client.get(path, headers=headers)
    if answer.status_code == 200:
        return None
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    said = answer.json()
    details = {detail["@type"].rpartition(".")[2]: detail for detail in said["details"]}
    retry = details.get("RetryInfo")
    return Failure(
        code=said["code"],
        reason=details["ErrorInfo"]["reason"],
        limit=details["ErrorInfo"]["metadata"].get("limit", ""),
        retry_seconds=None if retry is None else float(retry["retryDelay"].removesuffix("s")),
        http_status=answer.status_code,
    )


async def native_call(gateway: Gateway, token: str, *, sign_in: bool = False) -> Failure | None:
    async with gateway.channel(token=token) as channel:
        try:
            if sign_in:
                request = auth_service_pb2.IssueTokenRequest(api_key="nobody's")
                await auth_service_pb2_grpc.AuthServiceStub(channel).IssueToken(request, timeout=20)
            else:
                stub = site_service_pb2_grpc.SiteServiceStub(channel)
                await stub.ListSites(site_service_pb2.ListSitesRequest(), timeout=20)
        except grpc.aio.AioRpcError as error:
            return _taken_apart(rpc_status.from_call(error), None)
    return None


async def web_call(gateway: Gateway, token: str) -> Failure | None:
    """As a browser's gRPC-Web client reads it: the status in headers, or in the frame of trailers."""
    kind = "application/grpc-web+proto"
    headers = {"content-type": kind, "x-grpc-web": "1"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=20) as client:
        answer = await client.post(
            "/footfall.v1.SiteService/ListSites", content=EMPTY_MESSAGE, headers=headers
        )
    fields = {key.lower(): value for key, value in answer.headers.items()}
    if "grpc-status" not in fields:
        trailers = answer.content[answer.content.rindex(b"grpc-status") :].decode()
        fields |= dict(line.split(":", 1) for line in trailers.splitlines() if line)
    if fields["grpc-status"].strip() == "0":
        return None
    encoded = fields["grpc-status-details-bin"].strip()
    status = status_pb2.Status.FromString(base64.b64decode(encoded + "=" * (-len(encoded) % 4)))
    assert str(status.code) == fields["grpc-status"].strip(), "the details are of another code"
    assert unquote(fields["grpc-message"].strip()) == status.message
    return _taken_apart(status, answer.status_code)


def _taken_apart(status: status_pb2.Status | None, http_status: int | None) -> Failure:
    assert status is not None, "the error came without details"
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(info)
    told = any(detail.Unpack(retry) for detail in status.details)
    return Failure(
        code=status.code,
        reason=info.reason,
        limit=info.metadata["limit"],
        retry_seconds=retry.retry_delay.ToTimedelta().total_seconds() if told else None,
        http_status=http_status,
    )
