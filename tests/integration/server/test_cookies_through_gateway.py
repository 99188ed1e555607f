"""The cookie that holds a refresh token, as browsers get and send it: through a real Envoy to a real core."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
import pytest_asyncio
from fakes.people import an_admin, by_password
from footfall.v1 import auth_service_pb2
from gateway_door import Door, open_door
from google.protobuf.message import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

ISSUE_TOKEN = "/footfall.v1.AuthService/IssueToken"
SIGN_OUT = "/footfall.v1.AuthService/SignOut"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with open_door(tmp_path_factory.mktemp("cookies")) as door:
        yield door


async def grpc_web(
    door: Door, path: str, message: Message, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """A unary call as the console makes it: one frame of length and message."""
    payload = message.SerializeToString()
    answer = await door.client.post(
        path,
        content=b"\0" + len(payload).to_bytes(4, "big") + payload,
        headers={"content-type": "application/grpc-web+proto", "x-grpc-web": "1", **(headers or {})},
    )
    assert answer.status_code == httpx.codes.OK
    return answer


def issued(answer: httpx.Response) -> auth_service_pb2.IssueTokenResponse:
    """The message in an answer's first frame."""
    assert answer.content[0] == 0, f"no message: {answer.headers.get('grpc-message')}"
    length = int.from_bytes(answer.content[1:5], "big")
    return auth_service_pb2.IssueTokenResponse.FromString(answer.content[5 : 5 + length])


def pair_of(answer: httpx.Response) -> str:
    """The name and the value of the one cookie that is set."""
    [cookie] = answer.headers.get_list("set-cookie")
    pair, *attributes = cookie.split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/footfall.v1.AuthService/"} <= set(attributes)
    return str(pair)


async def test_a_browser_stays_signed_in_by_its_cookie_alone(door: Door) -> None:
    person = await an_admin(door.shop)
    first = await grpc_web(door, ISSUE_TOKEN, by_password(person, use_cookie=True))
    assert issued(first).refresh_token == ""
    cookie = pair_of(first)
    again = await grpc_web(
        door,
        ISSUE_TOKEN,
        auth_service_pb2.IssueTokenRequest(refresh_token="", use_cookie=True),
        {"cookie": f"theme=dark; {cookie}"},
    )
    token = issued(again).access_token
    assert pair_of(again) != cookie
    out = await grpc_web(
        door,
        SIGN_OUT,
        auth_service_pb2.SignOutRequest(),
        {"cookie": pair_of(again), "authorization": f"Bearer {token}"},
    )
    assert pair_of(out) == "footfall_refresh="
    refused = await grpc_web(
        door, ISSUE_TOKEN, auth_service_pb2.IssueTokenRequest(refresh_token=""), {"cookie": pair_of(again)}
    )
    assert refused.headers["grpc-status"] == "16"


async def test_programs_use_the_field(door: Door) -> None:
    person = await an_admin(door.shop, "programm@nord.example")
    password = {"email": person.email, "password": person.password}
    signed_in = await door.send("POST", "/v1/auth/token", token=None, body={"password": password})
    assert "set-cookie" not in signed_in.headers
    token = signed_in.json()["refreshToken"]
    refreshed = await door.send("POST", "/v1/auth/token", token=None, body={"refreshToken": token})
    assert refreshed.json()["refreshToken"] not in {"", token}
    assert "set-cookie" not in refreshed.headers
