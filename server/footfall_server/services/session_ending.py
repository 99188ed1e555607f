"""Ends sessions, with the tokens and streams that they gave: in the transaction of what is the cause."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.revocation import Revocation
from footfall_server.domain.session import Session
from footfall_server.ports import AccountTransaction, Clock


class SessionEnder:
    """Takes back, at once and on every replica, what an account was let in with."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def end_access(self, tx: AccountTransaction, user_id: UUID, *, keep_session: UUID | None) -> None:
        """Ends the account's sessions, tokens and streams when the transaction commits.

        `keep_session` goes on: the one in which the person asked for this.
        """
        await end_sessions_of(tx, user_id, at=self._clock.now(), but=keep_session)


async def end_session(tx: AccountTransaction, session: Session, *, at: datetime) -> None:
    """Ends one session, which was locked. One that ended before stays as it is."""
    if session.revoked_at is None:
        await tx.sessions.save(replace(session, revoked_at=at))
        await tx.revocations.add(Revocation(session.session_id, at))


async def end_sessions_of(
    tx: AccountTransaction, user_id: UUID, *, at: datetime, but: UUID | None = None
) -> Sequence[UUID]:
    """Ends all sessions of a user, or all but one. Returns which ended.

    With none left out the user's tokens end at once, whatever session they are of.
    """
    ended = await tx.sessions.revoke_of(user_id, at, but=but)
    for named in [user_id] if but is None else ended:
        await tx.revocations.add(Revocation(named, at))
    return ended
