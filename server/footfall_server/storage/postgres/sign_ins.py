"""What is kept of sign-ins before it is known who signs in: rows of no tenant, for the platform alone."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.lockout import LoginAttempts
from footfall_server.domain.oidc import OidcLogin
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import login_attempts, oidc_logins


class PostgresLoginAttempts:
    """LoginAttemptRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def hold(self, address_key: bytes, at: datetime) -> LoginAttempts:
        """See LoginAttemptRepository.hold. The row is made first, so that there is one to wait at."""
        blank = LoginAttempts.none_before(at)
        await self._connection.run(
            insert(login_attempts)
            .values(
                tenant_id=self._connection.tenant_id,
                address_key=address_key,
                failures=blank.failures,
                blocked_until=blank.blocked_until,
                last_at=blank.last_at,
            )
            .on_conflict_do_nothing()
        )
        row = await self._connection.first(
            select(login_attempts.c.failures, login_attempts.c.blocked_until, login_attempts.c.last_at)
            .where(login_attempts.c.address_key == address_key)
            .with_for_update()
        )
        if row is None:  # whoever held it forgot it meanwhile
            return await self.hold(address_key, at)
        return LoginAttempts(failures=row.failures, blocked_until=row.blocked_until, last_at=row.last_at)

    async def save(self, address_key: bytes, attempts: LoginAttempts) -> None:
        """See LoginAttemptRepository.save."""
        await self._connection.run(
            update(login_attempts)
            .where(login_attempts.c.address_key == address_key)
            .values(
                failures=attempts.failures, blocked_until=attempts.blocked_until, last_at=attempts.last_at
            )
        )

    async def forget(self, address_key: bytes) -> None:
        """See LoginAttemptRepository.forget."""
        await self._connection.run(delete(login_attempts).where(login_attempts.c.address_key == address_key))

    async def purge(self, before: datetime) -> int:
        """See LoginAttemptRepository.purge."""
        return await self._connection.run(delete(login_attempts).where(login_attempts.c.last_at < before))


class PostgresOidcLogins:
    """OidcLoginRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, login: OidcLogin) -> None:
        """See OidcLoginRepository.add."""
        await self._connection.run(
            insert(oidc_logins).values(
                tenant_id=self._connection.tenant_id,
                state_hash=login.state_hash,
                secret_hash=login.secret_hash,
                provider_id=login.provider_id,
                expires_at=login.expires_at,
            )
        )

    async def take(self, state_hash: str) -> OidcLogin | None:
        """See OidcLoginRepository.take."""
        row = await self._connection.first(
            delete(oidc_logins)
            .where(oidc_logins.c.state_hash == state_hash)
            .returning(oidc_logins.c.secret_hash, oidc_logins.c.provider_id, oidc_logins.c.expires_at)
        )
        if row is None:
            return None
        return OidcLogin(
            state_hash=state_hash,
            secret_hash=row.secret_hash,
            provider_id=row.provider_id,
            expires_at=row.expires_at,
        )

    async def purge(self, before: datetime) -> int:
        """See OidcLoginRepository.purge."""
        return await self._connection.run(delete(oidc_logins).where(oidc_logins.c.expires_at < before))
