"""StaffImportService, as people use it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.face_examiner import picture_of, poor_picture_of
from fakes.import_files import zip_of
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from footfall.v1 import staff_import_service_pb2 as pb
from footfall.v1 import staff_service_pb2
from footfall_server.domain.face_examination import Examination, FaceRefusal
from footfall_server.domain.identity import Role
from footfall_server.domain.staff_import import PART_BYTES
from footfall_server.errors import unavailable
from footfall_server.services.import_store import ImportStore, begun_at, imports_prefix
from footfall_server.services.staff_import_expiry import StaffImportExpiry

ANNA, BORIS, CHRIS = 501, 502, 503
ACCEPTED = staff_service_pb2.FACE_VERDICT_ACCEPTED


class Office:
    """Somebody who imports the staff of the shop's own chain."""

    def __init__(self, shop: Shop, core: Replica) -> None:
        self.shop = shop
        self.stub = core.staff_imports
        self.staff_stub = core.staff
        self.admin: Metadata = shop.signed_in(Role.TENANT_ADMIN)
        self.manager: Metadata = shop.signed_in(Role.SITE_MANAGER)

    async def begun(self, file: bytes, *, caller: Metadata | None = None, sites: Sequence[str] = ()) -> str:
        """The id of an import with all of its parts."""
        caller = caller or self.admin
        request = pb.BeginStaffImportRequest(size_bytes=len(file), site_ids=sites)
        begun = await self.stub.BeginStaffImport(request, metadata=caller)
        for offset in begun.missing_offsets:
            await self.put(begun.import_id, offset, file[offset : offset + begun.part_size_bytes], caller)
        return begun.import_id

    async def put(self, import_id: str, offset: int, data: bytes, caller: Metadata | None = None) -> None:
        request = pb.UploadStaffImportPartRequest(import_id=import_id, offset=offset, data=data)
        await self.stub.UploadStaffImportPart(request, metadata=caller or self.admin)

    async def run(
        self, import_id: str, *, caller: Metadata | None = None, validate_only: bool = False
    ) -> list[pb.RunStaffImportResponse]:
        request = pb.RunStaffImportRequest(import_id=import_id, validate_only=validate_only)
        return [step async for step in self.stub.RunStaffImport(request, metadata=caller or self.admin)]

    async def get(self, import_id: str, *, caller: Metadata | None = None) -> pb.StaffImport:
        request = pb.GetStaffImportRequest(import_id=import_id)
        return await self.stub.GetStaffImport(request, metadata=caller or self.admin)

    async def staff(self) -> dict[str, staff_service_pb2.Staff]:
        answer = await self.staff_stub.ListStaff(
            staff_service_pb2.ListStaffRequest(page_size=100), metadata=self.admin
        )
        return {each.display_name: each for each in answer.staff}

    def objects(self) -> list[str]:
        prefix = imports_prefix(self.shop.own.tenant.tenant_id)
        return [key for key in self.shop.images.objects if key.startswith(prefix)]


@pytest.fixture
def office(shop: Shop, core: Replica) -> Office:
    return Office(shop, core)


def items(steps: Sequence[pb.RunStaffImportResponse]) -> list[pb.StaffImportItem]:
    return [step.item for step in steps if step.HasField("item")]


async def test_folders_become_people_with_their_faces(office: Office) -> None:
    file = zip_of(
        {
            "Anna/1.jpg": picture_of(ANNA),
            "Anna/2.jpg": picture_of(ANNA, 1),
            "Boris/1.jpg": poor_picture_of(BORIS, FaceRefusal.BLURRED),
            "Boris/2.jpg": picture_of(BORIS, 1),
            "Boris/same.jpg": picture_of(BORIS, 1),
            "loose.jpg": picture_of(CHRIS),
        }
    )
    import_id = await office.begun(file)
    steps = await office.run(import_id)
    assert [(step.done, step.total) for step in steps] == [(done, 6) for done in (0, 1, 2, 3, 4, 5, 6, 6)]
    told = {item.file_name: item for item in items(steps)}
    assert told["Anna/1.jpg"].verdict == told["Anna/2.jpg"].verdict == ACCEPTED
    assert told["Anna/1.jpg"].person_created
    assert not told["Anna/2.jpg"].person_created
    blurred = told["Boris/1.jpg"]
    assert blurred.verdict == staff_service_pb2.FACE_VERDICT_BLURRED
    assert (blurred.measured, blurred.needed) == (pytest.approx(0.1), pytest.approx(0.5))
    assert told["Boris/2.jpg"].verdict == ACCEPTED
    assert told["Boris/same.jpg"].verdict == staff_service_pb2.FACE_VERDICT_DUPLICATE
    assert told["loose.jpg"].fault == pb.STAFF_IMPORT_FAULT_NO_PERSON
    summary = pb.StaffImportSummary(enrolled=3, refused=2, failed=1, people_created=2)
    assert steps[-1].summary == summary
    staff = await office.staff()
    assert {name: each.enrolled_face_count for name, each in staff.items()} == {"Anna": 2, "Boris": 1}
    assert told["Anna/2.jpg"].staff_id == staff["Anna"].staff_id
    after = await office.get(import_id)
    assert after.state == pb.STAFF_IMPORT_STATE_FINISHED
    assert after.summary == summary
    assert list(after.items) == items(steps)
    assert not [key for key in office.objects() if "/parts/" in key], "the pictures are gone"


