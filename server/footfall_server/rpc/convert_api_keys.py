"""API keys, between the wire and the domain."""

from uuid import UUID

from footfall.v1 import api_key_service_pb2, auth_service_pb2

from footfall_server.domain.identity import ApiKey, Role
from footfall_server.rpc.convert_values import from_timestamp, name, to_timestamp
from footfall_server.services.api_keys import CreatedApiKey, NewApiKey

_FROM_ROLE = {
    auth_service_pb2.ROLE_UNSPECIFIED: Role.WORKER,
    auth_service_pb2.ROLE_WORKER: Role.WORKER,
    auth_service_pb2.ROLE_SITE_MANAGER: Role.SITE_MANAGER,
}
_TO_ROLE = {
    Role.WORKER: auth_service_pb2.ROLE_WORKER,
    Role.SITE_MANAGER: auth_service_pb2.ROLE_SITE_MANAGER,
}


def from_new_api_key(key: api_key_service_pb2.ApiKey) -> NewApiKey:
    """What a key is to be. Raises INVALID_FIELD."""
    expires_at = None
    if key.HasField("expire_time"):
        expires_at = from_timestamp(key.expire_time, "api_key.expire_time")
    return NewApiKey(
        site_id=UUID(key.site_id),
        display_name=name(key.display_name, "api_key.display_name"),
        role=_FROM_ROLE[key.role],
        expires_at=expires_at,
    )


def to_api_key(key: ApiKey) -> api_key_service_pb2.ApiKey:
    answer = api_key_service_pb2.ApiKey(
        api_key_id=str(key.api_key_id),
        display_name=key.display_name,
        site_id=str(key.site_id),
        role=_TO_ROLE[key.role],
        prefix=f"ffk_{key.prefix}",
        create_time=to_timestamp(key.created_at),
    )
    if key.expires_at is not None:
        answer.expire_time.CopyFrom(to_timestamp(key.expires_at))
    if key.last_used_at is not None:
        answer.last_used_time.CopyFrom(to_timestamp(key.last_used_at))
    if key.revoked_at is not None:
        answer.revoke_time.CopyFrom(to_timestamp(key.revoked_at))
    return answer


def to_created_api_key(made: CreatedApiKey) -> api_key_service_pb2.CreateApiKeyResponse:
    return api_key_service_pb2.CreateApiKeyResponse(api_key=to_api_key(made.key), secret=made.text)
