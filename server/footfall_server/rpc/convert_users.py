"""People's accounts, between the wire and the domain."""

from collections.abc import Collection
from uuid import UUID

from footfall.v1 import auth_service_pb2, user_service_pb2

from footfall_server.domain.identity import Role, User
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.convert_accounts import from_role, to_role
from footfall_server.rpc.convert_values import name, plain_text, to_timestamp
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.setup_tokens import MadeSetupToken
from footfall_server.services.users import UserValues

_FIELDS = ("display_name", "role", "site_ids", "disabled")
_FIXED = ("user_id", "email", "has_password", "identity_provider", "create_time", "last_sign_in_time")


def to_user(user: User) -> user_service_pb2.User:
    told = user_service_pb2.User(
        user_id=str(user.user_id),
        email=user.email,
        display_name=user.display_name,
        role=to_role(user.role),
        site_ids=sorted(str(site_id) for site_id in user.site_ids or ()),
        disabled=user.disabled_at is not None,
        has_password=user.password_hash is not None,
        identity_provider=user.identity_provider or "",
        create_time=to_timestamp(user.created_at),
    )
    if user.last_sign_in_at is not None:
        told.last_sign_in_time.CopyFrom(to_timestamp(user.last_sign_in_at))
    return told


def from_new_user(user: user_service_pb2.User) -> tuple[str, Role, UserValues]:
    """The address, the role, and the rest of what a new account is to be."""
    email = required(user.email.strip(), "user.email")
    role = _role(user)
    values = _values(user, frozenset({"display_name", "site_ids", "disabled"}) - _blank(user))
    return email, role, values


def from_user_update(request: user_service_pb2.UpdateUserRequest) -> tuple[UUID, UserValues]:
    """Which account, and what is to change."""
    user = request.user
    fields = changed_fields(user, request.update_mask, changeable=_FIELDS, fixed=_FIXED)
    return UUID(required(user.user_id, "user.user_id")), _values(user, fields)


def to_setup_token(made: MadeSetupToken) -> user_service_pb2.CreateSetupTokenResponse:
    return user_service_pb2.CreateSetupTokenResponse(
        setup_token=made.text, expire_time=to_timestamp(made.expires_at)
    )


def _values(user: user_service_pb2.User, fields: Collection[str]) -> UserValues:
    return UserValues(
        display_name=name(user.display_name, "user.display_name") if "display_name" in fields else None,
        role=_role(user) if "role" in fields else None,
        site_ids=frozenset(map(UUID, user.site_ids)) if "site_ids" in fields else None,
        disabled=user.disabled if "disabled" in fields else None,
    )


def _role(user: user_service_pb2.User) -> Role:
    if user.role == auth_service_pb2.ROLE_UNSPECIFIED:
        raise invalid_fields([FieldViolation("user.role", "value is required", "required")])
    return from_role(user.role)


def _blank(user: user_service_pb2.User) -> frozenset[str]:
    """The name, when a new account is given none."""
    named = plain_text(user.display_name, "user.display_name").strip()
    return frozenset() if named else frozenset({"display_name"})
