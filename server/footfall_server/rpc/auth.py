"""AuthService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any

from footfall.v1 import auth_service_pb2, auth_service_pb2_grpc
from google.protobuf import empty_pb2

from footfall_server.rpc import convert_accounts
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.certificates import WorkerDesk, staffed
from footfall_server.rpc.convert_values import from_optional_id
from footfall_server.rpc.refresh_cookies import RefreshCookies
from footfall_server.services.accounts import AccountService
from footfall_server.services.oidc import OidcService
from footfall_server.services.passwords import PasswordService
from footfall_server.services.sessions import SessionService
from footfall_server.services.sign_in import SignIn, bad_credentials
from footfall_server.services.tenant_switching import TenantSwitching


class AuthServicer(auth_service_pb2_grpc.AuthServiceServicer):
    """Turns credentials into tokens."""

    def __init__(
        self,
        *,
        accounts: AccountService,
        passwords: PasswordService,
        oidc: OidcService,
        sessions: SessionService,
        tenants: TenantSwitching,
        cookies: RefreshCookies,
        desk: WorkerDesk | None,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._oidc = oidc
        self._sessions = sessions
        self._tenants = tenants
        self._cookies = cookies
        self._desk = desk

    async def IssueToken(
        self, request: auth_service_pb2.IssueTokenRequest, context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        use_cookie = request.use_cookie
        match request.WhichOneof("credentials"):
            case "password":
                given = request.password
                sign_in = await self._passwords.sign_in(email=given.email, password=given.password)
            case "refresh_token":
                token = request.refresh_token or self._cookies.read(context)
                # What came as a cookie goes as one: a script that asks is not told what it could not read.
                use_cookie = use_cookie or not request.refresh_token
                if not token:
                    raise bad_credentials()
                sign_in = await self._sessions.refresh(token)
            case "api_key":
                sign_in = await self._accounts.sign_in_api_key(request.api_key)
            case "client_assertion":
                sign_in = await staffed(self._desk).sign_in.sign_in(request.client_assertion)
            case "oidc":
                came = request.oidc
                sign_in = await self._oidc.sign_in(
                    code=came.code, state=came.state, login_secret=came.login_secret
                )
            case _:
                raise bad_credentials()
        return await self._issued(sign_in, context, use_cookie=use_cookie)

    async def SwitchTenant(
        self, request: auth_service_pb2.SwitchTenantRequest, _context: Any
    ) -> auth_service_pb2.IssueTokenResponse:
        tenant_id = from_optional_id(request.tenant_id)
        return convert_accounts.to_issued_token(await self._tenants.switch(current_principal(), tenant_id))

    async def SignOut(self, request: auth_service_pb2.SignOutRequest, context: Any) -> empty_pb2.Empty:
        await self._sessions.sign_out(current_principal(), everywhere=request.everywhere)
        if self._cookies.read(context) is not None:
            await self._cookies.clear(context)
        return empty_pb2.Empty()

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
        principal = current_principal()
        if principal.certificate_hash:
            return convert_accounts.to_principal(await staffed(self._desk).sign_in.me(principal))
        return convert_accounts.to_principal(await self._accounts.me(principal))

    async def GetJwks(
        self, _request: auth_service_pb2.GetJwksRequest, _context: Any
    ) -> auth_service_pb2.GetJwksResponse:
        return convert_accounts.to_jwks(self._accounts.jwks())

    async def _issued(
        self, sign_in: SignIn, context: Any, *, use_cookie: bool
    ) -> auth_service_pb2.IssueTokenResponse:
        answer = convert_accounts.to_issued_token(sign_in)
        if use_cookie and sign_in.refresh is not None:
            await self._cookies.set(context, sign_in.refresh)
            answer.ClearField("refresh_token")
        return answer
