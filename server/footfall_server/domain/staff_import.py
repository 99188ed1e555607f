"""Imports of many staff members at once: what they are, what becomes of them, and their bounds. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

PART_BYTES: Final = 3 * 1024 * 1024
"""As base64 in JSON it still fits into one message."""
MOST_BYTES: Final = 256 * 1024 * 1024
LIFETIME: Final = timedelta(days=1)
MOST_ITEMS: Final = 5_000


class PictureVerdict(StrEnum):
    """What became of a picture; named as in the proto's FaceVerdict, in lower case."""

    ACCEPTED = "accepted"
    NOT_AN_IMAGE = "not_an_image"
    TOO_LARGE = "too_large"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    CUT_OFF = "cut_off"
    TOO_TURNED = "too_turned"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    LOW_CONTRAST = "low_contrast"
    BLURRED = "blurred"
    LOOKS_LIKE_OTHER_STAFF = "looks_like_other_staff"
    DUPLICATE = "duplicate"
    TOO_MANY_FACES = "too_many_faces"
    STAFF_LEFT = "staff_left"


class ImportFault(StrEnum):
    """What is wrong with a row or a file, not with what it shows; named as the proto's StaffImportFault."""

    NO_PERSON = "no_person"
    NO_PICTURE = "no_picture"
    FILE_MISSING = "file_missing"
    UNUSED = "unused"
    FILE_UNREADABLE = "file_unreadable"
    SITE_UNKNOWN = "site_unknown"
    AMBIGUOUS = "ambiguous"
    NUMBER_TAKEN = "number_taken"
    NOT_ALLOWED = "not_allowed"
    INVALID = "invalid"


class ImportProblem(StrEnum):
    """Why a file cannot be imported at all; docs/api.md has them."""

    NOT_A_ZIP = "not_a_zip"
    EMPTY = "empty"
    TOO_MANY_FILES = "too_many_files"
    SEVERAL_SHEETS = "several_sheets"
    SHEET_UNREADABLE = "sheet_unreadable"
    SHEET_TOO_LARGE = "sheet_too_large"
    SHEET_EMPTY = "sheet_empty"
    SHEET_ENCODING = "sheet_encoding"
    SHEET_DAMAGED = "sheet_damaged"
    SHEET_TOO_MANY_ROWS = "sheet_too_many_rows"
    SHEET_COLUMN_TWICE = "sheet_column_twice"
    SHEET_NAMES_NOBODY = "sheet_names_nobody"


class UnreadableImportError(Exception):
    """The file cannot be imported; the text says why, and names no value of it.

    `row` is of the CSV file, as spreadsheets count; `column` is one of those that mean something to us.
    """

    def __init__(
        self, problem: ImportProblem, message: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(message)
        self.problem = problem
        self.row = row
        self.column = column


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody as a row, or a folder, names them. `sites` are names or ids of sites."""

    display_name: str = field(default="", repr=False)
    employee_number: str = field(default="", repr=False)
    job_title: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sites: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for rows that mean the same person: the number, else the name."""
        return f"#{self.employee_number}" if self.employee_number else self.display_name.casefold()


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """A picture to enrol, or a row without one; `fault` is what was wrong before anything was looked at.

    `column` is whose value may not be, when that is the fault of a row.
    """

    file: str = field(default="", repr=False)
    row: int = 0
    person: NamedPerson | None = None
    fault: ImportFault | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class ImportItem:
    """What became of a planned item. `verdict` is None where the picture was not looked at."""

    file: str = field(repr=False)
    row: int
    staff_id: UUID | None = None
    person_created: bool = False
    verdict: PictureVerdict | None = None
    fault: ImportFault | None = None
    measured: float | None = None
    needed: float | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """How many items came to what."""

    enrolled: int = 0
    refused: int = 0
    failed: int = 0
    people_created: int = 0


def summary_of(items: Sequence[ImportItem]) -> ImportSummary:
    """A row without a picture counts as failed, though its person is there."""
    enrolled = sum(item.verdict is PictureVerdict.ACCEPTED for item in items)
    looked_at = sum(item.verdict is not None for item in items)
    return ImportSummary(
        enrolled=enrolled,
        refused=looked_at - enrolled,
        failed=len(items) - looked_at,
        people_created=sum(item.person_created for item in items),
    )


@dataclass(frozen=True, slots=True)
class StaffImport:
    """A zip file on its way. `site_ids` are where new people work whose row names no site.

    `total` is how many items there are; 0 as long as the file was not run.
    """

    import_id: UUID
    tenant_id: UUID
    created_by: UUID
    created_at: datetime
    size_bytes: int
    site_ids: frozenset[UUID] = frozenset()
    is_finished: bool = False
    total: int = 0
    items: tuple[ImportItem, ...] = field(default=(), repr=False)

    @property
    def expires_at(self) -> datetime:
        """When it is forgotten."""
        return self.created_at + LIFETIME

    @property
    def parts(self) -> int:
        """How many there are."""
        return -(-self.size_bytes // PART_BYTES)

    def size_of(self, part: int) -> int:
        """Bytes of that part."""
        return min(PART_BYTES, self.size_bytes - part * PART_BYTES)


@dataclass(frozen=True, slots=True)
class ImportStep:
    """How far a run is. The first step has neither item nor summary, the last has the summary."""

    total: int
    done: int
    item: ImportItem | None = None
    summary: ImportSummary | None = None
