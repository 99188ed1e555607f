"""CSV files as people's programs write them."""

import codecs

import pytest
from footfall_server.domain.import_sheet import SheetError, SheetRow, read_sheet
from footfall_server.domain.staff_import import ImportProblem, NamedPerson
from hypothesis import given
from hypothesis import strategies as st

TEXT = "Display Name,FILE,employee-number,Sites,job_title\nJürgen Ünal,a/1.jpg | a/2.png,P-1,Nord|Süd,Kasse\n"
READ = SheetRow(
    number=2,
    files=("a/1.jpg", "a/2.png"),
    person=NamedPerson(
        display_name="Jürgen Ünal", employee_number="P-1", job_title="Kasse", sites=("Nord", "Süd")
    ),
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), id="as excel marks it"),
        pytest.param(TEXT.encode("utf-16"), id="utf-16"),
        pytest.param(TEXT.replace(",", ";").encode(), id="semicolons"),
        pytest.param(TEXT.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="windows"),
        pytest.param((TEXT + ",,,,\n\n").encode(), id="empty rows"),
        pytest.param(TEXT.replace("ü", "u\u0308").encode(), id="accents as macs write them"),
    ],
)
def test_one_sheet_in_many_forms(content: bytes) -> None:
    assert list(read_sheet(content)) == [READ]


def test_rows_count_as_spreadsheets_do_and_unknown_columns_do_not_matter() -> None:
    rows = read_sheet(b'name,favourite colour,file\nAnna,red,\n,,\n"Boris, the ""second""",,b.jpg\n')
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].files == ()
    assert rows[1].person.display_name == 'Boris, the "second"'


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param("x" * 121 + ",1,a@b.de", "display_name", id="long name"),
        pytest.param("Anna," + "1" * 65 + ",", "employee_number", id="long number"),
        pytest.param("Anna,1,anna at home", "email", id="no address"),
        pytest.param("An\tna,1,", "display_name", id="control character"),
    ],
)
def test_values_that_may_not_be_are_marked(row: str, column: str) -> None:
    [read] = read_sheet(f"name,number,email\n{row}\n".encode())
    assert read.wrong_column == column


@pytest.mark.parametrize(
    ("content", "said", "place"),
    [
        (b"", "empty", (ImportProblem.SHEET_EMPTY, None, None)),
        ("name\nAnna\nJürgen\n".encode("cp1252"), "CSV UTF-8", (ImportProblem.SHEET_ENCODING, 3, None)),
        (b"file,title\na.jpg,Kasse\n", "needs a column", (ImportProblem.SHEET_NAMES_NOBODY, 1, None)),
        (b"name,Full Name\nA,B\n", "two columns", (ImportProblem.SHEET_COLUMN_TWICE, 1, "display_name")),
        (b'name\nBoris\n"Anna\n', "not closed", (ImportProblem.SHEET_DAMAGED, 3, None)),
        (b"name\nA\0nna\n", "no text", (ImportProblem.SHEET_ENCODING, None, None)),
        (b"name\n" + b"a\n" * 5001, "more than 5000", (ImportProblem.SHEET_TOO_MANY_ROWS, None, None)),
        (b"name\n" + b"a" * 2**21, "more than 2097152", (ImportProblem.SHEET_TOO_LARGE, None, None)),
    ],
    ids=["nothing", "ansi", "nobody named", "twice", "quote", "binary", "rows", "bytes"],
)
def test_what_cannot_be_read_is_said(
    content: bytes, said: str, place: tuple[ImportProblem, int | None, str | None]
) -> None:
    with pytest.raises(SheetError, match=said) as caught:
        read_sheet(content)
    assert (caught.value.problem, caught.value.row, caught.value.column) == place


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    try:
        rows = read_sheet(content)
    except SheetError:
        return
    assert all(row.number >= 2 for row in rows)
