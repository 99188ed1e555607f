"""Giving an account a setup token, with which its person sets a password."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from footfall_server.auth.api_keys import hash_secret
from footfall_server.auth.setup_tokens import new_setup_token
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import User
from footfall_server.domain.setup_token import SetupToken
from footfall_server.ports import AccountTransaction

LIFETIME = timedelta(hours=72)
"""Long enough for a mail that is read after the weekend."""

BOOTSTRAP_LIFETIME = timedelta(hours=1)
"""Of the first administrator's: who makes it is at the machine."""


@dataclass(frozen=True, slots=True)
class MadeSetupToken:
    """A new token. `text` is shown once: it cannot be had again."""

    text: str = field(repr=False)
    expires_at: datetime


async def give_setup_token(
    tx: AccountTransaction, user: User, *, at: datetime, lifetime: timedelta = LIFETIME
) -> MadeSetupToken:
    """Gives the account a token. The one that it had ends."""
    parts = new_setup_token(new_id())
    token = SetupToken(
        setup_token_id=parts.setup_token_id,
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        secret_hash=hash_secret(parts.secret),
        created_at=at,
        expires_at=at + lifetime,
    )
    await tx.setup_tokens.put(token)
    return MadeSetupToken(text=parts.text, expires_at=token.expires_at)
