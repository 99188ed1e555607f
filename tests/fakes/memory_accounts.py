"""Fakes of the repositories of people, their setup tokens, and sign-ins under way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import PlatformTables
from footfall_server.domain.identity import Role, User
from footfall_server.domain.lockout import LoginAttempts
from footfall_server.domain.oidc import ExternalIdentity, OidcLogin
from footfall_server.domain.setup_token import SetupToken
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import NameCursor


class MemoryUsers:
    """Implements UserRepository: of a tenant, or of the installation when `tenant_id` is None."""

    def __init__(self, tenant_id: UUID | None, platform: PlatformTables) -> None:
        self._tenant_id = tenant_id
        self._platform = platform

    async def add(self, user: User, request_id: UUID | None = None) -> User:
        assert user.tenant_id == self._tenant_id, "row-level security would refuse this"
        place = (self._tenant_id, request_id)
        if request_id is not None and (known := self._platform.user_requests.get(place)) in self._here():
            return self._here()[known]
        taken_by = user.oidc_issuer is not None and self._by_identity(user.oidc_issuer, user.oidc_subject)
        address = user.email.lower()
        if taken_by or any(other.email == address for other in self._platform.users.values()):
            raise FootfallError(
                ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", "another account has this e-mail address"
            )
        added = replace(user, email=address)
        self._platform.users[user.user_id] = added
        if request_id is not None:
            self._platform.user_requests[place] = user.user_id
        return added

    async def get(self, user_id: UUID) -> User | None:
        return self._here().get(user_id)

    async def list(self, *, after: NameCursor | None, limit: int) -> Sequence[User]:
        people = sorted(self._here().values(), key=lambda user: (user.email, user.user_id))
        if after is not None:
            people = [user for user in people if (user.email, user.user_id) > (after.name, after.resource_id)]
        return people[:limit]

    async def administrators(self) -> Sequence[User]:
        highest = Role.SYSTEM_ADMIN if self._tenant_id is None else Role.TENANT_ADMIN
        return sorted(
            (user for user in self._here().values() if user.role is highest), key=lambda user: user.user_id
        )

    async def confined_to(self, site_id: UUID) -> Sequence[User]:
        return sorted(
            (user for user in self._here().values() if site_id in (user.site_ids or ())),
            key=lambda user: user.user_id,
        )

    async def save(self, user: User) -> None:
        self._change(
            user.user_id,
            display_name=user.display_name,
            role=user.role,
            site_ids=user.site_ids,
            disabled_at=user.disabled_at,
        )

    async def link(self, user_id: UUID, identity: ExternalIdentity) -> None:
        other = self._by_identity(identity.issuer, identity.subject)
        if other is not None and other.user_id != user_id:
            raise FootfallError(
                ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", "another account has this identity"
            )
        self._change(
            user_id,
            identity_provider=identity.provider_id,
            oidc_issuer=identity.issuer,
            oidc_subject=identity.subject,
        )

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        self._change(user_id, password_hash=password_hash)

    async def signed_in(self, user_id: UUID, at: datetime) -> None:
        self._change(user_id, last_sign_in_at=at)

    async def remove(self, user_id: UUID) -> bool:
        if user_id not in self._here():
            return False
        del self._platform.users[user_id]
        for token in [each for each in self._platform.setup_tokens.values() if each.user_id == user_id]:
            del self._platform.setup_tokens[token.setup_token_id]
        return True

    def _here(self) -> dict[UUID, User]:
        return {key: user for key, user in self._platform.users.items() if user.tenant_id == self._tenant_id}

    def _by_identity(self, issuer: str, subject: str | None) -> User | None:
        users = self._platform.users.values()
        return next(
            (each for each in users if (each.oidc_issuer, each.oidc_subject) == (issuer, subject)), None
        )

    def _change(self, user_id: UUID, **values: object) -> None:
        if (user := self._here().get(user_id)) is not None:
            self._platform.users[user_id] = replace(user, **values)  # type: ignore[arg-type]


class MemorySetupTokens:
    """Implements SetupTokenRepository."""

    def __init__(self, tenant_id: UUID | None, platform: PlatformTables) -> None:
        self._tenant_id = tenant_id
        self._platform = platform

    async def put(self, token: SetupToken) -> None:
        assert token.tenant_id == self._tenant_id, "row-level security would refuse this"
        tokens = self._platform.setup_tokens
        for older in [each for each in tokens.values() if each.user_id == token.user_id]:
            del tokens[older.setup_token_id]
        tokens[token.setup_token_id] = token

    async def take(self, setup_token_id: UUID) -> SetupToken | None:
        token = self._platform.setup_tokens.get(setup_token_id)
        if token is None or token.tenant_id != self._tenant_id:
            return None
        return self._platform.setup_tokens.pop(setup_token_id)


class MemoryLoginAttempts:
    """Implements LoginAttemptRepository. Nothing else runs between `hold` and the commit."""

    def __init__(self, platform: PlatformTables) -> None:
        self._rows = platform.login_attempts

    async def hold(self, address_key: bytes, at: datetime) -> LoginAttempts:
        return self._rows.setdefault(address_key, LoginAttempts.none_before(at))

    async def save(self, address_key: bytes, attempts: LoginAttempts) -> None:
        if address_key in self._rows:
            self._rows[address_key] = attempts

    async def forget(self, address_key: bytes) -> None:
        self._rows.pop(address_key, None)

    async def purge(self, before: datetime) -> int:
        old = [key for key, row in self._rows.items() if row.last_at < before]
        for key in old:
            del self._rows[key]
        return len(old)


class MemoryOidcLogins:
    """Implements OidcLoginRepository."""

    def __init__(self, platform: PlatformTables) -> None:
        self._rows = platform.oidc_logins

    async def add(self, login: OidcLogin) -> None:
        self._rows[login.state_hash] = login

    async def take(self, state_hash: str) -> OidcLogin | None:
        return self._rows.pop(state_hash, None)

    async def purge(self, before: datetime) -> int:
        old = [key for key, row in self._rows.items() if row.expires_at < before]
        for key in old:
            del self._rows[key]
        return len(old)
