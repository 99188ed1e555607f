"""Enrols many people from one zip file."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid5

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.face_examination import Refusal
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.import_plan import plan_by_folders, plan_by_sheet
from footfall_server.domain.import_sheet import MOST_SHEET_BYTES, read_sheet
from footfall_server.domain.staff_import import (
    MOST_ITEMS,
    PART_BYTES,
    ImportFault,
    ImportItem,
    ImportProblem,
    ImportStep,
    PictureVerdict,
    PlannedItem,
    StaffImport,
    UnreadableImportError,
    summary_of,
)
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields, not_found
from footfall_server.ports import Clock, FaceExaminer, Transactions
from footfall_server.services.import_archive import ArchiveError, EntryError, ImportArchive
from footfall_server.services.import_people import FoundPerson, ImportPeople
from footfall_server.services.import_store import ImportStore
from footfall_server.services.scope import begin_for, require_site, tenant_of
from footfall_server.services.staff import StaffService
from footfall_server.services.staff_faces import StaffFaces

_MOST_LISTED: Final = 50
_SAVED_EVERY: Final = 10
"""Items. What was done since is found done when it is done again."""

_VERDICTS: Final[Mapping[str, PictureVerdict]] = {
    "PICTURE_UNREADABLE": PictureVerdict.NOT_AN_IMAGE,
    "PICTURE_TOO_LARGE": PictureVerdict.TOO_LARGE,
    "NO_FACE": PictureVerdict.NO_FACE,
    "SEVERAL_FACES": PictureVerdict.SEVERAL_FACES,
    "FACE_TOO_SMALL": PictureVerdict.TOO_SMALL,
    "FACE_CUT_OFF": PictureVerdict.CUT_OFF,
    "FACE_TOO_TURNED": PictureVerdict.TOO_TURNED,
    "FACE_TOO_DARK": PictureVerdict.TOO_DARK,
    "FACE_TOO_BRIGHT": PictureVerdict.TOO_BRIGHT,
    "FACE_LOW_CONTRAST": PictureVerdict.LOW_CONTRAST,
    "FACE_BLURRED": PictureVerdict.BLURRED,
    "LOOKS_LIKE_OTHER_STAFF": PictureVerdict.LOOKS_LIKE_OTHER_STAFF,
    "DUPLICATE_FACE": PictureVerdict.DUPLICATE,
    "TOO_MANY_FACES": PictureVerdict.TOO_MANY_FACES,
    "STAFF_LEFT": PictureVerdict.STAFF_LEFT,
}
"""By the reason of StaffFaces.add."""


@dataclass(frozen=True, slots=True)
class ImportState:
    """An import, and the parts that it lacks."""

    record: StaffImport
    missing: Sequence[int]


class StaffImports:
    """Takes zip files in parts, and enrols from them as StaffService and StaffFaces do for the caller."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        store: ImportStore,
        staff: StaffService,
        faces: StaffFaces,
        examiner: FaceExaminer,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._store = store
        self._staff = staff
        self._faces = faces
        self._examiner = examiner
        self._clock = clock
        self._running: dict[UUID, UUID] = {}

    async def begin(self, principal: Principal, *, size_bytes: int, site_ids: frozenset[UUID]) -> ImportState:
        """Makes room for a file. Raises NOT_FOUND for a site that is not there or not the caller's."""
        tenant_id = tenant_of(principal)
        async with begin_for(self._transactions, principal) as tx:
            for site_id in sorted(site_ids):
                require_site(principal, site_id)
                if await tx.sites.get(site_id) is None:
                    raise not_found("site", site_id)
        record = StaffImport(
            import_id=new_id(),
            tenant_id=tenant_id,
            created_by=principal.subject_id,
            created_at=self._clock.now(),
            size_bytes=size_bytes,
            site_ids=site_ids,
        )
        await self._store.save(record)
        return ImportState(record, range(record.parts))

    async def get(self, principal: Principal, import_id: UUID) -> ImportState:
        """How far it is. Raises NOT_FOUND / STAFF_IMPORT_NOT_FOUND."""
        record = await self._known(principal, import_id)
        return ImportState(record, () if record.is_finished else await self._store.missing(record))

    async def list(self, principal: Principal) -> Sequence[ImportState]:
        """Those that the caller reaches and that are not over, the youngest first."""
        now = self._clock.now()
        found = await self._store.youngest(tenant_of(principal), _MOST_LISTED)
        return [
            ImportState(record, missing)
            for record, missing in found
            if record.expires_at > now and _reaches(principal, record)
        ]

    async def delete(self, principal: Principal, import_id: UUID) -> None:
        """Forgets it before its time. Raises NOT_FOUND, and STAFF_IMPORT_STATE while it is running here."""
        record = await self._known(principal, import_id)
        if self._running.get(record.tenant_id) == import_id:
            raise _wrong_state("running", "the import is running; end its run first")
        await self._note(principal, record, {"deleted": True})
        await self._store.forget(record)

    async def put_part(self, principal: Principal, import_id: UUID, *, offset: int, data: bytes) -> None:
        """Keeps a part. Raises INVALID_FIELD for one that is none of this file."""
        record = await self._known(principal, import_id)
        if record.is_finished:
            raise _wrong_state("finished", "the import is finished; begin another one")
        part, rest = divmod(offset, PART_BYTES)
        if rest or part >= record.parts:
            raise _bad_part("offset", f"must be a multiple of {PART_BYTES} within the file")
        if len(data) != record.size_of(part):
            raise _bad_part("data", f"must have {record.size_of(part)} bytes here")
        await self._store.save_part(record, part, data)

    async def run(
        self, principal: Principal, import_id: UUID, *, validate_only: bool
    ) -> AsyncGenerator[ImportStep, None]:
        """Goes on where the run before ended. One at a time for a tenant and replica.

        Raises STAFF_IMPORT_STATE and STAFF_IMPORT_UNREADABLE, and what keeps all of them from being enrolled.
        """
        record = await self._known(principal, import_id)
        if record.is_finished and not validate_only:
            yield ImportStep(len(record.items), len(record.items), summary=summary_of(record.items))
            return
        if record.is_finished or await self._store.missing(record):
            state = "finished" if record.is_finished else "uploading"
            raise _wrong_state(state, "the file is not there: parts are missing, or it was run already")
        if record.tenant_id in self._running:
            raise _wrong_state("running", "an import is running; wait until it is done")
        self._running[record.tenant_id] = import_id
        try:
            async with aclosing(self._steps(principal, record, validate_only=validate_only)) as steps:
                async for step in steps:
                    yield step
        finally:
            del self._running[record.tenant_id]

    async def _steps(
        self, principal: Principal, record: StaffImport, *, validate_only: bool
    ) -> AsyncGenerator[ImportStep, None]:
        with tempfile.TemporaryFile() as file:
            if not await self._store.write_to(record, file):
                raise _wrong_state("uploading", "parts are missing")
            try:
                archive = await asyncio.to_thread(ImportArchive, file)
                planned = await asyncio.to_thread(_planned, archive)
            except UnreadableImportError as error:
                raise _unreadable(error) from None
            record = replace(record, total=len(planned))
            await self._note(principal, record, {"items": len(planned), "validate_only": validate_only})
            people = ImportPeople(
                staff=self._staff,
                transactions=self._transactions,
                principal=principal,
                record=record,
                validate_only=validate_only,
            )
            run = _Run(principal, record.import_id, archive, people, validate_only)
            done = [] if validate_only else list(record.items)
            saved = len(done)
            yield ImportStep(len(planned), len(done))
            try:
                for each in planned[len(done) :]:
                    done.append(await self._item(run, each))
                    if not validate_only and len(done) - saved >= _SAVED_EVERY:
                        await self._store.save(replace(record, items=tuple(done)))
                        saved = len(done)
                    yield ImportStep(len(planned), len(done), item=done[-1])
            finally:
                if not validate_only and saved < len(done):
                    await self._store.save(replace(record, items=tuple(done)))
        summary = summary_of(done)
        if not validate_only:
            await self._store.finish(replace(record, items=tuple(done)))
            counts = {"enrolled": summary.enrolled, "people_created": summary.people_created}
            await self._note(principal, record, {"finished": True, **counts})
        yield ImportStep(len(planned), len(done), summary=summary)

    async def _item(self, run: "_Run", planned: PlannedItem) -> ImportItem:
        blank = ImportItem(planned.file, planned.row, column=planned.column)
        if planned.person is None or planned.fault not in {None, ImportFault.NO_PICTURE}:
            return replace(blank, fault=planned.fault or ImportFault.NO_PERSON)
        content = b""
        if planned.file:
            try:
                content = await asyncio.to_thread(run.archive.read, planned.file)
            except EntryError:
                return replace(blank, fault=ImportFault.FILE_UNREADABLE)
        found = await run.people.find(planned.person)
        item = replace(
            blank, staff_id=found.staff_id, person_created=found.created, fault=found.fault or planned.fault
        )
        if item.fault is not None:
            return item
        if run.validate_only:
            examination = await self._examiner.examine(content, ())
            return _judged(item, examination.refusal)
        return await self._enrolled(run, item, found, content)

    async def _enrolled(
        self, run: "_Run", item: ImportItem, found: FoundPerson, content: bytes
    ) -> ImportItem:
        if found.staff_id is None:
            raise ValueError("somebody was found, or made, and has no id")
        try:
            await self._faces.add(
                run.principal,
                found.staff_id,
                content,
                request_id=uuid5(run.import_id, f"face {item.row} {item.file}"),
            )
        except FootfallError as error:
            if error.reason == "PERMISSION_DENIED":
                return replace(item, fault=ImportFault.NOT_ALLOWED)
            if error.reason not in _VERDICTS:
                raise
            told = error.metadata
            return replace(
                item,
                verdict=_VERDICTS[error.reason],
                measured=_number(told, "measured", "score"),
                needed=_number(told, "needed", "threshold", "most"),
            )
        return replace(item, verdict=PictureVerdict.ACCEPTED)

    async def _known(self, principal: Principal, import_id: UUID) -> StaffImport:
        """For a day, and for whoever reaches it."""
        record = await self._store.find(tenant_of(principal), import_id)
        if record is None or record.expires_at <= self._clock.now() or not _reaches(principal, record):
            raise not_found("staff_import", import_id)
        return record

    async def _note(self, principal: Principal, record: StaffImport, detail: Mapping[str, object]) -> None:
        async with begin_for(self._transactions, principal) as tx:
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.STAFF_IMPORT,
                    record.import_id,
                    at=self._clock.now(),
                    detail=detail,
                    resource="staff_import",
                )
            )