async def test_a_sheet_says_who_is_who(office: Office, shop: Shop) -> None:
    site = shop.own.site
    sheet = (
        "File;Name;Employee Number;Job Title;Email;Sites\n"
        f"a.jpg;Anna Ünal;P-1;Kasse;anna@nord.example;{site.display_name}\n"
        "b.jpg;Boris;;;;\n"
        "B2.JPG;boris;;;;\n"
        ";Dora;P-4;;;\n"
        "gone.jpg;Erik;;;;\n"
        "c.jpg;Chris;;;;Atlantis\n"
    )
    pictures = {
        "in/a.jpg": picture_of(ANNA),
        "in/b.jpg": picture_of(BORIS),
        "in/b2.jpg": picture_of(BORIS, 1),
        "in/c.jpg": picture_of(CHRIS),
        "in/spare.jpg": picture_of(ANNA, 1),
    }
    import_id = await office.begun(zip_of({"in/staff.csv": "\ufeff" + sheet, **pictures}))
    told = {(item.row, item.file_name): item for item in items(await office.run(import_id))}
    assert told[2, "in/a.jpg"].verdict == ACCEPTED
    assert told[4, "in/b2.jpg"].staff_id == told[3, "in/b.jpg"].staff_id
    assert told[5, ""].fault == pb.STAFF_IMPORT_FAULT_NO_PICTURE
    assert told[6, "gone.jpg"].fault == pb.STAFF_IMPORT_FAULT_FILE_MISSING
    assert told[7, "in/c.jpg"].fault == pb.STAFF_IMPORT_FAULT_SITE_UNKNOWN
    assert told[0, "in/spare.jpg"].fault == pb.STAFF_IMPORT_FAULT_UNUSED
    staff = await office.staff()
    assert set(staff) == {"Anna Ünal", "Boris", "Dora"}
    anna = staff["Anna Ünal"]
    assert (anna.employee_number, anna.job_title, anna.email) == ("P-1", "Kasse", "anna@nord.example")
    assert list(anna.site_ids) == [str(site.site_id)]
    assert staff["Boris"].enrolled_face_count == 2


async def test_people_who_are_there_get_more_faces(office: Office) -> None:
    for name, number in (("Anna", "P-1"), ("Anna", "P-2"), ("Boris", "")):
        staff = staff_service_pb2.Staff(display_name=name, employee_number=number)
        await office.staff_stub.CreateStaff(
            staff_service_pb2.CreateStaffRequest(staff=staff), metadata=office.admin
        )
    sheet = "file,name,number\na.jpg,Somebody Else,P-2\nb.jpg,BORIS,\nc.jpg,anna,\n"
    pictures = {"a.jpg": picture_of(ANNA), "b.jpg": picture_of(BORIS), "c.jpg": picture_of(CHRIS)}
    told = items(await office.run(await office.begun(zip_of({"staff.csv": sheet, **pictures}))))
    assert [item.person_created for item in told] == [False] * 3
    assert [item.verdict for item in told] == [ACCEPTED, ACCEPTED, 0]
    assert told[2].fault == pb.STAFF_IMPORT_FAULT_AMBIGUOUS
    faces = await office.staff_stub.ListFaces(
        staff_service_pb2.ListFacesRequest(staff_id=told[0].staff_id), metadata=office.admin
    )
    assert len(faces.faces) == 1


