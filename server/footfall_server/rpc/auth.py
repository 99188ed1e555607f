"""AuthService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any

from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from google.protobuf import empty_pb2

from footfall_server.rpc import convert_accounts
from footfall_server.rpc.call_context import current_principal
from footfall_server.services.accounts import AccountService
from footfall_server.services.oidc import OidcService
from footfall_server.services.passwords import PasswordService


class AuthServicer(auth_service_pb2_grpc.AuthServiceServicer):
    """Turns credentials into tokens."""

    def __init__(self, *, accounts: AccountService, passwords: PasswordService, oidc: OidcService) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._oidc = oidc

    async def IssueToken(
        self, request: auth_service_pb2.IssueTokenRequest, _context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        match request.WhichOneof("credentials"):
            case "password":
                given = request.password
                sign_in = await self._passwords.sign_in(email=given.email, password=given.password)
            case "oidc":
                came = request.oidc
                sign_in = await self._oidc.sign_in(
                    code=came.code, state=came.state, login_secret=came.login_secret
                )
            case _:
                sign_in = await self._accounts.sign_in_api_key(request.api_key)
        return convert_accounts.to_issued_token(sign_in)

    async def SwitchTenant(
        self, _request: auth_service_pb2.SwitchTenantRequest, _context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        raise NotImplementedError

    async def SignOut(self, _request: auth_service_pb2.SignOutRequest, _context: Any) -> empty_pb2.Empty:
        raise NotImplementedError

    async def ChangePassword(
        self, request: auth_service_pb2.ChangePasswordRequest, _context: Any
    ) -> empty_pb2.Empty:
        await self._passwords.change(
            current_principal(), current=request.current_password, new=request.new_password
        )
        return empty_pb2.Empty()

    async def SetPassword(
        self, request: auth_service_pb2.SetPasswordRequest, _context: Any
    ) -> empty_pb2.Empty:
        await self._passwords.set_by_token(request.setup_token, new=request.new_password)
        return empty_pb2.Empty()

    async def ListIdentityProviders(
        self, _request: auth_service_pb2.ListIdentityProvidersRequest, _context: Any
    ) -> auth_service_pb2.ListIdentityProvidersResponse:
        return convert_accounts.to_providers(self._oidc.providers())

    async def StartOidcLogin(
        self, request: auth_service_pb2.StartOidcLoginRequest, _context: Any
    ) -> auth_service_pb2.StartOidcLoginResponse:
        return convert_accounts.to_started_login(await self._oidc.start(request.provider_id))

    async def GetMe(
        self, _request: auth_service_pb2.GetMeRequest, _context: Any
    ) -> auth_service_pb2.Principal:
        return convert_accounts.to_principal(await self._accounts.me(current_principal()))

    async def GetJwks(
        self, _request: auth_service_pb2.GetJwksRequest, _context: Any
    ) -> auth_service_pb2.GetJwksResponse:
        return convert_accounts.to_jwks(self._accounts.jwks())
