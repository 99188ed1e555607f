"""How repositories speak to the database: statements for one row or for many, inside one tenant."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Executable,
    Row,
    Select,
    Table,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from footfall_server.storage.postgres.failures import is_unreachable, translated

EACH = "each_"
"""Prefix of the parameters that hold a value per row; without it they would pass for column values."""


class TenantConnection:
    """The connection of a transaction, and the tenant that it was opened for."""

    def __init__(self, connection: AsyncConnection, tenant_id: UUID) -> None:
        self._connection = connection
        self.tenant_id = tenant_id

    async def rows(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Runs a statement that answers rows."""
        with translated():
            return (await self._connection.execute(statement, parameters)).all()

    async def first(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Row[Any] | None:
        """Runs a statement that answers one row or none."""
        with translated():
            return (await self._connection.execute(statement, parameters)).one_or_none()

    async def run(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> int:
        """Runs a statement that answers nothing; returns how many rows it touched."""
        with translated():
            return (await self._connection.execute(statement, parameters)).rowcount

    async def fetch(self, statement: str, arguments: Sequence[Any]) -> Sequence[asyncpg.Record]:
        """Runs a statement on the driver itself, which keeps it prepared: for what every batch does.

        `arguments` are those of $1, $2 and so on.
        """
        with translated():
            pooled = await self._connection.get_raw_connection()
            driver = pooled.driver_connection
            if driver is None:
                raise RuntimeError("the transaction's connection is gone")
            try:
                found: Sequence[asyncpg.Record] = await driver.fetch(statement, *arguments)
            except Exception as error:
                if is_unreachable(error):
                    # The pool learns of it only this way, and must not hand the connection out again.
                    await self._connection.invalidate(error)
                raise
            return found

    async def run_for_each(
        self, statement: Executable, columns: Sequence[str], rows: Collection[object]
    ) -> int:
        """Runs a statement made by `insert_each`, with the attributes of `rows` named as the columns."""
        if not rows:
            return 0
        return await self.run(
            statement,
            {
                "tenant_id_of_all": self.tenant_id,
                **{f"{EACH}{column}": [getattr(row, column) for row in rows] for column in columns},
            },
        )


def insert_each(table: Table, columns: Sequence[str]) -> Insert:
    """An insert of any number of rows in one statement whose text never changes.

    Arrays are unnested side by side, which costs one parse for any batch, where VALUES lists cost one per
    size.
    """
    given = func.unnest(
        *(bindparam(f"{EACH}{column}", type_=ARRAY(table.c[column].type)) for column in columns)
    ).table_valued(*(Column(column, table.c[column].type) for column in columns), name="given")
    given = given.render_derived(name="given")
    source: Select[Any] = select(
        bindparam("tenant_id_of_all", type_=Uuid()),
        *(given.c[column] for column in columns),
    )
    return insert(table).from_select(["tenant_id", *columns], source)


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column = any(values)`: the statement's text does not depend on how many values there are."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def any_of(found: Select[tuple[UUID]]) -> ColumnElement[Any]:
    """`any(array(select ...))`, to compare with: answered once and then looked up in an index."""
    return any_(func.array(found.scalar_subquery(), type_=ARRAY(Uuid())))
