"""An AccessEnder that remembers whom it was asked to end, and where."""

from dataclasses import dataclass, field
from uuid import UUID

from footfall_server.ports import AccountTransaction


@dataclass(slots=True)
class EndedAccess:
    """Implements AccessEnder. `ended` has each account with the session that was kept."""

    ended: list[tuple[UUID, UUID | None]] = field(default_factory=list)

    async def end_access(self, tx: AccountTransaction, user_id: UUID, *, keep_session: UUID | None) -> None:
        assert await tx.users.get(user_id) is not None, "the account is not where the transaction is"
        self.ended.append((user_id, keep_session))

    def users(self) -> list[UUID]:
        return [user_id for user_id, _ in self.ended]
