"""AuthService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any

from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from google.protobuf import empty_pb2

from footfall_server.rpc import convert_accounts
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.certificates import WorkerDesk, staffed
from footfall_server.services.accounts import AccountService


class AuthServicer(auth_service_pb2_grpc.AuthServiceServicer):
    """Turns credentials into tokens."""

    def __init__(self, *, accounts: AccountService, desk: WorkerDesk | None) -> None:
        self._accounts = accounts
        self._desk = desk

    async def IssueToken(
        self, request: auth_service_pb2.IssueTokenRequest, _context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        if request.WhichOneof("credentials") == "password":
            sign_in = await self._accounts.sign_in_password(
                email=request.password.email, password=request.password.password
            )
        elif request.WhichOneof("credentials") == "client_assertion":
            sign_in = await staffed(self._desk).sign_in.sign_in(request.client_assertion)
        else:
            sign_in = await self._accounts.sign_in_api_key(request.api_key)
        return convert_accounts.to_issued_token(sign_in)

    async def SwitchTenant(
        self, _request: auth_service_pb2.SwitchTenantRequest, _context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        raise NotImplementedError

    async def SignOut(self, _request: auth_service_pb2.SignOutRequest, _context: Any) -> empty_pb2.Empty:
        raise NotImplementedError

    async def ChangePassword(
        self, _request: auth_service_pb2.ChangePasswordRequest, _context: Any
    ) -> empty_pb2.Empty:
        raise NotImplementedError

    async def SetPassword(
        self, _request: auth_service_pb2.SetPasswordRequest, _context: Any
    ) -> empty_pb2.Empty:
        raise NotImplementedError

    async def ListIdentityProviders(
        self, _request: auth_service_pb2.ListIdentityProvidersRequest, _context: Any
    ) -> auth_service_pb2.ListIdentityProvidersResponse:
        raise NotImplementedError

    async def StartOidcLogin(
        self, _request: auth_service_pb2.StartOidcLoginRequest, _context: Any
    ) -> auth_service_pb2.StartOidcLoginResponse:
        raise NotImplementedError

    async def GetMe(
        self, _request: auth_service_pb2.GetMeRequest, _context: Any
    ) -> auth_service_pb2.Principal:
        principal = current_principal()
        if principal.certificate_hash:
            return convert_accounts.to_principal(await staffed(self._desk).sign_in.me(principal))
        return convert_accounts.to_principal(await self._accounts.me(principal))

    async def GetJwks(
        self, _request: auth_service_pb2.GetJwksRequest, _context: Any
    ) -> auth_service_pb2.GetJwksResponse:
        return convert_accounts.to_jwks(self._accounts.jwks())
