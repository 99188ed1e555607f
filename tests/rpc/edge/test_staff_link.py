"""The staff gallery over a real link: asked for, taken, revoked, and refused."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from fakes.edge_samples import MODEL_ID, unit_vector
from fakes.fake_core import FakeCore
from fakes.polling import until
from footfall.v1 import ingest_service_pb2
from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.link.gallery_duty import GalleryDuty
from footfall_edge.spool import Spool
from footfall_edge.staff.gallery_file import GalleryFile
from footfall_edge.staff.keeper import StaffKeeper

ANNA, BEN = str(UUID(int=1)), str(UUID(int=2))


def staff_delta(begins: int, version: int, *staff: tuple[int, str], removed: tuple[int, ...] = ()):  # type: ignore[no-untyped-def] # noqa: ANN201
    return ingest_service_pb2.GalleryDelta(
        from_version=begins,
        version=version,
        model_id=MODEL_ID,
        threshold=0.5,
        faces=[
            ingest_service_pb2.GalleryFace(
                face_id=str(UUID(int=100 + seed)),
                staff_id=staff_id,
                vector=unit_vector(seed).astype("<f4").tobytes(),
            )
            for seed, staff_id in staff
        ],
        removed_face_ids=[str(UUID(int=100 + seed)) for seed in removed],
    )


@pytest.fixture
def staff(tmp_path: Path) -> StaffKeeper:
    file = GalleryFile(tmp_path / "staff_gallery", KeyFile(tmp_path / "spool.key"))
    return StaffKeeper(model_id=MODEL_ID, file=file)


async def push(core: FakeCore, delta: ingest_service_pb2.GalleryDelta) -> None:
    await core.push(ingest_service_pb2.ConnectResponse(gallery_delta=delta))


async def test_a_worker_has_the_staff_and_forgets_who_leaves(
    core: FakeCore, spool: Spool, link_to: Callable, staff: StaffKeeper
) -> None:
    core.gallery = staff_delta(0, 3, (1, ANNA), (2, BEN))
    async with link_to(core, spool, duties=(GalleryDuty(staff),)):
        await until(lambda: staff.version == 3, seconds=10)
        assert [one.version for one in core.gallery_states] == [0]
        await push(core, staff_delta(3, 4, removed=(2,)))
        await until(lambda: staff.version == 4, seconds=10)
        assert staff.match(MODEL_ID, unit_vector(2)) is None
        assert staff.match(MODEL_ID, unit_vector(1)) is not None
        core.end_link(grpc.StatusCode.UNAVAILABLE, "DRAINING")
        core.gallery = staff_delta(0, 4, (1, ANNA))
        await core.until(lambda: len(core.gallery_states) == 2, "it says again what it holds")
        assert core.gallery_states[-1].version == 4
    assert not core.violations


async def test_a_gap_and_a_poisoned_delta_are_healed_by_the_core(
    core: FakeCore, spool: Spool, link_to: Callable, staff: StaffKeeper
) -> None:
    core.gallery = staff_delta(0, 3, (1, ANNA))
    async with link_to(core, spool, duties=(GalleryDuty(staff),)):
        await until(lambda: staff.version == 3, seconds=10)
        core.gallery = staff_delta(0, 6, (1, ANNA), (2, BEN))
        await push(core, staff_delta(5, 6, (2, BEN)))
        await until(lambda: staff.version == 6, seconds=10)
        poisoned = staff_delta(6, 7, (3, BEN))
        poisoned.faces[0].vector = b"\0" * 2048
        core.gallery = staff_delta(0, 7, (1, ANNA))
        await push(core, poisoned)
        await until(lambda: staff.version == 7, seconds=10)
        assert [one.version for one in core.gallery_states] == [0, 3, 0]
        assert staff.match(MODEL_ID, unit_vector(2)) is None
    assert not core.violations


async def test_a_core_without_galleries_is_no_trouble(
    core: FakeCore, spool: Spool, link_to: Callable, staff: StaffKeeper
) -> None:
    core.heartbeat_s = 0.05
    async with link_to(core, spool, duties=(GalleryDuty(staff),)):
        await core.until(lambda: len(core.heartbeats) >= 3, "the link stays up")
        await asyncio.sleep(0)
        assert len(core.hellos) == 1
        assert staff.version == 0
