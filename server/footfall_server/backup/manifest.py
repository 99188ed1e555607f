"""What is in a backup. Written last: a folder without a manifest is no backup."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from footfall_server.backup.errors import BackupError, OtherKeyError
from footfall_server.backup.keys import BackupKey

VERSION: Final = 1

Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
Count = Annotated[int, Field(ge=0)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StoredFile(_Part):
    """A file as it lies in the folder, sealed: its size in bytes and SHA-256."""

    size: Count
    sha256: Digest


class TableEntry(_Part):
    """One table: the columns in the order of the file, and how many rows."""

    name: Name
    columns: tuple[Name, ...]
    rows: Count
    file: StoredFile


class ObjectsEntry(_Part):
    """The objects: how many, of how many bytes together; `absent` ones were named and not in the bucket."""

    count: Count
    size: Count
    absent: Count
    file: StoredFile


class Manifest(_Part):
    """What there is, and of which moment. Tables are in the order in which they can be loaded."""

    version: Literal[1] = VERSION
    backup_id: UUID
    created_at: datetime
    revision: str = Field(pattern=r"^[0-9A-Za-z_]{1,32}$")
    key_id: str
    tenant_ids: tuple[UUID, ...]
    tables: tuple[TableEntry, ...]
    sequences: Mapping[Name, int]
    objects: ObjectsEntry

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(each.file.size for each in self.tables) + self.objects.file.size


def to_text(manifest: Manifest, key: BackupKey) -> str:
    """As it is written, with a code (HMAC) that only who has the key can make."""
    told = manifest.model_dump(mode="json")
    return json.dumps({**told, "mac": _code(told, key)}, indent=2) + "\n"


def from_text(text: str, key: BackupKey) -> Manifest:
    """Raises BackupError for what is no manifest, was changed, or was made with another key."""
    try:
        told = json.loads(text)
        code = told.pop("mac")
        version, key_id = told["version"], told["key_id"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError("manifest.json: not a manifest") from None
    if version != VERSION:
        raise BackupError("manifest.json: of a release that makes backups in another way")
    if key_id != key.key_id:
        raise OtherKeyError("the backup was made with another key")
    if not isinstance(code, str) or not hmac.compare_digest(code.encode(), _code(told, key).encode()):
        raise BackupError("manifest.json: was changed")
    try:
        return Manifest.model_validate_json(json.dumps(told))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BackupError(f"manifest.json: {where}: {fault['msg']}") from None


def _code(told: Mapping[str, object], key: BackupKey) -> str:
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hmac.new(key.derived(b"manifest"), text.encode(), hashlib.sha256).hexdigest()
