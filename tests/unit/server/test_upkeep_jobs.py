"""Upkeep by night: what drifted is mended and counted, and what cannot be mended fails aloud."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import structlog
from fakes.counting_shop import Shop
from fakes.manual_clock import START
from fakes.memory_report_days import MemoryReportDays
from fakes.memory_staff_gallery import MemoryStaffGallery
from fakes.synthetic_faces import DIMENSION, MODEL_ID, face_event, person
from fakes.upkeep import OTHER_MODELS, Upkeep
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.report_days import KeptDay
from footfall_server.domain.staff import StaffDetails
from footfall_server.domain.staff_gallery import StaffFace
from footfall_server.errors import FootfallError
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_check import DRIFTED
from footfall_server.services.index_places import SURVIVORS
from footfall_server.services.index_verification import SETTLING
from footfall_server.services.report_day_check import CHECKED
from footfall_server.services.report_verification import DIFFERENT
from footfall_server.services.staff_leaving import StaffLeaving
from footfall_server.services.staff_upkeep import STALE
from storage_samples import a_face

OLD_MODEL = OTHER_MODELS[0]


def upkeep(shop: Shop) -> Upkeep:
    return Upkeep(
        transactions=shop.transactions,
        index=shop.index,
        images=shop.images,
        clock=shop.clock,
        model=RecognitionModel(MODEL_ID, DIMENSION),
    )


@pytest.fixture
async def shop() -> Shop:
    """Three people, who are in the index and in kept days."""
    shop = Shop()
    for number in range(3):
        event = face_event(shop.camera_id, person(number), at=START + timedelta(minutes=number))
        await shop.ingest.record_many(shop.principal(), [event])
    await upkeep(shop).writer.drain(shop.tenant_id)
    shop.clock.advance(timedelta(days=1) + SETTLING)
    return shop


async def test_an_index_without_drift_is_told_as_such(shop: Shop) -> None:
    result = await upkeep(shop).check.check(shop.tenant_id)
    assert result.failure == ""
    assert result.summary == {
        "faces": 3,
        "waiting": 0,
        "missing": 0,
        "orphaned": 0,
        "carried": 0,
        "left": 0,
    }


async def test_a_face_that_the_index_lost_comes_back_and_one_that_is_nobodys_goes(shop: Shop) -> None:
    lost = next(iter(shop.tables.gallery))
    stray = a_face(next(iter(shop.tables.customers)), seed=5, model_id=MODEL_ID)
    await shop.index.delete(shop.tenant_id, MODEL_ID, [lost])
    await shop.index.insert(shop.tenant_id, [stray])
    with structlog.testing.capture_logs() as lines:
        result = await upkeep(shop).check.check(shop.tenant_id)
    assert shop.index.visible(shop.tenant_id, MODEL_ID) == frozenset(shop.tables.gallery)
    told = {"missing": 1, "orphaned": 1, "carried": 1, "left": 0}
    assert result.failure == ""
    assert {key: result.summary[key] for key in told} == told
    assert [line["log_level"] for line in lines if line["event"] == "index_drifted"] == ["warning"]
    again = await upkeep(shop).check.check(shop.tenant_id)
    assert (again.summary["missing"], again.summary["orphaned"], again.summary["carried"]) == (0, 0, 0)


async def test_a_collection_that_is_gone_is_made_and_filled(shop: Shop) -> None:
    shop.index.lose(MODEL_ID)
    result = await upkeep(shop).check.check(shop.tenant_id)
    assert (result.failure, result.summary["missing"], result.summary["carried"]) == ("", 3, 3)
    assert len(shop.index.visible(shop.tenant_id, MODEL_ID)) == 3


async def test_an_index_that_keeps_a_strangers_face_fails_aloud(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(_tenant_id: UUID, _model_id: str, _face_ids: Collection[UUID]) -> None:
        """An index that says that it deleted."""

    await shop.index.insert(
        shop.tenant_id, [a_face(next(iter(shop.tables.customers)), seed=5, model_id=MODEL_ID)]
    )
    monkeypatch.setattr(shop.index, "delete", deaf)
    with structlog.testing.capture_logs() as lines:
        result = await upkeep(shop).check.check(shop.tenant_id)
    assert (result.failure, result.summary["left"]) == (DRIFTED, 1)
    assert [line["log_level"] for line in lines if line["event"] == "index_drifted_still"] == ["error"]


async def test_an_index_that_loses_what_it_is_given_fails_aloud(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = next(iter(shop.tables.gallery))
    await shop.index.delete(shop.tenant_id, MODEL_ID, [lost])

    async def forgetful(_tenant_id: UUID, _faces: object) -> None:
        """An index that says that it took a face."""

    carry = upkeep(shop).writer.carry_lot

    async def carried_a_while_ago(tenant_id: UUID) -> int:
        count = await carry(tenant_id)
        shop.clock.advance(timedelta(seconds=1))
        return count

    monkeypatch.setattr(shop.index, "insert", forgetful)
    works = upkeep(shop)
    monkeypatch.setattr(works.writer, "carry_lot", carried_a_while_ago)
    result = await works.check.check(shop.tenant_id)
    assert (result.failure, result.summary["missing"], result.summary["left"]) == (DRIFTED, 1, 1)


async def test_an_index_that_is_away_is_no_drift(shop: Shop) -> None:
    shop.index.failing = True
    for work in (upkeep(shop).check.check, upkeep(shop).places.keep):
        with pytest.raises(FootfallError) as caught:
            await work(shop.tenant_id)
        assert caught.value.reason == "INDEX_UNAVAILABLE", "tried again later"


async def test_collections_that_are_needed_are_made_and_faces_of_models_left_behind_go(shop: Shop) -> None:
    shop.index.lose(MODEL_ID)
    await shop.index.prepare(OLD_MODEL, DIMENSION)
    left_behind = a_face(new_id(), seed=7, model_id=OLD_MODEL)
    await shop.index.insert(shop.tenant_id, [left_behind])
    result = await upkeep(shop).places.keep(shop.tenant_id)
    assert result.failure == ""
    assert result.summary == {"collections": 1, "made": 1, "cleared": 1, "left": 0}
    assert not shop.index.visible(shop.tenant_id, OLD_MODEL)
    assert await shop.index.exists(MODEL_ID)
    again = await upkeep(shop).places.keep(shop.tenant_id)
    assert again.summary == {"collections": 1, "made": 0, "cleared": 0, "left": 0}


async def test_a_model_that_the_tenant_begins_to_take_keeps_its_faces(shop: Shop) -> None:
    await shop.index.prepare(OLD_MODEL, DIMENSION)
    places = upkeep(shop).places
    face = a_face(next(iter(shop.tables.customers)), seed=7, model_id=OLD_MODEL)
    row = next(iter(shop.tables.gallery.values()))
    shop.tables.gallery[face.face_id] = replace(row, face=face)
    await shop.index.insert(shop.tenant_id, [face])
    assert (await places.keep(shop.tenant_id)).summary["cleared"] == 0
    assert shop.index.visible(shop.tenant_id, OLD_MODEL) == {face.face_id}


async def test_a_face_of_a_model_left_behind_that_stays_fails_aloud(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.index.prepare(OLD_MODEL, DIMENSION)
    await shop.index.insert(shop.tenant_id, [a_face(new_id(), seed=7, model_id=OLD_MODEL)])

    async def deaf(_tenant_id: UUID, _model_id: str, _face_ids: Collection[UUID]) -> None:
        """An index that says that it deleted."""

    monkeypatch.setattr(shop.index, "delete", deaf)
    with structlog.testing.capture_logs() as lines:
        result = await upkeep(shop).places.keep(shop.tenant_id)
    assert (result.failure, result.summary["left"]) == (SURVIVORS, 1)
    assert "index_survivors" in [line["event"] for line in lines]


async def remove_tenant(shop: Shop, tenant_id: UUID) -> None:
    """It is in the installation's log that there was such a tenant."""
    entry = AuditEntry.by_operator(
        Action.TENANT_DELETE, tenant_id, at=shop.clock.now(), detail={}, resource="tenant"
    )
    async with shop.transactions.begin_platform() as platform:
        await platform.audit.append(entry)


