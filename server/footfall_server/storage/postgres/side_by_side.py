"""Rows as arrays side by side: the statement's text never depends on how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from footfall_server.storage.postgres.embeddings import to_bytes

TENANT = "$1::uuid"

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns of one table's rows, as parameters of which the first has the number `first`."""

    table: Table
    columns: tuple[str, ...]
    first: int

    @property
    def given(self) -> str:
        kinds = (self.table.c[column].type.compile(_DIALECT) for column in self.columns)
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, self.first))
        return f"unnest({arrays}) as given ({', '.join(self.columns)})"

    def insert(self, *, extra: str = "", value: str = "", conflict: str = "") -> str:
        into = ", ".join(("tenant_id", *self.columns, *([extra] if extra else [])))
        values = ", ".join((TENANT, *(f"given.{each}" for each in self.columns), *([value] if value else [])))
        # Names of tables and columns, nothing from outside.
        return f"insert into {self.table.name} ({into}) select {values} from {self.given} {conflict}"  # noqa: S608

    def replace(self, key: str) -> str:
        """Inserts rows, or overwrites those with the same key."""
        news = ", ".join(f"{each} = excluded.{each}" for each in self.columns if each != key)
        return self.insert(conflict=f"on conflict (tenant_id, {key}) do update set {news}")

    def values(self, rows: Sequence[object]) -> list[list[Any]]:
        return [[getattr(row, column) for row in rows] for column in self.columns]


def side_by_side(first: int, *tables: tuple[Table, str]) -> Sequence[Rows]:
    """The rows of several tables, whose parameters begin with the number `first`. $1 is the tenant."""
    found: list[Rows] = []
    for table, columns in tables:
        found.append(Rows(table, tuple(columns.split()), first))
        first += len(found[-1].columns)
    return found


@dataclass(frozen=True, slots=True)
class WithBytes:
    """A row that has an embedding, with this as the bytes that are stored."""

    row: Any

    @property
    def embedding(self) -> bytes:
        """Little-endian float32."""
        stored: bytes = to_bytes(self.row.embedding)
        return stored

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)
