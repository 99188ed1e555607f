"""Erased people stay erased: what says so is gathered from everywhere before anything is replaced.

A backup is older than the erasures that came after it. Their tombstones are in the database that is
replaced, in the receipts that lie in the bucket, and in newer backups: all of them are carried over.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol
from uuid import UUID

from footfall_server.backup.errors import BackupError
from footfall_server.backup.folder import BackupReader
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.domain.erasure_document import ErasureDocument, instant
from footfall_server.ports import ImageStore
from footfall_server.storage.postgres.restoring import TOMBSTONES, KeptTombstone, RestoreTarget


class TombstoneSource(Protocol):
    """A place where tombstones are."""

    def tombstones(self) -> AsyncIterator[Sequence[KeptTombstone]]:
        """All of them, some at a time. Raises BackupError for what cannot be read: nobody is forgotten."""
        ...


class TombstonesOfDatabase:
    """Those of the database that is about to be replaced."""

    def __init__(self, target: RestoreTarget) -> None:
        self._target = target

    async def tombstones(self) -> AsyncIterator[Sequence[KeptTombstone]]:
        """See TombstoneSource."""
        yield await self._target.tombstones()


class TombstonesOfBucket:
    """Those of the receipts that lie in the bucket, of these tenants."""

    def __init__(self, images: ImageStore, tenant_ids: Sequence[UUID]) -> None:
        self._images = images
        self._tenant_ids = tenant_ids

    async def tombstones(self) -> AsyncIterator[Sequence[KeptTombstone]]:
        """See TombstoneSource."""
        for tenant_id in self._tenant_ids:
            for key in await self._images.keys(erasures_prefix(tenant_id)):
                receipt = await self._images.get(key)
                if receipt is not None:
                    yield of_receipt(key, receipt)


class TombstonesOfBackup:
    """Those of another backup, or of the one that is restored: rows and receipts."""

    def __init__(self, backup: BackupReader) -> None:
        self._backup = backup

    async def tombstones(self) -> AsyncIterator[Sequence[KeptTombstone]]:
        """See TombstoneSource."""
        for table in self._backup.manifest.tables:
            if table.name == TOMBSTONES:
                yield list(of_rows(table.columns, self._backup.rows(table)))
        prefixes = tuple(erasures_prefix(each) for each in self._backup.manifest.tenant_ids)
        for each in self._backup.objects():
            if each.key.startswith(prefixes):
                yield of_receipt(each.key, each.data)


def of_receipt(key: str, receipt: bytes) -> Sequence[KeptTombstone]:
    """The tombstones of a receipt under its tenant's prefix. Raises BackupError for what is none."""
    try:
        tenant_id = UUID(key.split("/")[1])
        told = ErasureDocument.from_json(receipt)
    except (ValueError, IndexError):
        raise BackupError(f"{key}: not a receipt of an erasure, so that whom it names is not known") from None
    return [
        KeptTombstone(tenant_id, digest, kind, told.erasure_id, told.erased_at)
        for digest, kind in told.tombstones.items()
    ]


def of_rows(columns: Sequence[str], chunks: Iterator[bytes]) -> Iterator[KeptTombstone]:
    """The tombstones of rows as COPY writes them. Raises BackupError for what is none."""
    for line in _lines(chunks):
        row = dict(zip(columns, line.decode().split("\t"), strict=False))
        try:
            yield KeptTombstone(
                tenant_id=UUID(row["tenant_id"]),
                digest=bytes.fromhex(row["digest"].removeprefix("\\\\x")),  # COPY doubles the backslash
                kind=row["kind"],
                erasure_id=UUID(row["erasure_id"]),
                erased_at=instant(row["erased_at"]),
            )
        except (ValueError, KeyError):
            raise BackupError(f"{TOMBSTONES}: a row is no tombstone") from None


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    waiting = b""
    for chunk in chunks:
        *whole, waiting = (waiting + chunk).split(b"\n")
        yield from whole
