"""What a sign-in leads to, and what ends it: the border between proving who one is and being let in."""

from typing import Protocol
from uuid import UUID

from footfall_server.domain.identity import User
from footfall_server.ports import AccountTransaction
from footfall_server.services.sign_in import SignIn


class Sessions(Protocol):
    """Lets people in whose credentials were right."""

    async def open(self, user: User, *, method: str) -> SignIn:
        """A token for the person. `method` says how they proved themselves: "password" or "oidc"."""
        ...


class AccessEnder(Protocol):
    """Takes back what an account was let in with."""

    async def end_access(self, tx: AccountTransaction, user_id: UUID, *, keep_session: UUID | None) -> None:
        """Ends the account's sessions, tokens and streams when the transaction commits.

        `keep_session` goes on: the one in which the person asked for this.
        """
        ...