async def test_places_of_tenants_that_were_removed_are_dropped_once_a_night(shop: Shop) -> None:
    gone, stranger = new_id(), new_id()
    await remove_tenant(shop, gone)
    places = upkeep(shop).places
    night = shop.clock.now()
    for tenant_id in (gone, stranger):
        await shop.index.insert(tenant_id, [a_face(new_id(), seed=8, model_id=MODEL_ID)])
    with structlog.testing.capture_logs() as lines:
        assert await places.keep_installation(not_since=night)
    assert not shop.index.visible(gone, MODEL_ID)
    assert len(shop.index.visible(shop.tenant_id, MODEL_ID)) == 3, "who is there stays"
    assert len(shop.index.visible(stranger, MODEL_ID)) == 1, "who never was here is not ours to drop"
    [line] = [line for line in lines if line["event"] == "index_places"]
    assert (line["dropped"], line["left"], line["strangers"], line["log_level"]) == (1, 0, 1, "warning")
    assert not await places.keep_installation(not_since=night)
    shop.clock.advance(timedelta(days=1))
    assert await places.keep_installation(not_since=shop.clock.now())


async def test_a_place_that_cannot_be_dropped_is_an_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = new_id()
    await remove_tenant(shop, gone)
    await shop.index.insert(gone, [a_face(new_id(), seed=8, model_id=MODEL_ID)])

    async def deaf(_tenant_id: UUID, _model_id: str) -> None:
        """An index that says that it dropped."""

    monkeypatch.setattr(shop.index, "drop_tenant", deaf)
    with structlog.testing.capture_logs() as lines:
        await upkeep(shop).places.keep_installation(not_since=shop.clock.now())
    [line] = [line for line in lines if line["event"] == "index_places"]
    assert (line["left"], line["log_level"]) == (1, "error")


