"""Join tokens: "ffj_<id>_<secret>". The id finds the row; of the secret only a hash is kept."""

import re
import secrets
from dataclasses import dataclass, field
from uuid import UUID

_SECRET_BYTES = 32
_FORM = re.compile(r"^ffj_(?P<id>[0-9a-f]{32})_(?P<secret>[0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class JoinTokenParts:
    """A join token taken apart."""

    join_token_id: UUID
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"ffj_{self.join_token_id.hex}_{self.secret}"


def new_join_token(join_token_id: UUID) -> JoinTokenParts:
    """A token that nobody can guess: 256 random bits."""
    return JoinTokenParts(join_token_id=join_token_id, secret=secrets.token_hex(_SECRET_BYTES))


def parse_join_token(text: str) -> JoinTokenParts | None:
    """The parts of a token, or None for what is none."""
    match = _FORM.fullmatch(text)
    return None if match is None else JoinTokenParts(UUID(hex=match["id"]), match["secret"])
