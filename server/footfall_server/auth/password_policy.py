"""Which passwords are taken: long enough, and none that an attacker's list begins with.

Rules of composition are not among them (NIST SP 800-63B, section 5.1.1.2): a long password that no list,
keyboard walk or personal datum makes easy is what counts. The lists of common and breached passwords come
with zxcvbn, so nothing of a password leaves the process.
"""

import asyncio
import re
import threading
from collections.abc import Iterable

from zxcvbn import zxcvbn

from footfall_server.errors import FieldViolation, FootfallError, invalid_fields

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1024

SCORED_CHARS = 72
"""The estimate takes time with the square of the length. 72 characters cost some tens of milliseconds, and a
few seconds of one core when somebody makes them up for that: one runs at a time, off the event loop."""

MIN_SCORE = 3
"""Of 4: "safely unguessable", more than 10^8 guesses, for an attacker who has the argon2id hash."""

_ADVICE = "use four or more unrelated words, or a password manager"
_WORDS = re.compile(r"[^\W_]{3,}")

# zxcvbn keeps what is told of a person in a table that all its calls share.
_one_at_a_time = threading.Lock()


class PasswordPolicy:
    """Says what is wrong with a password, without repeating it."""

    async def fault(self, password: str, *, about: Iterable[str] = ()) -> str | None:
        """What is wrong, as a clause after "the password"; None when it may be taken.

        `about` is what is known of the person, such as the address and names: they make no password.
        """
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            return f"must have {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters"
        return await asyncio.to_thread(_guessable, password, _personal(about))

    async def require(self, password: str, field: str, *, about: Iterable[str] = ()) -> None:
        """Raises INVALID_FIELD for a password that is not taken; `field` is its path in the request."""
        if (fault := await self.fault(password, about=about)) is not None:
            raise refused(field, fault)


def refused(field: str, fault: str) -> FootfallError:
    """INVALID_FIELD that says what is wrong with a password."""
    return invalid_fields([password_violation(field, fault)])


def password_violation(field: str, fault: str) -> FieldViolation:
    """The violation for a fault that `PasswordPolicy.fault` found."""
    return FieldViolation(field, fault, "password.policy")


def _personal(about: Iterable[str]) -> list[str]:
    """What was told, and the words in it: of an address its parts, of a name first and last name."""
    return [each for text in about if text for each in (text, *_WORDS.findall(text))]


def _guessable(password: str, personal: list[str]) -> str | None:
    with _one_at_a_time:
        found = zxcvbn(password[:SCORED_CHARS], user_inputs=personal)
        # Nothing of the person stays in the shared table.
        zxcvbn("x", user_inputs=[])
    if found["score"] >= MIN_SCORE:
        return None
    # The library's own sentences, of which there is a fixed set: none repeats the password.
    why = str(found["feedback"]["warning"]).rstrip(".")
    return f"is easily guessed ({why}); {_ADVICE}" if why else f"is easily guessed; {_ADVICE}"