async def test_jobs_do_not_wait_for_an_index_that_is_away(shop: Shop) -> None:
    places = upkeep(shop).places
    shop.index.failing = True
    assert not await places.keep_installation(not_since=shop.clock.now())
    shop.index.failing = False
    assert await places.keep_installation(not_since=shop.clock.now()), "looked at again"


def hire(shop: Shop) -> UUID:
    """Somebody who is known by a face turns out to be staff."""
    person_id = next(iter(shop.tables.gallery.values())).face.customer_id
    shop.tables.customers[person_id] = replace(shop.tables.customers[person_id], kind=CustomerKind.STAFF)
    return person_id


async def test_staff_are_told_and_galleries_of_models_left_behind_are_emptied(shop: Shop) -> None:
    clerk = hire(shop)
    ghost = new_id()
    shop.tables.staff_gallery[OLD_MODEL, ghost] = StaffFace(ghost, clerk, 7), START
    result = await upkeep(shop).staff.refresh(shop.tenant_id)
    assert result.failure == ""
    assert result.summary == {"leavers": 0, "models": 2, "faces_changed": 2, "stale": 0}
    told = {face.face_id: face.staff_id for face, _ in shop.tables.staff_gallery.values()}
    assert told.pop(ghost) is None
    assert set(told.values()) == {clerk}
    again = await upkeep(shop).staff.refresh(shop.tenant_id)
    assert again.summary == {"leavers": 0, "models": 1, "faces_changed": 0, "stale": 0}


async def test_who_left_is_forgotten_and_told_of_as_such(shop: Shop) -> None:
    clerk = hire(shop)
    assert (await upkeep(shop).staff.refresh(shop.tenant_id)).summary["faces_changed"] == 1
    shop.tables.staff[clerk] = StaffDetails(clerk, left_at=shop.clock.now())
    result = await upkeep(shop).staff.refresh(shop.tenant_id)
    assert result.failure == ""
    assert result.summary == {"leavers": 1, "models": 1, "faces_changed": 1, "stale": 0}
    assert {face.staff_id for face, _ in shop.tables.staff_gallery.values()} == {None}


async def test_a_leaver_who_is_still_known_fails_aloud(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = hire(shop)
    shop.tables.staff[clerk] = StaffDetails(clerk, left_at=shop.clock.now())
    works = upkeep(shop)

    async def idle(_self: StaffLeaving, _tenant_id: UUID) -> int:
        return 0

    monkeypatch.setattr(StaffLeaving, "forget_leavers", idle)
    assert (await works.staff.refresh(shop.tenant_id)).failure == STALE


async def test_a_gallery_that_does_not_become_whole_fails_aloud(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    hire(shop)

    async def idle(_self: MemoryStaffGallery, _model_id: str) -> int:
        return 0

    monkeypatch.setattr(MemoryStaffGallery, "refresh", idle)
    with structlog.testing.capture_logs() as lines:
        result = await upkeep(shop).staff.refresh(shop.tenant_id)
    assert (result.failure, result.summary["stale"]) == (STALE, 1)
    assert [line["log_level"] for line in lines if line["event"] == "staff_gallery_stale"] == ["error"]


async def test_days_of_reports_are_brought_up_to_date(shop: Shop) -> None:
    result = await upkeep(shop).report_days.refresh(shop.tenant_id)
    assert result.failure == ""
    assert result.summary == {"marks": 1, "checked": 1, "mended": 0}
    again = await upkeep(shop).report_days.refresh(shop.tenant_id)
    assert again.summary == {"marks": 0, "checked": 1, "mended": 0}


@pytest.mark.parametrize("change", ["lost", "wrong"])
async def test_a_kept_day_that_says_something_else_than_the_visits_is_mended(shop: Shop, change: str) -> None:
    days = upkeep(shop).report_days
    await days.refresh(shop.tenant_id)
    before = dict(shop.tables.report_days)
    [key] = before
    if change == "lost":
        del shop.tables.report_days[key]
    else:
        shop.tables.report_days[key] = replace(before[key], visits=before[key].visits[:-4])
    with structlog.testing.capture_logs() as lines:
        result = await days.refresh(shop.tenant_id)
    assert (result.failure, result.summary["mended"]) == ("", 1)
    assert shop.tables.report_days == before
    assert [line["log_level"] for line in lines if line["event"] == "report_days_differed"] == ["warning"]


async def test_a_day_that_stays_wrong_fails_aloud(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    days = upkeep(shop).report_days
    await days.refresh(shop.tenant_id)
    shop.tables.report_days.clear()

    async def forgetful(_self: MemoryReportDays, _days: Collection[KeptDay], _empty: object) -> object:
        """A store that says that it kept a day."""
        return {}

    monkeypatch.setattr(MemoryReportDays, "keep", forgetful)
    result = await days.refresh(shop.tenant_id)
    assert (result.failure, result.summary["mended"]) == (DIFFERENT, 0)


async def test_days_longer_ago_are_not_counted_again(shop: Shop) -> None:
    days = upkeep(shop).report_days
    await days.refresh(shop.tenant_id)
    shop.clock.advance(timedelta(days=CHECKED + 2))
    shop.tables.report_days.clear()
    assert (await days.refresh(shop.tenant_id)).summary["mended"] == 0
