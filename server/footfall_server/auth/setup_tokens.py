"""Setup tokens: "ffs_<id>_<secret>". Whoever has one may set the account's password, once."""

import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

_SECRET_BYTES = 32
_FORM = re.compile(r"^ffs_(?P<id>[0-9a-f]{32})_(?P<secret>[0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class SetupTokenParts:
    """A setup token taken apart."""

    setup_token_id: UUID
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"ffs_{self.setup_token_id.hex}_{self.secret}"


def new_setup_token(setup_token_id: UUID) -> SetupTokenParts:
    """A token that nobody can guess: 256 random bits."""
    return SetupTokenParts(setup_token_id=setup_token_id, secret=secrets.token_hex(_SECRET_BYTES))


def parse_setup_token(text: str) -> SetupTokenParts | None:
    """The parts of a token, or None for what is none."""
    match = _FORM.fullmatch(text)
    return None if match is None else SetupTokenParts(UUID(match["id"]), match["secret"])
