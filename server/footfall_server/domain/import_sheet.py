"""The CSV file of an import, as spreadsheets write it. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from footfall_server.domain.staff_import import (
    MOST_ITEMS,
    ImportProblem,
    NamedPerson,
    UnreadableImportError,
)

MOST_SHEET_BYTES: Final = 2 * 1024 * 1024
_DELIMITERS: Final = (",", ";", "\t")
_LIST: Final = "|"
_LONGEST: Final = {"display_name": 120, "employee_number": 64, "job_title": 120, "email": 254}
# Not the grammar of RFC 5322: what a slip of the keyboard would not pass.
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COLUMNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("file", "files", "filename", "picture", "image", "photo"), "file"),
    **dict.fromkeys(("displayname", "name", "fullname"), "display_name"),
    **dict.fromkeys(("employeenumber", "employeeid", "personnelnumber", "number"), "employee_number"),
    **dict.fromkeys(("jobtitle", "title", "position"), "job_title"),
    **dict.fromkeys(("email", "mail"), "email"),
    **dict.fromkeys(("sites", "site", "siteids", "siteid"), "sites"),
}
"""By what is left of a heading without case, spaces, hyphens and underscores."""


class SheetError(UnreadableImportError):
    """The CSV file cannot be read."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row; `number` is as in spreadsheets, from 1 on; `wrong_column` has a value that may not be."""

    number: int
    files: tuple[str, ...] = field(repr=False)
    person: NamedPerson
    wrong_column: str | None = None


def read_sheet(content: bytes) -> Sequence[SheetRow]:
    """The rows with anything in them. Raises SheetError.

    UTF-8, with or without the mark that spreadsheets begin it with, or UTF-16 with one. Commas, semicolons or
    tabs; several files or sites in one cell are parted by |.
    """
    text = _text(content)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise SheetError(
            ImportProblem.SHEET_DAMAGED,
            "the CSV file is damaged: a quote is not closed, or a cell is too long",
            row=len(lines) + 1,
        ) from None
    if not lines:
        raise SheetError(ImportProblem.SHEET_EMPTY, "the CSV file is empty")
    columns = _columns(lines[0])
    rows = list(_rows(columns, lines[1:]))
    if len(rows) > MOST_ITEMS:
        raise SheetError(
            ImportProblem.SHEET_TOO_MANY_ROWS, f"the CSV file has {len(rows)} rows, more than {MOST_ITEMS}"
        )
    return rows


def _text(content: bytes) -> str:
    if len(content) > MOST_SHEET_BYTES:
        raise SheetError(
            ImportProblem.SHEET_TOO_LARGE,
            f"the CSV file has {len(content)} bytes, more than {MOST_SHEET_BYTES}",
        )
    is_wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        # Guessing would make other names of names, and nobody would see it before it is too late.
        raise SheetError(
            ImportProblem.SHEET_ENCODING,
            'the CSV file is not in UTF-8; save it as "CSV UTF-8"',
            row=None if is_wide else content.count(b"\n", 0, error.start) + 1,
        ) from None
    if "\0" in text:
        raise SheetError(ImportProblem.SHEET_ENCODING, "the CSV file is no text")
    return text


def _columns(headings: Sequence[str]) -> Sequence[str | None]:
    columns = [_COLUMNS.get(re.sub(r"[\s_-]", "", each).casefold()) for each in headings]
    known = [each for each in columns if each is not None]
    if twice := [each for each in known if known.count(each) > 1]:
        raise SheetError(
            ImportProblem.SHEET_COLUMN_TWICE,
            "the CSV file has two columns that mean the same",
            row=1,
            column=twice[0],
        )
    if not {"display_name", "employee_number"} & set(known):
        raise SheetError(
            ImportProblem.SHEET_NAMES_NOBODY,
            "the CSV file needs a column display_name or employee_number in its first row",
            row=1,
        )
    return columns


def _rows(columns: Sequence[str | None], lines: Sequence[Sequence[str]]) -> Iterator[SheetRow]:
    for number, line in enumerate(lines, start=2):
        cells = {
            column: unicodedata.normalize("NFC", cell).strip()
            for column, cell in zip(columns, line, strict=False)
            if column is not None
        }
        if any(cells.values()):
            yield _row(number, cells)


def _row(number: int, cells: Mapping[str, str]) -> SheetRow:
    said = {column: cells.get(column, "") for column in _LONGEST}
    return SheetRow(
        number=number,
        files=_listed(cells.get("file", "")),
        person=NamedPerson(**said, sites=_listed(cells.get("sites", ""))),
        wrong_column=next((column for column, value in said.items() if not _may_be(column, value)), None),
    )


def _may_be(column: str, value: str) -> bool:
    is_address = column != "email" or not value or _EMAIL.fullmatch(value) is not None
    return len(value) <= _LONGEST[column] and value.isprintable() and is_address


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in cell.split(_LIST) if each.strip())
