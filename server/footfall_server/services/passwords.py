"""Signing in by password, and changing or setting one."""

from datetime import datetime

from footfall_server.auth.api_keys import hash_secret, secret_matches
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.auth.passwords import Passwords
from footfall_server.auth.setup_tokens import SetupTokenParts, parse_setup_token
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identity import Principal, User
from footfall_server.ports import Clock, Transactions
from footfall_server.services.account_scope import begin_accounts
from footfall_server.services.failed_sign_ins import FailedSignIns
from footfall_server.services.login_throttle import LoginThrottle
from footfall_server.services.sign_in import SignIn, bad_credentials, unauthenticated
from footfall_server.services.sign_ins import AccessEnder, Sessions

_NEW_PASSWORD = "new_password"  # noqa: S105 - the field's name in the requests

# Compared in place of the secret of a setup token that is not there.
_DECOY_HASH = hash_secret("")


class PasswordService:
    """What people do with passwords. What is wrong with bad credentials is never told."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        passwords: Passwords,
        policy: PasswordPolicy,
        throttle: LoginThrottle,
        failures: FailedSignIns,
        sessions: Sessions,
        access: AccessEnder,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._passwords = passwords
        self._policy = policy
        self._throttle = throttle
        self._failures = failures
        self._sessions = sessions
        self._access = access
        self._clock = clock

    async def sign_in(self, *, email: str, password: str) -> SignIn:
        """A session for a person.

        Raises UNAUTHENTICATED / BAD_CREDENTIALS, or RESOURCE_EXHAUSTED / TOO_MANY_ATTEMPTS.
        """
        await self._throttle.take(email)
        async with self._transactions.begin_platform() as tx:
            user = await tx.user_by_email(email.strip())
        # Hashing takes tens of milliseconds: no connection is held meanwhile.
        checked = await self._passwords.check(user.password_hash if user else None, password)
        if user is None or not checked.right or user.disabled_at is not None:
            if user is not None:
                self._failures.note(user, method="password")
            raise bad_credentials()
        async with begin_accounts(self._transactions, user.tenant_id) as accounts:
            if checked.new_hash is not None:
                await accounts.users.set_password_hash(user.user_id, checked.new_hash)
            await accounts.users.signed_in(user.user_id, self._clock.now())
        await self._throttle.forgive(email)
        return await self._sessions.open(user, method="password")

    async def change(self, principal: Principal, *, current: str, new: str) -> None:
        """Replaces the caller's password and ends its other sessions.

        Raises INVALID_FIELD for a new password that is not taken, and what `sign_in` raises for a wrong
        current one.
        """
        async with self._transactions.begin_platform() as tx:
            user = await tx.user_by_id(principal.subject_id)
        if user is None or user.disabled_at is not None:
            raise unauthenticated()
        await self._throttle.take(user.email)
        if not (await self._passwords.check(user.password_hash, current)).right:
            self._failures.note(user, method="password")
            raise bad_credentials()
        await self._throttle.forgive(user.email)
        # Last, since it can take seconds of work: not for whoever has but found a token.
        await self._policy.require(new, _NEW_PASSWORD, about=_about(user))
        new_hash = await self._passwords.hash(new)
        now = self._clock.now()
        async with begin_accounts(self._transactions, user.tenant_id) as accounts:
            await accounts.users.set_password_hash(user.user_id, new_hash)
            await self._access.end_access(accounts, user.user_id, keep_session=principal.session_id)
            await accounts.audit.append(_told(principal, Action.PASSWORD_CHANGED, user, now))

    async def set_by_token(self, text: str, *, new: str) -> None:
        """Sets the password of the account that a setup token was given for, and ends its sessions.

        Raises UNAUTHENTICATED / BAD_CREDENTIALS for a token that is wrong, over or used, and INVALID_FIELD
        for a password that is not taken: then the token is still good.
        """
        parts = parse_setup_token(text)
        if parts is None:
            raise bad_credentials()
        user = await self._person_of(parts)
        await self._policy.require(new, _NEW_PASSWORD, about=_about(user))
        new_hash = await self._passwords.hash(new)
        now = self._clock.now()
        async with begin_accounts(self._transactions, user.tenant_id) as accounts:
            if await accounts.setup_tokens.take(parts.setup_token_id) is None:
                raise bad_credentials()
            await accounts.users.set_password_hash(user.user_id, new_hash)
            await self._access.end_access(accounts, user.user_id, keep_session=None)
            holder = Principal(
                subject_id=user.user_id, role=user.role, tenant_id=user.tenant_id, expires_at=now
            )
            await accounts.audit.append(_told(holder, Action.PASSWORD_SET, user, now))
        await self._throttle.forgive(user.email)

    async def _person_of(self, parts: SetupTokenParts) -> User:
        async with self._transactions.begin_platform() as tx:
            token = await tx.setup_token(parts.setup_token_id)
            user = await tx.user_by_id(token.user_id) if token is not None else None
        matches = secret_matches(parts.secret, token.secret_hash if token is not None else _DECOY_HASH)
        if token is None or not matches or token.expires_at <= self._clock.now():
            raise bad_credentials()
        if user is None or user.disabled_at is not None:
            raise bad_credentials()
        return user


def _about(user: User) -> tuple[str, str]:
    return user.email, user.display_name


def _told(principal: Principal, action: str, user: User, at: datetime) -> AuditEntry:
    return AuditEntry.of(principal, action, user.user_id, at=at, detail={}, resource="user")
