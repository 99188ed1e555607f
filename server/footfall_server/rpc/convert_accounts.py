"""Accounts, between the wire and the domain."""

from collections.abc import Sequence

from footfall.v1 import auth_service_pb2

from footfall_server.auth.keys import PublicJwk
from footfall_server.domain.identity import Role
from footfall_server.domain.oidc import ProviderPolicy
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.oidc import StartedLogin
from footfall_server.services.sign_in import Identity, SignIn

_ROLES = {
    Role.SYSTEM_ADMIN: auth_service_pb2.ROLE_SYSTEM_ADMIN,
    Role.TENANT_ADMIN: auth_service_pb2.ROLE_TENANT_ADMIN,
    Role.SITE_MANAGER: auth_service_pb2.ROLE_SITE_MANAGER,
    Role.WORKER: auth_service_pb2.ROLE_WORKER,
}

_FROM_ROLES = {number: role for role, number in _ROLES.items()}


def to_role(role: Role) -> auth_service_pb2.Role:
    return _ROLES[role]


def from_role(number: auth_service_pb2.Role) -> Role:
    """The role with this number; the rules of the proto have said that there is one."""
    return _FROM_ROLES[number]


def to_principal(identity: Identity) -> auth_service_pb2.Principal:
    principal = identity.principal
    return auth_service_pb2.Principal(
        subject_id=str(principal.subject_id),
        role=to_role(principal.role),
        tenant_id=to_optional_id(principal.tenant_id),
        site_ids=sorted(str(site_id) for site_id in principal.site_ids or ()),
        display_name=principal.display_name,
        tenant_name=identity.tenant_name,
        expire_time=to_timestamp(principal.expires_at),
    )


def to_issued_token(sign_in: SignIn) -> auth_service_pb2.IssueTokenResponse:
    answer = auth_service_pb2.IssueTokenResponse(
        access_token=sign_in.token.text,
        token_type="Bearer",  # noqa: S106 - the scheme's name, no secret
        expire_time=to_timestamp(sign_in.token.expires_at),
        principal=to_principal(sign_in.identity),
    )
    if sign_in.refresh is not None:
        answer.refresh_token = sign_in.refresh.text
        answer.refresh_expire_time.CopyFrom(to_timestamp(sign_in.refresh.expires_at))
    return answer


def to_providers(
    policies: Sequence[ProviderPolicy],
) -> auth_service_pb2.ListIdentityProvidersResponse:
    """What a sign-in page offers: nothing of whom they let in, or as what."""
    return auth_service_pb2.ListIdentityProvidersResponse(
        providers=[
            auth_service_pb2.IdentityProvider(provider_id=each.provider_id, display_name=each.display_name)
            for each in policies
        ]
    )


def to_started_login(started: StartedLogin) -> auth_service_pb2.StartOidcLoginResponse:
    return auth_service_pb2.StartOidcLoginResponse(
        authorization_url=started.authorization_url,
        login_secret=started.login_secret,
        expire_time=to_timestamp(started.expires_at),
    )


def to_jwks(keys: Sequence[PublicJwk]) -> auth_service_pb2.GetJwksResponse:
    return auth_service_pb2.GetJwksResponse(
        keys=[
            auth_service_pb2.JsonWebKey(kty=key.kty, use=key.use, alg=key.alg, kid=key.kid, n=key.n, e=key.e)
            for key in keys
        ]
    )
