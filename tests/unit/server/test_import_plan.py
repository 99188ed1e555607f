"""Whose pictures they are."""

from collections.abc import Sequence

import pytest
from footfall_server.domain.import_plan import plan_by_folders, plan_by_sheet
from footfall_server.domain.import_sheet import SheetRow
from footfall_server.domain.staff_import import ImportFault, NamedPerson, PlannedItem

ANNA = NamedPerson(display_name="Anna")


def row(
    *files: str, number: int = 2, person: NamedPerson = ANNA, wrong_column: str | None = None
) -> SheetRow:
    return SheetRow(number=number, files=files, person=person, wrong_column=wrong_column)


def test_a_folder_is_named_after_its_person() -> None:
    files = [
        "staff/Anna/1.jpg",
        "staff/Anna/2.PNG",
        "loose.jpg",
        "staff/Anna/notes.txt",
        f"{'x' * 121}/1.jpg",
    ]
    planned = {item.file: (item.person, item.fault) for item in plan_by_folders(files)}
    assert planned["staff/Anna/1.jpg"] == planned["staff/Anna/2.PNG"] == (ANNA, None)
    assert planned["loose.jpg"] == (None, ImportFault.NO_PERSON)
    assert planned["staff/Anna/notes.txt"] == (None, ImportFault.UNUSED)
    assert planned[f"{'x' * 121}/1.jpg"] == (None, ImportFault.INVALID)


FILES = ("in/People/anna.jpg", "in/People/Bär.jpg", "in/anna.jpg", "in/one/c.jpg", "in/two/c.jpg")


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("People/anna.jpg", ["in/People/anna.jpg"]),
        ("in/people/ANNA.JPG", ["in/People/anna.jpg"]),
        ("anna.jpg", ["in/anna.jpg"]),
        (".\\People\\ba\u0308r.jpg", ["in/People/Bär.jpg"]),
        ("bär.jpg", ["in/People/Bär.jpg"]),
        ("People/", ["in/People/Bär.jpg", "in/People/anna.jpg"]),
        ("c.jpg", []),
        ("../../etc/passwd", []),
    ],
)
def test_files_are_found_as_people_write_them(named: str, found: Sequence[str]) -> None:
    planned = plan_by_sheet(FILES, [row(named)], sheet="in/staff.csv")
    mine = [item for item in planned if item.row]
    if found:
        assert [item.file for item in mine] == sorted(found)
        assert all(item.fault is None for item in mine)
    else:
        assert mine == [PlannedItem(file=named, row=2, person=ANNA, fault=ImportFault.FILE_MISSING)]
    assert {item.file for item in planned} - {named} >= set(FILES) - set(found)


def test_a_row_tells_what_it_lacks() -> None:
    nobody, boris = NamedPerson(), NamedPerson(display_name="Boris", email="x")
    rows = [
        row(number=2),
        row("a.jpg", number=3, person=nobody),
        row("b.jpg", number=4, person=boris, wrong_column="email"),
    ]
    planned = plan_by_sheet(["a.jpg", "b.jpg", "left.jpg"], rows, sheet="staff.csv")
    assert [(item.file, item.row, item.fault, item.column) for item in planned] == [
        ("", 2, ImportFault.NO_PICTURE, ""),
        ("a.jpg", 3, ImportFault.NO_PERSON, ""),
        ("b.jpg", 4, ImportFault.INVALID, "email"),
        ("left.jpg", 0, ImportFault.UNUSED, ""),
    ]