@dataclass(frozen=True, slots=True)
class _Run:
    """What the items of one run have in common."""

    principal: Principal
    import_id: UUID
    archive: ImportArchive
    people: ImportPeople
    validate_only: bool


def _reaches(principal: Principal, record: StaffImport) -> bool:
    """Whoever began it, administrators, and those who are confined to sites that all of it is for."""
    return (
        principal.site_ids is None
        or record.created_by == principal.subject_id
        or (bool(record.site_ids) and record.site_ids <= principal.site_ids)
    )


def _planned(archive: ImportArchive) -> Sequence[PlannedItem]:
    """Raises ArchiveError and SheetError."""
    if archive.sheet is None:
        planned = plan_by_folders(archive.files)
    else:
        rows = read_sheet(archive.read_sheet(MOST_SHEET_BYTES + 1))
        planned = plan_by_sheet(archive.files, rows, sheet=archive.sheet)
    if not planned:
        raise ArchiveError(ImportProblem.EMPTY, "the zip file has no pictures in it")
    if len(planned) > MOST_ITEMS:
        raise ArchiveError(
            ImportProblem.TOO_MANY_FILES, f"the zip file has more than {MOST_ITEMS} pictures and rows"
        )
    return planned


def _judged(item: ImportItem, refusal: Refusal | None) -> ImportItem:
    if refusal is None:
        return replace(item, verdict=PictureVerdict.ACCEPTED)
    return replace(
        item,
        verdict=PictureVerdict(refusal.reason.value),
        measured=refusal.measured,
        needed=refusal.bound,
    )


def _number(told: Mapping[str, str], *names: str) -> float | None:
    return next((float(told[name]) for name in names if name in told), None)


def _bad_part(field: str, said: str) -> FootfallError:
    return invalid_fields([FieldViolation(field, said, "staff_import.part")])


def _unreadable(error: UnreadableImportError) -> FootfallError:
    told = {"problem": error.problem.value, "row": error.row, "column": error.column}
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "STAFF_IMPORT_UNREADABLE",
        str(error),
        metadata={name: str(value) for name, value in told.items() if value is not None},
    )


def _wrong_state(state: str, message: str) -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION, "STAFF_IMPORT_STATE", message, metadata={"state": state}
    )
