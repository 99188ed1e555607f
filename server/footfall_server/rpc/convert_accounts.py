"""Accounts, between the wire and the domain."""

from collections.abc import Sequence

from footfall.v1 import auth_service_pb2

from footfall_server.auth.keys import PublicJwk
from footfall_server.domain.identity import Role
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.sign_in import Identity, SignIn

_ROLES = {
    Role.SYSTEM_ADMIN: auth_service_pb2.ROLE_SYSTEM_ADMIN,
    Role.TENANT_ADMIN: auth_service_pb2.ROLE_TENANT_ADMIN,
    Role.SITE_MANAGER: auth_service_pb2.ROLE_SITE_MANAGER,
    Role.WORKER: auth_service_pb2.ROLE_WORKER,
}


def to_principal(identity: Identity) -> auth_service_pb2.Principal:
    principal = identity.principal
    return auth_service_pb2.Principal(
        subject_id=str(principal.subject_id),
        role=_ROLES[principal.role],
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


def to_jwks(keys: Sequence[PublicJwk]) -> auth_service_pb2.GetJwksResponse:
    return auth_service_pb2.GetJwksResponse(
        keys=[
            auth_service_pb2.JsonWebKey(kty=key.kty, use=key.use, alg=key.alg, kid=key.kid, n=key.n, e=key.e)
            for key in keys
        ]
    )
