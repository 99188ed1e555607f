"""Nobody who was erased comes back: by a worker that was offline, by a late upload, or by an old backup."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from fakes.counting_shop import Shop
from fakes.erasures import an_erasure_key
from fakes.manual_clock import START
from fakes.memory_tables import TenantTables
from fakes.synthetic_faces import face_event, person
from footfall_server.domain.audit import Action
from footfall_server.domain.erasure import SubjectKind
from footfall_server.domain.face_event import FaceOutcome, Recorded
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.jobs import JobResult
from footfall_server.erasing import Erasing, erasing
from footfall_server.errors import EventRefusedError
from footfall_server.services.customer_removal import ErasureOrder
from footfall_server.services.erasure_sweep import RETURNED
from footfall_server.services.merging import MergeOrder, Merging
from footfall_server.services.splitting import SplitOrder, Splitting

JPEG = b"\xff\xd8\xff" + bytes(1000)
NOBODY = {"people": 0, "tracks": 0, "objects": 0}


class World:
    """A shop whose people can be erased, and whose database can be put back as it was."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.admin: Principal = replace(self.shop.principal(Role.TENANT_ADMIN), site_ids=None)
        self.merging = Merging(transactions=self.shop.transactions, clock=self.shop.clock)
        self.splitting = Splitting(transactions=self.shop.transactions, clock=self.shop.clock)
        self._visits = 0

    def erasing(self, key: int = 1) -> Erasing:
        shop = self.shop
        stores = {"transactions": shop.transactions, "images": shop.images, "clock": shop.clock}
        return erasing(**stores, key=an_erasure_key(key), issuer="footfall", every=timedelta(seconds=1))  # type: ignore[arg-type]

    async def see(self, number: int, *, track_id: UUID | None = None, final: bool = True) -> Recorded:
        """Somebody comes, hours after everybody before."""
        self._visits += 1
        at = START + timedelta(hours=3 * self._visits)
        self.shop.clock.at = at + timedelta(minutes=1)
        event = face_event(self.shop.camera_id, person(number), at=at, track_id=track_id, final=final)
        [told] = await self.shop.ingest.record_many(self.shop.principal(), [replace(event, crop_jpeg=JPEG)])
        return told

    async def known(self, number: int, visits: int = 2) -> UUID:
        """Somebody who came a few times."""
        told = [await self.see(number) for _ in range(visits)]
        [customer_id] = {each.customer_id for each in told}
        assert customer_id is not None
        return customer_id

    async def erase(self, customer_id: UUID) -> None:
        async with self.shop.transactions.begin_exclusive(self.shop.tenant_id) as tx:
            await self.erasing().removal.forget(tx, self.admin, ErasureOrder(customer_id, ticket="T-1"))

    async def sweep(self, key: int = 1) -> JobResult:
        return await self.erasing(key).sweep.sweep(self.shop.tenant_id)

    def backup(self) -> TenantTables:
        return self.shop.tables.copy()

    def restore(self, backup: TenantTables) -> None:
        """All rows as they were, but for what says who was erased since."""
        tables = self.shop.tables
        kept = {"tombstones": dict(tables.tombstones), "erasures": dict(tables.erasures)}
        was: dict[str, dict[Any, Any]] = {
            name: copy.copy(getattr(backup, name)) for name in tables.__dataclass_fields__
        }
        for name, rows in {**was, **kept}.items():
            table = getattr(tables, name)
            table.clear()
            table.update(rows)

    def tracks_of(self, customer_id: UUID) -> set[UUID]:
        sightings = self.shop.tables.sightings.values()
        return {each.track_id for each in sightings if each.customer_id == customer_id}


@pytest.fixture
def world() -> World:
    return World()


async def test_a_backup_brings_nobody_back_and_keeps_everybody_else(world: World) -> None:
    gone, stays = await world.known(1), await world.known(2)
    backup = world.backup()
    await world.erase(gone)
    assert (await world.sweep()).summary == NOBODY, "nothing is wrong before the restore"
    world.restore(backup)
    assert gone in world.shop.tables.customers, "the backup has the person"
    swept = await world.sweep()
    assert (swept.failure, dict(swept.summary)) == (RETURNED, {"people": 1, "tracks": 0, "objects": 0})
    assert world.shop.tables.customers.keys() == {stays}
    assert {row.face.customer_id for row in world.shop.tables.gallery.values()} == {stays}
    assert {each.customer_id for each in world.shop.tables.visits.values()} == {stays}
    assert (await world.sweep()).summary == NOBODY
    again = await world.see(1)
    assert (again.outcome, again.customer_id == gone) == (FaceOutcome.NEW, False)
    last = list(world.shop.tables.audit.values())[-1]
    assert (last.action, last.actor_id) == (Action.CUSTOMER_DELETE, None), "the core did it by itself"


async def test_another_key_knows_nobody(world: World) -> None:
    gone = await world.known(1)
    backup = world.backup()
    await world.erase(gone)
    world.restore(backup)
    assert (await world.sweep(key=2)).summary == NOBODY
    assert gone in world.shop.tables.customers


