"""UserService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import user_service_pb2, user_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_users
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.users import UserService


class UserServicer(user_service_pb2_grpc.UserServiceServicer):
    """Manages people's accounts."""

    def __init__(self, *, users: UserService, page_tokens: PageTokens) -> None:
        self._users = users
        self._page_tokens = page_tokens

    async def CreateUser(
        self, request: user_service_pb2.CreateUserRequest, _context: Any
    ) -> user_service_pb2.User:
        email, role, values = convert_users.from_new_user(request.user)
        user = await self._users.create(
            current_principal(),
            values,
            email=email,
            role=role,
            request_id=from_optional_id(request.request_id),
        )
        return convert_users.to_user(user)

    async def GetUser(self, request: user_service_pb2.GetUserRequest, _context: Any) -> user_service_pb2.User:
        return convert_users.to_user(await self._users.get(current_principal(), UUID(request.user_id)))

    async def ListUsers(
        self, request: user_service_pb2.ListUsersRequest, _context: Any
    ) -> user_service_pb2.ListUsersResponse:
        principal = current_principal()
        page = await self._users.list(
            principal,
            after=self._page_tokens.open_name(request, principal),
            limit=page_limit(request.page_size),
        )
        return user_service_pb2.ListUsersResponse(
            users=map(convert_users.to_user, page.items),
            next_page_token=self._page_tokens.seal_name(request, principal, page.next_after),
        )

    async def UpdateUser(
        self, request: user_service_pb2.UpdateUserRequest, _context: Any
    ) -> user_service_pb2.User:
        user_id, values = convert_users.from_user_update(request)
        return convert_users.to_user(await self._users.update(current_principal(), user_id, values))

    async def DeleteUser(self, request: user_service_pb2.DeleteUserRequest, _context: Any) -> Empty:
        await self._users.delete(current_principal(), UUID(request.user_id))
        return Empty()

    async def CreateSetupToken(
        self, request: user_service_pb2.CreateSetupTokenRequest, _context: Any
    ) -> user_service_pb2.CreateSetupTokenResponse:
        made = await self._users.create_setup_token(current_principal(), UUID(request.user_id))
        return convert_users.to_setup_token(made)