async def test_a_dry_run_looks_at_everything_and_makes_nothing(office: Office) -> None:
    bad = poor_picture_of(BORIS, FaceRefusal.TOO_SMALL)
    import_id = await office.begun(zip_of({"Anna/1.jpg": picture_of(ANNA), "Boris/1.jpg": bad}))
    steps = await office.run(import_id, validate_only=True)
    anna, boris = items(steps)
    assert (anna.verdict, anna.person_created, anna.staff_id) == (ACCEPTED, True, "")
    assert (boris.verdict, boris.measured, boris.needed) == (
        staff_service_pb2.FACE_VERDICT_TOO_SMALL,
        pytest.approx(12.0),
        pytest.approx(32.0),
    )
    assert steps[-1].summary == pb.StaffImportSummary(enrolled=1, refused=1, people_created=2)
    assert await office.staff() == {}
    after = await office.get(import_id)
    assert after.state == pb.STAFF_IMPORT_STATE_READY
    assert not after.items
    assert len(items(await office.run(import_id))) == 2, "and then it is run"


async def test_a_run_that_broke_goes_on(office: Office, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examiner fails once, at the second picture."""
    file = zip_of({f"Anna/{shot}.jpg": picture_of(ANNA, shot) for shot in range(3)})
    import_id = await office.begun(file)
    whole = shop.examiner.examine

    async def broken(picture: bytes, model_ids: Collection[str]) -> Examination:
        if picture == picture_of(ANNA, 1):
            monkeypatch.setattr(shop.examiner, "examine", whole)
            raise unavailable("STORE_UNAVAILABLE", "away")
        return await whole(picture, model_ids)

    monkeypatch.setattr(shop.examiner, "examine", broken)
    assert (await failure(office.run(import_id))).reason == "STORE_UNAVAILABLE"
    assert [item.file_name for item in (await office.get(import_id)).items] == ["Anna/0.jpg"]
    again = await office.run(import_id)
    assert [(step.done, step.total) for step in again] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert again[-1].summary == pb.StaffImportSummary(enrolled=3, people_created=1)
    assert (await office.staff())["Anna"].enrolled_face_count == 3
    [once_more] = await office.run(import_id)
    assert once_more.summary == again[-1].summary
    assert {item.verdict for item in (await office.get(import_id)).items} == {ACCEPTED}


async def test_parts_come_in_any_order_and_more_than_once(office: Office) -> None:
    file = zip_of({"Anna/1.jpg": picture_of(ANNA), "Anna/large.jpg": bytes(2 * PART_BYTES)})
    begun = await office.stub.BeginStaffImport(
        pb.BeginStaffImportRequest(size_bytes=len(file)), metadata=office.admin
    )
    assert list(begun.missing_offsets) == [0, PART_BYTES, 2 * PART_BYTES]
    assert begun.state == pb.STAFF_IMPORT_STATE_UPLOADING
    for offset in (2 * PART_BYTES, 0, 2 * PART_BYTES):
        await office.put(begun.import_id, offset, file[offset : offset + PART_BYTES])
    assert list((await office.get(begun.import_id)).missing_offsets) == [PART_BYTES]
    told = await failure(office.run(begun.import_id))
    assert (told.reason, told.metadata["state"]) == ("STAFF_IMPORT_STATE", "uploading")
    await office.put(begun.import_id, PART_BYTES, file[PART_BYTES : 2 * PART_BYTES])
    assert (await office.get(begun.import_id)).state == pb.STAFF_IMPORT_STATE_READY
    first, large = items(await office.run(begun.import_id))
    assert (first.verdict, large.verdict) == (ACCEPTED, staff_service_pb2.FACE_VERDICT_NOT_AN_IMAGE)
    assert (await failure(office.put(begun.import_id, 0, file[:PART_BYTES]))).metadata["state"] == "finished"


@pytest.mark.parametrize(("offset", "size"), [(5, 100), (PART_BYTES, 100), (0, 99), (0, 101)])
async def test_a_part_of_another_file_is_refused(office: Office, offset: int, size: int) -> None:
    begun = await office.stub.BeginStaffImport(
        pb.BeginStaffImportRequest(size_bytes=100), metadata=office.admin
    )
    assert (await failure(office.put(begun.import_id, offset, bytes(size)))).reason == "INVALID_FIELD"


@pytest.mark.parametrize(
    ("file", "said", "place"),
    [
        (b"%PDF-1.7" + bytes(100), "no zip file", {"problem": "not_a_zip"}),
        (zip_of({"readme/": b""}), "no pictures", {"problem": "empty"}),
        (
            zip_of({"a.jpg": b"x", "staff.csv": "name,title,position\nAnna,Kasse,\n"}),
            "two columns",
            {"problem": "sheet_column_twice", "row": "1", "column": "job_title"},
        ),
    ],
    ids=["pdf", "empty", "sheet"],
)
async def test_what_cannot_be_imported_is_said(
    office: Office, file: bytes, said: str, place: Mapping[str, str]
) -> None:
    import_id = await office.begun(file)
    told = await failure(office.run(import_id))
    assert told.reason == "STAFF_IMPORT_UNREADABLE"
    assert said in told.message
    assert place.items() <= told.metadata.items()


async def test_a_value_that_may_not_be_is_told_with_its_row_and_column(office: Office) -> None:
    sheet = "file,name,email\na.jpg,Anna,anna at home\n"
    import_id = await office.begun(zip_of({"staff.csv": sheet, "a.jpg": picture_of(ANNA)}))
    [anna] = items(await office.run(import_id))
    assert (anna.fault, anna.row, anna.column) == (pb.STAFF_IMPORT_FAULT_INVALID, 2, "email")


async def test_imports_are_found_again_until_they_are_over(office: Office, shop: Shop) -> None:
    file = zip_of({"Anna/1.jpg": picture_of(ANNA)})
    done = await office.begun(file)
    await office.run(done)
    request = pb.BeginStaffImportRequest(size_bytes=PART_BYTES + 1)
    begun = await office.stub.BeginStaffImport(request, metadata=office.admin)
    await office.put(begun.import_id, 0, bytes(PART_BYTES))
    listed = (await office.stub.ListStaffImports(pb.ListStaffImportsRequest(), metadata=office.admin)).imports
    ids = [each.import_id for each in listed]
    assert ids == sorted([done, begun.import_id], reverse=True)
    found = {each.import_id: each for each in listed}
    assert found[begun.import_id].state == pb.STAFF_IMPORT_STATE_UPLOADING
    assert list(found[begun.import_id].missing_offsets) == [PART_BYTES]
    assert found[done].state == pb.STAFF_IMPORT_STATE_FINISHED
    assert (found[done].total, found[done].summary.enrolled, list(found[done].items)) == (1, 1, [])
    assert (await office.get(done)).total == 1
    strangers = [office.manager, shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign)]
    for caller in strangers:
        answer = await office.stub.ListStaffImports(pb.ListStaffImportsRequest(), metadata=caller)
        assert not answer.imports
    shop.clock.advance(timedelta(days=2))
    admin = shop.signed_in(Role.TENANT_ADMIN)
    answer = await office.stub.ListStaffImports(pb.ListStaffImportsRequest(), metadata=admin)
    assert not answer.imports


async def test_an_import_is_deleted_before_its_time(office: Office, shop: Shop) -> None:
    import_id = await office.begun(zip_of({f"Anna/{shot}.jpg": picture_of(ANNA, shot) for shot in range(3)}))
    request = pb.DeleteStaffImportRequest(import_id=import_id)
    told = await failure(office.stub.DeleteStaffImport(request, metadata=office.manager))
    assert told.reason == "STAFF_IMPORT_NOT_FOUND"
    shop.examiner.may_go_on.clear()
    run = office.stub.RunStaffImport(pb.RunStaffImportRequest(import_id=import_id), metadata=office.admin)
    assert (await anext(aiter(run))).total == 3
    told = await failure(office.stub.DeleteStaffImport(request, metadata=office.admin))
    assert (told.reason, told.metadata["state"]) == ("STAFF_IMPORT_STATE", "running")
    shop.examiner.may_go_on.set()
    assert [step.done async for step in run][-1] == 3
    await office.stub.DeleteStaffImport(request, metadata=office.admin)
    assert office.objects() == []
    assert (await failure(office.get(import_id))).reason == "STAFF_IMPORT_NOT_FOUND"
    assert (await office.staff())["Anna"].enrolled_face_count == 3, "who was enrolled stays"
    notes = [
        json.loads(each.detail)
        for each in shop.transactions.tables(shop.own.tenant.tenant_id).audit.values()
        if each.action == "staff.import"
    ]
    assert {"deleted": True} in notes


async def test_site_managers_import_for_their_sites(office: Office, shop: Shop) -> None:
    own, other = str(shop.own.site.site_id), str(shop.own.other_site.site_id)
    assert (
        await failure(office.begun(b"x", caller=office.manager, sites=[other]))
    ).reason == "SITE_NOT_FOUND"
    for name, sites in (("Both", [own, other]), ("Theirs", [other])):
        staff = staff_service_pb2.Staff(display_name=name, employee_number=f"P-{name}", site_ids=sites)
        await office.staff_stub.CreateStaff(
            staff_service_pb2.CreateStaffRequest(staff=staff), metadata=office.admin
        )
    sheet = (
        "file,name,number,sites\n"
        "a.jpg,Anna,,\n"
        "b.jpg,Both,P-Both,\n"
        "c.jpg,Chris,P-Theirs,\n"
        f"d.jpg,Dora,,{other}\n"
    )
    pictures = {f"{name}.jpg": picture_of(510 + index) for index, name in enumerate("abcd")}
    file = zip_of({"staff.csv": sheet, **pictures})
    import_id = await office.begun(file, caller=office.manager, sites=[own])
    told = items(await office.run(import_id, caller=office.manager))
    assert [item.fault for item in told] == [
        pb.STAFF_IMPORT_FAULT_UNSPECIFIED,
        pb.STAFF_IMPORT_FAULT_NOT_ALLOWED,
        pb.STAFF_IMPORT_FAULT_NUMBER_TAKEN,
        pb.STAFF_IMPORT_FAULT_SITE_UNKNOWN,
    ]
    assert list((await office.staff())["Anna"].site_ids) == [own]
    everywhere = await office.begun(zip_of({"Erik/1.jpg": picture_of(520)}), caller=office.manager)
    [erik] = items(await office.run(everywhere, caller=office.manager))
    assert erik.fault == pb.STAFF_IMPORT_FAULT_SITE_UNKNOWN, "a site manager has to say where"


async def test_an_import_is_for_a_day_and_for_those_it_concerns(office: Office, shop: Shop) -> None:
    import_id = await office.begun(zip_of({"Anna/1.jpg": picture_of(ANNA)}))
    strangers = [
        office.manager,
        shop.signed_in(Role.TENANT_ADMIN, chain=shop.foreign),
    ]
    for caller in strangers:
        assert (await failure(office.get(import_id, caller=caller))).reason == "STAFF_IMPORT_NOT_FOUND"
    shop.clock.advance(timedelta(days=1))
    assert (
        await failure(office.get(import_id, caller=shop.signed_in(Role.TENANT_ADMIN)))
    ).reason == "STAFF_IMPORT_NOT_FOUND"


async def test_what_is_over_is_swept_away(office: Office, shop: Shop) -> None:
    import_id = await office.begun(zip_of({"Anna/1.jpg": picture_of(ANNA)}))
    expiry = StaffImportExpiry(
        transactions=shop.transactions, store=ImportStore(shop.images), clock=shop.clock
    )
    begun = begun_at(UUID(import_id))
    shop.clock.at = begun + timedelta(hours=23, minutes=50)
    assert await expiry.sweep() == 0
    shop.clock.at = begun + timedelta(hours=26)
    assert await expiry.sweep() == 2
    assert office.objects() == []


async def test_runs_are_audited_and_nothing_personal_is_said(
    office: Office, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Frau Q7 Vertraulich"
    import_id = await office.begun(zip_of({f"{secret}/geheim.jpg": picture_of(ANNA)}))
    await office.run(import_id)
    entries = list(shop.transactions.tables(shop.own.tenant.tenant_id).audit.values())
    notes = [json.loads(each.detail) for each in entries if each.action == "staff.import"]
    assert notes == [
        {"items": 1, "validate_only": False},
        {"enrolled": 1, "finished": True, "people_created": 1},
    ]
    told = "".join(each.detail for each in entries) + caplog.text
    assert "Vertraulich" not in told
    assert "geheim" not in told


@pytest.mark.parametrize(
    "import_id",
    ["0193e5a0-8c00-7000-8000-000000000001", "ffffffff-ffff-7fff-bfff-ffffffffffff"],
    ids=["nobody's", "of no time in the calendar"],
)
async def test_an_unknown_import_is_not_found(office: Office, import_id: str) -> None:
    assert (await failure(office.run(import_id))).reason == "STAFF_IMPORT_NOT_FOUND"
