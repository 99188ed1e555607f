"""Whose the pictures of an import are: by the rows of its CSV file, or by their folders. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from footfall_server.domain.import_sheet import SheetRow
from footfall_server.domain.staff_import import ImportFault, NamedPerson, PlannedItem

_LONGEST_NAME = 120
_PICTURES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".tiff"}
)
"""Endings of what people take for pictures. Those that are not read are refused by what is in them."""


def plan_by_folders(files: Sequence[str]) -> Sequence[PlannedItem]:
    """Each picture is of the person whom the folder around it is named after."""
    return [_by_folder(file) for file in sorted(files)]


def plan_by_sheet(files: Sequence[str], rows: Sequence[SheetRow], *, sheet: str) -> Sequence[PlannedItem]:
    """Each row with its files, then the files that no row names.

    A row names a file by its path, from the sheet's own folder or from the top, or by its bare name where no
    two files share it; or a folder, and with it all that is right in it. Case does not matter.
    """
    places = _Places(files, sheet)
    planned: list[PlannedItem] = []
    used: set[str] = set()
    for row in rows:
        items = list(_of_row(row, places))
        used.update(item.file for item in items if item.fault is not ImportFault.FILE_MISSING)
        planned.extend(items)
    unused = sorted(set(files) - used)
    return [*planned, *(PlannedItem(file=file, fault=ImportFault.UNUSED) for file in unused)]


def _by_folder(file: str) -> PlannedItem:
    if PurePosixPath(file).suffix.casefold() not in _PICTURES:
        return PlannedItem(file=file, fault=ImportFault.UNUSED)
    name = unicodedata.normalize("NFC", PurePosixPath(file).parent.name).strip()
    if not name:
        return PlannedItem(file=file, fault=ImportFault.NO_PERSON)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        return PlannedItem(file=file, fault=ImportFault.INVALID)
    return PlannedItem(file=file, person=NamedPerson(display_name=name))


def _of_row(row: SheetRow, places: "_Places") -> Iterator[PlannedItem]:
    fault = None
    column = row.wrong_column or ""
    if row.wrong_column is not None:
        fault = ImportFault.INVALID
    elif not row.person.key:
        fault = ImportFault.NO_PERSON
    if not row.files:
        yield PlannedItem(
            row=row.number, person=row.person, fault=fault or ImportFault.NO_PICTURE, column=column
        )
    for named in row.files:
        found = places.find(named)
        if not found:
            yield PlannedItem(
                file=named,
                row=row.number,
                person=row.person,
                fault=fault or ImportFault.FILE_MISSING,
                column=column,
            )
        for file in found:
            yield PlannedItem(file=file, row=row.number, person=row.person, fault=fault, column=column)


class _Places:
    """Where files are, by what people write for it."""

    def __init__(self, files: Sequence[str], sheet: str) -> None:
        self._beside = str(PurePosixPath(sheet).parent).removeprefix(".")
        self._by_path = _grouped({file: _folded(file) for file in files})
        self._by_name = _grouped({file: _folded(PurePosixPath(file).name) for file in files})
        self._by_folder = _grouped({file: _folded(str(PurePosixPath(file).parent)) for file in files})

    def find(self, named: str) -> Sequence[str]:
        """The files; none when it is not there, or when it may be several."""
        path = _folded(named.replace("\\", "/").removeprefix("./").strip("/"))
        beside = _folded(f"{self._beside}/{path}") if self._beside else path
        for key in dict.fromkeys((beside, path)):
            if len(found := self._by_path.get(key, ())) == 1:
                return found
            if folder := self._by_folder.get(key, ()):
                return folder
        return found if len(found := self._by_name.get(path, ())) == 1 else ()


def _grouped(keys: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(keys):
        grouped[keys[file]].append(file)
    return grouped


def _folded(path: str) -> str:
    """Macs write accents as marks of their own, and Windows does not tell case apart."""
    return unicodedata.normalize("NFC", path).casefold()
