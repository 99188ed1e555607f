"""A tenant's own faces are measured, and decided by."""

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from fakes.counting_shop import Shop
from fakes.model_parts import DEFAULT, SFACE, ModelParts
from fakes.model_world import add_shot, fill_gallery, meet
from footfall_server.domain.calibration import thresholds_of
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.errors import FootfallError
from footfall_server.services.calibration_plot import calibration_plot
from footfall_server.services.calibrations import CalibrationService
from footfall_vision.model_cards import MODEL_CARDS


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def admin(shop: Shop) -> Principal:
    return replace(shop.principal(Role.TENANT_ADMIN), site_ids=None)


@pytest.fixture
def calibrations(shop: Shop) -> CalibrationService:
    parts = ModelParts(shop.transactions, shop.index, shop.clock)
    return CalibrationService(
        transactions=shop.transactions,
        models=parts.models,
        known=parts.known,
        plot=lambda _: b"",
        clock=shop.clock,
    )


def published(shop: Shop, target: float = 0.001) -> tuple[float, float]:
    tail = ImpostorTail.of_points(MODEL_CARDS[DEFAULT].impostor_tail)
    return thresholds_of(tail, target, shop.tables.counters["customers"])


async def test_pairs_are_counted_honestly(
    shop: Shop, admin: Principal, calibrations: CalibrationService
) -> None:
    fill_gallery(shop.tables, people=12, shots=4)
    measured = (await calibrations.calibrate(admin, "", 0.0)).measurement
    assert (measured.model_id, measured.people, measured.gallery_size) == (DEFAULT, 12, 12)
    assert measured.genuine.total == 12 * 6
    assert measured.impostors.total == 66 * 16
    # Shots are at a cosine of 0.85 to somebody's average look, so at 0.72 to each other.
    assert measured.genuine.share_above(0.6) == 1.0
    assert measured.impostors.share_above(0.3) == 0.0
    assert measured.target_rate == 0.001
    assert (measured.current_match, measured.current_new) == published(shop)
    assert measured.match < measured.current_match, "strangers differ more here than in the published tail"
    assert measured.miss_rate == 0.0
    assert measured.false_match_rate <= 0.001


async def test_shots_of_one_track_and_merged_people_are_not_mistaken(
    shop: Shop, admin: Principal, calibrations: CalibrationService
) -> None:
    """Two shots of one track are no genuine pair, and those of people who were merged are."""
    fill_gallery(shop.tables, people=14, shots=4)
    first, second, third, *_ = shop.tables.customers
    shop.tables.customers[second] = replace(shop.tables.customers[second], root_id=first, merged_into=first)
    face = next(row.face for row in shop.tables.gallery.values() if row.face.customer_id == third)
    twin = add_shot(shop.tables, third, 502, 9)
    row = shop.tables.gallery[twin.face_id]
    shop.tables.gallery[twin.face_id] = replace(row, face=replace(row.face, track_id=face.track_id))
    measured = (await calibrations.calibrate(admin, DEFAULT, 0.0)).measurement
    assert measured.people == 13
    # Eleven have four faces each. Of the merged ones five at most are taken, of the third five, two of one
    # track.
    assert measured.genuine.total == 11 * 6 + 10 + 9


async def test_what_is_applied_holds_until_it_is_reset(
    shop: Shop, admin: Principal, calibrations: CalibrationService
) -> None:
    fill_gallery(shop.tables)
    measured = (await calibrations.calibrate(admin, "", 0.01)).measurement
    assert not shop.tables.calibrations
    assert not shop.tables.audit
    held = await calibrations.apply(admin, "", 0.01)
    assert (held.match, held.new, held.target_rate) == (measured.match, measured.new, 0.01)
    applied = shop.tables.calibrations[DEFAULT]
    assert (applied.tail, applied.target_rate, applied.applied_by) == (
        measured.tail,
        0.01,
        admin.subject_id,
    )
    assert applied.measured is not None
    assert (applied.measured.people, applied.measured.impostor_pairs) == (
        measured.people,
        measured.impostors.total,
    )
    assert len(applied.measured.genuine_counts) == 400
    assert sum(applied.measured.genuine_counts) == measured.genuine.total
    again = (await calibrations.calibrate(admin, "", 0.0)).measurement
    assert (again.current_match, again.current_new) == (held.match, held.new)
    back = await calibrations.reset(admin, "")
    assert (back.match, back.new) == published(shop)
    assert back.target_rate == 0.001
    assert not shop.tables.calibrations
    await calibrations.reset(admin, "")
    entries = list(shop.tables.audit.values())
    assert [each.action for each in entries] == ["calibration.apply", "calibration.reset"]
    detail = json.loads(entries[0].detail)
    assert (detail["model_id"], detail["target_rate"], detail["people"]) == (DEFAULT, 0.01, 12)


async def refused(attempt: object, reason: str) -> FootfallError:
    with pytest.raises(FootfallError) as caught:
        await attempt  # type: ignore[misc]
    assert caught.value.reason == reason
    return caught.value


async def test_too_few_faces_are_told(shop: Shop, admin: Principal, calibrations: CalibrationService) -> None:
    nobody = await refused(calibrations.calibrate(admin, "", 0.0), "NOT_ENOUGH_FACES")
    assert nobody.metadata == {"needed": "1000", "found": "0"}
    for person in range(50):
        meet(shop.tables, person)
    alone = await refused(calibrations.calibrate(admin, "", 0.0), "NOT_ENOUGH_FACES")
    assert alone.metadata == {"needed": "20", "found": "0"}
    await refused(calibrations.apply(admin, "", 0.0), "NOT_ENOUGH_FACES")
    await refused(calibrations.calibrate(admin, SFACE, 0.0), "NOT_ENOUGH_FACES")
    await refused(calibrations.calibrate(admin, "no-such-model", 0.0), "MODEL_UNKNOWN")
    assert not shop.tables.calibrations


async def test_faces_that_are_all_one_picture_make_no_tail(
    shop: Shop, admin: Principal, calibrations: CalibrationService
) -> None:
    fill_gallery(shop.tables, people=12, shots=4)
    same = np.zeros(512, np.float32)
    same[0] = 1.0
    for key, row in tuple(shop.tables.gallery.items()):
        shop.tables.gallery[key] = replace(row, face=replace(row.face, embedding=same))
    await refused(calibrations.calibrate(admin, "", 0.0), "NOT_ENOUGH_FACES")


async def test_the_picture_is_one_for_a_phone(
    shop: Shop, admin: Principal, calibrations: CalibrationService
) -> None:
    fill_gallery(shop.tables)
    drawn = calibration_plot((await calibrations.calibrate(admin, "", 0.0)).measurement)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (900, 1200)
    assert len(drawn) < 400_000
