"""Passwords and keys of a local stack: made once, kept in one private file, never defaults."""

import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self

from footfall_local.component import ComponentError
from footfall_local.private_files import read_json, write_private_json

FILE_NAME = "stack.json"
BITS = 32  # bytes of randomness in each


@dataclass(frozen=True)
class StackSecrets:
    """Every one is URL-safe text."""

    postgres_superuser: str = field(repr=False)
    postgres_owner: str = field(repr=False)
    postgres_app: str = field(repr=False)
    s3_access_key: str = field(repr=False)
    s3_secret_key: str = field(repr=False)
    demo_password: str = field(repr=False)

    @classmethod
    def load_or_make(cls, folder: Path) -> Self:
        """Read the secrets, or make them when there are none yet.

        Raises:
            ComponentError: the file is damaged.

        """
        path = folder / FILE_NAME
        known = read_json(path)
        if known is None:
            made = cls(**{item.name: secrets.token_urlsafe(BITS) for item in fields(cls)})
            write_private_json(path, asdict(made))
            return made
        try:
            return cls(**known)
        except TypeError:
            raise ComponentError(
                f"{path} does not hold this version's secrets; move the folder away"
            ) from None