async def test_who_was_merged_with_the_erased_since_the_backup_goes_and_who_was_unmerged_stays(
    world: World,
) -> None:
    first, second, third = [await world.known(number) for number in (1, 2, 3)]
    named = {first: "", second: "Grace"}
    for each, name in named.items():
        world.shop.tables.customers[each] = replace(world.shop.tables.customers[each], display_name=name)
    merged = await world.merging.merge(world.admin, MergeOrder(second, [first]))
    backup = world.backup()
    await world.merging.unmerge(world.admin, merged.merge.merge_id)
    await world.merging.merge(world.admin, MergeOrder(first, [third]))
    await world.erase(first)
    assert world.shop.tables.customers.keys() == {second}
    before = copy.copy(world.shop.tables.visits)
    world.restore(backup)
    assert world.shop.tables.customers[first].root_id == second
    assert (await world.sweep()).summary["people"] == 2
    kept = world.shop.tables.customers
    assert kept.keys() == {second}
    assert (kept[second].root_id, kept[second].merged_into) == (second, None)
    visits = world.shop.tables.visits.values()
    spans = {(each.first_seen_at, each.last_seen_at) for each in visits}
    assert spans == {(each.first_seen_at, each.last_seen_at) for each in before.values()}
    assert {each.customer_id for each in visits} == {second}
    assert kept[second].display_name == "Grace"


async def test_a_name_that_came_by_a_merge_goes_with_whose_it_was(world: World) -> None:
    stays, gone = await world.known(1), await world.known(2)
    customers = world.shop.tables.customers
    customers[gone] = replace(customers[gone], display_name="Ada")
    merged = await world.merging.merge(world.admin, MergeOrder(stays, [gone]))
    backup = world.backup()
    assert backup.customers[stays].display_name == "Ada"
    await world.merging.unmerge(world.admin, merged.merge.merge_id)
    await world.erase(gone)
    world.restore(backup)
    await world.sweep()
    assert {each: found.display_name for each, found in customers.items()} == {stays: ""}
    assert {each.customer_id for each in world.shop.tables.sightings.values()} == {stays}


async def test_tracks_that_were_split_off_and_erased_go_from_whom_they_were_taken(world: World) -> None:
    told = [await world.see(1) for _ in range(3)]
    customer_id = told[0].customer_id
    assert customer_id is not None
    backup = world.backup()
    tracks = sorted(world.tracks_of(customer_id))
    made = await world.splitting.split(world.admin, SplitOrder(customer_id, [], tracks[:1]))
    await world.erase(made.customer.customer_id)
    world.restore(backup)
    assert world.tracks_of(customer_id) == set(tracks)
    swept = await world.sweep()
    assert dict(swept.summary) == {"people": 0, "tracks": 1, "objects": 0}
    assert world.tracks_of(customer_id) == set(tracks[1:])
    assert world.shop.tables.customers.keys() == {customer_id}
    assert len(world.shop.tables.visits) == 2
    assert (await world.sweep()).summary == NOBODY


async def test_what_a_worker_still_had_of_somebody_is_refused_and_its_picture_is_not_kept(
    world: World,
) -> None:
    track_id = uuid4()
    early = await world.see(1, track_id=track_id, final=False)
    assert early.customer_id is not None
    await world.erase(early.customer_id)
    pictures = dict(world.shop.images.objects)
    with pytest.raises(EventRefusedError) as refused:
        await world.see(1, track_id=track_id)
    assert refused.value.reason == "TRACK_ERASED"
    assert not world.shop.tables.customers
    assert not world.shop.tables.sightings
    assert world.shop.images.objects == pictures, "the crop that came with it is deleted again"
    other = await world.see(1)
    assert other.outcome is FaceOutcome.NEW, "another track is somebody new"


async def test_an_upload_that_came_too_late_goes(world: World) -> None:
    gone = await world.known(1)
    [key, *_] = world.shop.images.objects
    await world.erase(gone)
    assert key not in world.shop.images.objects
    [erasure] = world.shop.tables.erasures.values()
    await world.shop.images.put(key, JPEG, "image/jpeg")
    async with world.shop.transactions.begin(world.shop.tenant_id) as tx:
        await tx.erasures.complete(erasure.erasure_id, world.shop.clock.now(), "a.b.c")
    assert (await world.sweep()).summary == NOBODY, "the address for the upload may still be good"
    world.shop.clock.advance(timedelta(minutes=11))
    assert (await world.sweep()).summary["objects"] == len(erasure.object_keys)
    assert key not in world.shop.images.objects
    assert (await world.sweep()).summary == NOBODY, "looked at once"


async def test_the_ledger_names_nobody(world: World) -> None:
    gone = await world.known(1)
    world.shop.tables.customers[gone] = replace(
        world.shop.tables.customers[gone], display_name="Ada Lovelace"
    )
    face = next(iter(world.shop.tables.gallery.values())).face.embedding
    await world.erase(gone)
    [erasure] = world.shop.tables.erasures.values()
    assert (erasure.kind, erasure.subject_id, erasure.ticket) == (SubjectKind.CUSTOMER, gone, "T-1")
    said = repr(world.shop.tables.erasures) + repr(world.shop.tables.tombstones)
    assert "Ada" not in said
    assert not any(np.asarray(face).tobytes()[:16] in each for each in world.shop.tables.tombstones)
    ids = [gone.bytes, *(each.bytes for each in world.shop.tables.sightings)]
    assert not any(each in digest for digest in world.shop.tables.tombstones for each in ids)
