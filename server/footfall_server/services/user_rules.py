"""What an account may be, whoever makes it so."""

from collections.abc import Sequence

from footfall_server.domain.identity import Role, User
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields, not_found
from footfall_server.ports import UserRepository
from footfall_server.services.account_scope import AccountPlace


def require_role_and_sites(user: User) -> None:
    """Raises INVALID_FIELD unless the role is one of this place and goes with the sites."""
    violations = []
    if user.tenant_id is None:
        if user.role is not Role.SYSTEM_ADMIN:
            said = "must be a system administrator where the caller acts for no tenant"
            violations.append(FieldViolation("user.role", said, "user.role"))
    elif user.role not in {Role.TENANT_ADMIN, Role.SITE_MANAGER}:
        said = "must be a tenant administrator or a site manager"
        violations.append(FieldViolation("user.role", said, "user.role"))
    if user.role is Role.SITE_MANAGER:
        if not user.site_ids:
            said = "must name at least one site for a site manager"
            violations.append(FieldViolation("user.site_ids", said, "user.site_ids"))
    elif user.site_ids is not None:
        said = "must be empty for an administrator, who is not confined to sites"
        violations.append(FieldViolation("user.site_ids", said, "user.site_ids"))
    if violations:
        raise invalid_fields(violations)


async def require_known_sites(place: AccountPlace, user: User) -> None:
    """Raises NOT_FOUND for a site that the tenant does not have."""
    for site_id in sorted(user.site_ids or ()):
        if place.sites is None or await place.sites.get(site_id) is None:
            raise not_found("site", site_id)


async def require_another_administrator(users: UserRepository, user: User) -> None:
    """Raises FAILED_PRECONDITION / LAST_ADMIN when nobody else could manage this place.

    Who could has the highest role here, an open account, and something to sign in with. To be asked in an
    exclusive transaction: two who demote each other are then asked one after the other.
    """
    administrators = await users.administrators()
    if is_last(user, administrators):
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "LAST_ADMIN",
            "this is the last administrator who can sign in; make another one first",
            metadata={"user_id": str(user.user_id)},
        )


def is_last(user: User, administrators: Sequence[User]) -> bool:
    """Whether the user is the only one of the administrators who can sign in."""
    able = {each.user_id for each in administrators if each.can_sign_in}
    return able == {user.user_id}
