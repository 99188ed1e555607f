"""Access that ends before its token does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.identity import Principal

MAX_TOKEN_LIFETIME = timedelta(hours=1)
"""No access token lives longer, whatever the settings say: so long has a revocation to be remembered."""

TOKEN_LEEWAY = timedelta(seconds=30)
"""How far clocks may differ before a token is refused for its times."""

REVOCATION_MARGIN = timedelta(seconds=2)
"""How far the clocks of two replicas, and the beginning and the commit of a transaction, may lie apart."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Revocation:
    """Ends the tokens and streams of a user, an API key, a worker, a tenant or a session.

    Tokens that were issued before `not_before`, or within a margin after it, are refused. Whoever issues
    tokens to the same one again dates them `first_good` at least; see `first_good_of`. A session that was
    ended gives no token again: all of its are refused, however they are dated.
    """

    subject_or_session_id: UUID
    not_before: datetime

    @property
    def first_good(self) -> datetime:
        """The earliest time of issue that is believed again, in whole seconds as tokens have it."""
        return (self.not_before + REVOCATION_MARGIN + _SECOND).replace(microsecond=0)

    @property
    def until(self) -> datetime:
        """When the last token that this can be about is dead."""
        return self.first_good + MAX_TOKEN_LIFETIME + TOKEN_LEEWAY

    def refuses(self, principal: Principal) -> bool:
        """Whether the caller's token is one that was ended. One without a time of issue always is."""
        named = self.subject_or_session_id
        if named == principal.session_id:
            return True
        return named in revocable_ids(principal) and (
            principal.issued_at is None or principal.issued_at < self.first_good
        )

    def after(self, known: "Revocation | None") -> "Revocation":
        """The one that counts when `known` was there before.

        It reaches a second further at least: a token may have been dated `first_good` of the other meanwhile.
        """
        earliest = self.not_before if known is None else known.not_before + _SECOND
        return Revocation(self.subject_or_session_id, max(self.not_before, earliest))


def revocable_ids(principal: Principal) -> frozenset[UUID]:
    """What a revocation may name to be about this caller."""
    ids = (principal.subject_id, principal.session_id, principal.tenant_id)
    return frozenset(each for each in ids if each is not None)


def first_good_of(revocations: Iterable[Revocation], now: datetime) -> datetime:
    """How a token is dated that is issued now, after these: a few seconds ahead when one was just written."""
    return max([now, *(each.first_good for each in revocations)])
