"""Contract of the faces of a tenant's staff."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from customer_samples import a_customer
from footfall_server.domain.batch import BatchRecords, IdentityChanges
from footfall_server.domain.customer import Customer
from footfall_server.domain.person import CustomerKind, GalleryFace
from footfall_server.domain.staff_gallery import StaffFace
from footfall_server.ports import Transactions
from storage_samples import MODEL, NOON, a_face

STAFF = CustomerKind.STAFF
LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def added(transactions: Transactions, tenant_id: UUID, *kinds: CustomerKind) -> list[Customer]:
    async with transactions.begin_exclusive(tenant_id) as tx:
        people = [a_customer(f"P{number}", kind=kind) for number, kind in enumerate(kinds)]
        return [await tx.customers.add(each, None) for each in people]


async def with_faces(transactions: Transactions, tenant_id: UUID, *faces: GalleryFace) -> None:
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.batches.write(BatchRecords(at=NOON, people=IdentityChanges(faces=faces)))


async def refreshed(transactions: Transactions, tenant_id: UUID, model_id: str = MODEL) -> int:
    """How many faces changed; a second look finds nothing."""
    async with transactions.begin(tenant_id) as tx:
        current = await tx.staff_gallery.is_current(model_id)
    async with transactions.begin_exclusive(tenant_id) as tx:
        changed = await tx.staff_gallery.refresh(model_id)
    assert current == (changed == 0)
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.staff_gallery.is_current(model_id)
        assert await tx.staff_gallery.refresh(model_id) == 0
    return changed


async def after(
    transactions: Transactions, tenant_id: UUID, version: int = 0, *, limit: int = 99
) -> list[StaffFace]:
    async with transactions.begin(tenant_id) as tx:
        return list(await tx.staff_gallery.after(MODEL, version, limit))


def owners(faces: list[StaffFace]) -> dict[UUID, UUID | None]:
    return {face.face_id: face.staff_id for face in faces}


async def test_faces_of_staff_come_and_go_by_version(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    visitor, clerk, boss = await added(transactions, tenant_id, CustomerKind.VISITOR, STAFF, STAFF)
    faces = [a_face(each.customer_id, seed=n) for n, each in enumerate((visitor, clerk, clerk, boss))]
    other_model = a_face(boss.customer_id, seed=9, model_id="other-128")
    await with_faces(transactions, tenant_id, *faces, other_model)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.staff_gallery.version(MODEL) == 0
    assert await refreshed(transactions, tenant_id) == 3
    found = await after(transactions, tenant_id)
    assert owners(found) == {face.face_id: face.customer_id for face in faces[1:]}
    for face in found:
        [source] = [each for each in faces if each.face_id == face.face_id]
        assert face.embedding is not None
        assert np.array_equal(face.embedding, source.embedding)
    versions = [face.version for face in found]
    assert versions == sorted(set(versions))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.staff_gallery.version(MODEL) == versions[-1]
    assert owners(await after(transactions, tenant_id, limit=2)) == owners(found[:2])
    assert owners(await after(transactions, tenant_id, versions[1])) == owners(found[2:])
    # Somebody leaves, somebody joins.
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.save([replace(clerk, kind=CustomerKind.VISITOR)])
        await tx.customers.save([replace(visitor, kind=STAFF)])
    assert await refreshed(transactions, tenant_id) == 3
    newer = await after(transactions, tenant_id, versions[-1])
    assert owners(newer) == {
        faces[0].face_id: visitor.customer_id,
        faces[1].face_id: None,
        faces[2].face_id: None,
    }
    assert min(face.version for face in newer) > versions[-1]
    assert len(await after(transactions, tenant_id)) == 4, "each face is told of once, as it is"
    assert await refreshed(transactions, tenant_id, "other-128") == 1
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.staff_gallery.version(MODEL) == 0
        assert not await tx.staff_gallery.after(MODEL, 0, 9)


async def test_who_is_merged_into_staff_is_staff(transactions: Transactions, tenant_id: UUID) -> None:
    clerk, twin = await added(transactions, tenant_id, STAFF, CustomerKind.VISITOR)
    face = a_face(twin.customer_id)
    await with_faces(transactions, tenant_id, face)
    assert await refreshed(transactions, tenant_id) == 0
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.save([replace(twin, root_id=clerk.customer_id, merged_into=clerk.customer_id)])
    assert await refreshed(transactions, tenant_id) == 1
    assert owners(await after(transactions, tenant_id)) == {face.face_id: clerk.customer_id}


async def test_who_was_staff_long_ago_is_forgotten(transactions: Transactions, tenant_id: UUID) -> None:
    clerk, boss = await added(transactions, tenant_id, STAFF, STAFF)
    faces = [a_face(clerk.customer_id), a_face(boss.customer_id, seed=2)]
    await with_faces(transactions, tenant_id, *faces)
    await refreshed(transactions, tenant_id)
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.save([replace(clerk, kind=CustomerKind.VISITOR)])
    await refreshed(transactions, tenant_id)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.staff_gallery.purge(LONG_AGO + timedelta(days=1)) == 0
        assert await tx.staff_gallery.purge(FAR_OFF) == 1
    assert owners(await after(transactions, tenant_id)) == {faces[1].face_id: boss.customer_id}


async def test_models_are_told_as_long_as_a_face_is_somebodys(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    async def model_ids(of: UUID) -> list[str]:
        async with transactions.begin(of) as tx:
            return list(await tx.staff_gallery.model_ids())

    [clerk] = await added(transactions, tenant_id, STAFF)
    faces = [a_face(clerk.customer_id, seed=1), a_face(clerk.customer_id, seed=2, model_id="other-128")]
    await with_faces(transactions, tenant_id, *faces)
    assert await model_ids(tenant_id) == []
    for model_id in (MODEL, "other-128"):
        await refreshed(transactions, tenant_id, model_id)
    assert sorted(await model_ids(tenant_id)) == sorted([MODEL, "other-128"])
    assert await model_ids(other_tenant_id) == []
    async with transactions.begin_exclusive(tenant_id) as tx:
        await tx.customers.save([replace(clerk, kind=CustomerKind.VISITOR)])
    await refreshed(transactions, tenant_id, "other-128")
    assert await model_ids(tenant_id) == [MODEL]
