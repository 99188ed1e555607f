"""Contract of staff, and of the faces that they were enrolled with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from customer_samples import a_customer
from fakes.synthetic_faces import GOOD
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import Embedding
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind, Provenance
from footfall_server.domain.staff import (
    EnrolledFace,
    StaffDetails,
    StaffFilter,
    StaffPresence,
    portrait_key,
)
from footfall_server.errors import FootfallError
from footfall_server.ports import Transactions
from storage_samples import DIMENSION, MODEL, NOON, a_site

OTHER_MODEL = "other-128"
STAFF = CustomerKind.STAFF


async def hired(transactions: Transactions, tenant_id: UUID, *names: str) -> list[Customer]:
    async with transactions.begin_exclusive(tenant_id) as tx:
        return [await tx.customers.add(a_customer(name, kind=STAFF), None) for name in names]


async def saved(transactions: Transactions, tenant_id: UUID, *details: StaffDetails) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        for each in details:
            await tx.staff.save(each)


def details_of(person: Customer, **values: object) -> StaffDetails:
    return replace(StaffDetails(person.customer_id, updated_at=NOON), **values)  # type: ignore[arg-type]


def vector(seed: int, size: int = DIMENSION) -> Embedding:
    drawn = np.random.default_rng(seed).standard_normal(size)
    unit: Embedding = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


def an_enrolled_face(
    tenant_id: UUID, staff_id: UUID, *, at: datetime = NOON, score: float = 0.9
) -> EnrolledFace:
    face_id = new_id()
    return EnrolledFace(
        face_id=face_id,
        staff_id=staff_id,
        object_key=portrait_key(tenant_id, staff_id, face_id),
        width=160,
        height=208,
        box=(30.0, 26.5, 100.0, 130.0),
        landmarks=((50.0, 76.0), (110.5, 76.0), (80.0, 106.0), (60.0, 136.0), (100.0, 136.0)),
        quality=replace(GOOD, score=score),
        created_at=at,
        created_by=new_id(),
        closest_own=0.5,
        model_ids=(MODEL, OTHER_MODEL),
    )


async def enrolled(
    transactions: Transactions, tenant_id: UUID, *faces: EnrolledFace, request_id: UUID | None = None
) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        for number, face in enumerate(faces):
            embeddings = {MODEL: vector(number), OTHER_MODEL: vector(number, 128)}
            await tx.enrolments.add(
                face, embeddings=embeddings, aligned_jpeg=b"\xff\xd8\xff1", request_id=request_id
            )


async def page(
    transactions: Transactions, tenant_id: UUID, matching: StaffFilter, **more: int
) -> Sequence[UUID]:
    async with transactions.begin(tenant_id) as tx:
        return await tx.staff.page(matching=matching, after=more.get("after"), limit=more.get("limit", 99))


async def test_details_are_kept_and_changed(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID, site_id: UUID
) -> None:
    [anna] = await hired(transactions, tenant_id, "Anna")
    said = details_of(
        anna,
        employee_number="P-1",
        job_title="till",
        email="a@example.com",
        site_ids=frozenset({site_id}),
        joined_at=NOON - timedelta(days=9),
        left_at=NOON,
    )
    await saved(transactions, tenant_id, said)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.staff.find([anna.customer_id, new_id()]) == {anna.customer_id: said}
    changed = replace(said, job_title="", left_at=None, site_ids=frozenset())
    await saved(transactions, tenant_id, changed)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.staff.find([anna.customer_id]) == {anna.customer_id: changed}
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.staff.find([anna.customer_id]) == {}


async def test_an_employee_number_is_one_persons(transactions: Transactions, tenant_id: UUID) -> None:
    anna, ben, cleo = await hired(transactions, tenant_id, "Anna", "Ben", "Cleo")
    await saved(transactions, tenant_id, details_of(anna, employee_number="P-1"))
    with pytest.raises(FootfallError, match="employee number") as refused:
        await saved(transactions, tenant_id, details_of(ben, employee_number="P-1"))
    assert refused.value.reason == "ALREADY_EXISTS"
    await saved(transactions, tenant_id, details_of(ben), details_of(cleo))


async def test_lists_narrow_and_go_on(transactions: Transactions, tenant_id: UUID, site_id: UUID) -> None:
    anna, ben, cleo, dora = await hired(transactions, tenant_id, "Anna", "Ben", "Cleo", "Dora")
    elsewhere = a_site("Harbour")
    async with transactions.begin(tenant_id) as tx:
        await tx.sites.add(elsewhere, None)
    await saved(
        transactions,
        tenant_id,
        details_of(anna, site_ids=frozenset({site_id}), employee_number="X-1"),
        details_of(ben, site_ids=frozenset({elsewhere.site_id}), left_at=NOON),
        details_of(cleo, site_ids=frozenset({site_id, elsewhere.site_id})),
    )
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.add(a_customer("Annabel"), None)
    ids = [each.customer_id for each in (anna, ben, cleo, dora)]
    everybody = StaffFilter(now=NOON)
    assert await page(transactions, tenant_id, everybody) == ids, "with or without details; visitors never"
    assert await page(transactions, tenant_id, everybody, after=anna.number or 0, limit=2) == ids[1:3]
    assert await page(transactions, tenant_id, replace(everybody, name="nn")) == ids[:1]
    assert await page(transactions, tenant_id, replace(everybody, name="x-")) == ids[:1]
    at_site = replace(everybody, works_at=site_id)
    assert await page(transactions, tenant_id, at_site) == [ids[0], ids[2], ids[3]], "and everywhere"
    left = replace(everybody, presence=StaffPresence.LEFT)
    assert await page(transactions, tenant_id, left) == ids[1:2]
    earlier = replace(left, now=NOON - timedelta(seconds=1))
    assert await page(transactions, tenant_id, earlier) == []
    active = replace(everybody, presence=StaffPresence.ACTIVE)
    assert await page(transactions, tenant_id, active) == [ids[0], ids[2], ids[3]]
    reached = replace(everybody, reach=frozenset({elsewhere.site_id}))
    assert await page(transactions, tenant_id, reached) == ids[1:3], "not who works everywhere"


async def test_whoever_is_confined_sees_who_works_at_one_of_the_sites(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    anna, ben, cleo = await hired(transactions, tenant_id, "Anna", "Ben", "Cleo")
    other = new_id()
    await saved(
        transactions,
        tenant_id,
        details_of(anna, site_ids=frozenset({site_id, other})),
        details_of(ben, site_ids=frozenset({other})),
        details_of(cleo),
    )
    async with transactions.begin(tenant_id, sites=[site_id]) as tx:
        found = await tx.staff.find([each.customer_id for each in (anna, ben, cleo)])
    assert set(found) == {anna.customer_id}
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.staff.leave_site(other) == 2
        left = await tx.staff.find([anna.customer_id, ben.customer_id])
    assert {key: each.site_ids for key, each in left.items()} == {
        anna.customer_id: {site_id},
        ben.customer_id: frozenset(),
    }


async def test_enrolled_faces_are_faces_of_the_gallery(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    anna, ben = await hired(transactions, tenant_id, "Anna", "Ben")
    first = an_enrolled_face(tenant_id, anna.customer_id)
    second = an_enrolled_face(tenant_id, anna.customer_id, at=NOON + timedelta(seconds=1), score=0.95)
    request_id = new_id()
    await enrolled(transactions, tenant_id, first, request_id=request_id)
    await enrolled(transactions, tenant_id, second)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.enrolments.of([anna.customer_id, ben.customer_id]) == [first, second]
        assert await tx.enrolments.requested(request_id) == first
        assert await tx.enrolments.requested(new_id()) is None
        counted = await tx.enrolments.counted([anna.customer_id, ben.customer_id])
        assert set(counted) == {anna.customer_id}
        assert (counted[anna.customer_id].faces, counted[anna.customer_id].best_id) == (2, second.face_id)
        found = await tx.enrolments.embeddings([anna.customer_id], OTHER_MODEL)
        assert set(found) == {first.face_id, second.face_id}
        assert np.array_equal(found[first.face_id], vector(0, 128))
    async with transactions.begin(tenant_id) as tx:
        outbox = await tx.gallery.take_unindexed(99)
    assert [each.provenance for each in outbox] == [Provenance.ENROLLED] * 4
    assert {each.exemplar_id for each in outbox} == {first.face_id, second.face_id}
    async with transactions.begin(tenant_id) as tx:
        behind = await tx.enrolments.behind([*(each.face_id for each in outbox), new_id()])
        assert behind == {each.face_id: each.exemplar_id for each in outbox}
        lacking = await tx.model_faces.lacking(
            "third-64", having=MODEL, change_id=new_id(), after=None, limit=9
        )
        assert [each.jpeg for each in lacking] == [b"\xff\xd8\xff1"] * 2, "other models can have them"
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.enrolments.remove([first.face_id], NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.enrolments.of([anna.customer_id]) == [second]
        assert {each.exemplar_id for each in await tx.gallery.take_unindexed(99)} == {second.face_id}
        gone = await tx.gallery.take_removals(99)
        assert {each.face_id for each in gone} == {
            each.face_id for each in outbox if each.exemplar_id == first.face_id
        }
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.enrolments.of([anna.customer_id]) == []


async def test_leavers_are_those_who_left_and_are_known_by_a_face(
    transactions: Transactions, tenant_id: UUID
) -> None:
    anna, ben, cleo, dora = await hired(transactions, tenant_id, "Anna", "Ben", "Cleo", "Dora")
    await saved(
        transactions,
        tenant_id,
        details_of(anna, left_at=NOON),
        details_of(ben, left_at=NOON + timedelta(seconds=1)),
        details_of(cleo, left_at=NOON),
    )
    faces = [an_enrolled_face(tenant_id, each.customer_id) for each in (anna, ben, dora)]
    await enrolled(transactions, tenant_id, *faces)

    async def leavers() -> Sequence[UUID]:
        async with transactions.begin(tenant_id) as tx:
            return await tx.staff.leavers(NOON, 9)

    assert await leavers() == [anna.customer_id]
    async with transactions.begin_exclusive(tenant_id) as tx:
        # Who turns out to be Cleo brings faces along.
        await tx.customers.save([replace(dora, root_id=cleo.customer_id, merged_into=cleo.customer_id)])
    assert await leavers() == sorted([anna.customer_id, cleo.customer_id])
    async with transactions.begin_exclusive(tenant_id) as tx:
        erased = await tx.erasure.erase_faces([anna.customer_id, cleo.customer_id, dora.customer_id], NOON)
    assert erased.faces == 4
    assert set(erased.object_keys) == {faces[0].object_key, faces[2].object_key}
    assert await leavers() == []
    async with transactions.begin(tenant_id) as tx:
        assert set(await tx.staff.find([anna.customer_id, cleo.customer_id])) == {
            anna.customer_id,
            cleo.customer_id,
        }, "the details stay"


async def test_whoever_is_erased_leaves_no_details_and_no_picture(
    transactions: Transactions, tenant_id: UUID
) -> None:
    anna, ben = await hired(transactions, tenant_id, "Anna", "Ben")
    await saved(transactions, tenant_id, details_of(anna), details_of(ben))
    faces = [an_enrolled_face(tenant_id, each.customer_id) for each in (anna, ben)]
    await enrolled(transactions, tenant_id, *faces)
    async with transactions.begin_exclusive(tenant_id) as tx:
        erased = await tx.erasure.erase([anna.customer_id], NOON)
    assert erased.object_keys == (faces[0].object_key,)
    async with transactions.begin(tenant_id) as tx:
        assert set(await tx.staff.find([anna.customer_id, ben.customer_id])) == {ben.customer_id}
        assert await tx.enrolments.of([anna.customer_id, ben.customer_id]) == [faces[1]]
