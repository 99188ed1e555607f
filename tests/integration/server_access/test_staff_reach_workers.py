"""A face that somebody is enrolled with reaches a worker's gallery over a link, and leaves it again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from fakes.crop_embedder import embedding_of
from fakes.edge_samples import StillCameras
from fakes.face_examiner import picture_of
from fakes.people import PASSWORD
from fakes.polling import until
from fakes.shop import DIMENSION, MODEL_ID
from footfall.v1 import auth_service_pb2
from footfall.v1 import staff_service_pb2 as pb
from footfall_edge.at_rest.key_file import KeyFile
from footfall_edge.leases import LeaseBook
from footfall_edge.link.access_token import TokenSource
from footfall_edge.link.channel import open_channel
from footfall_edge.link.core_clock import CoreClock
from footfall_edge.link.core_link import CoreLink
from footfall_edge.link.gallery_duty import GalleryDuty
from footfall_edge.link.heartbeats import Heartbeats
from footfall_edge.link.session import WorkerCard
from footfall_edge.spool import Spool
from footfall_edge.staff.gallery_file import GalleryFile
from footfall_edge.staff.keeper import StaffKeeper
from footfall_edge.uploads import ImageUploader, PresignedStore
from footfall_edge.worker_condition import ConditionReader
from footfall_server.rpc import edge_gallery
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services import staff_galleries
from footfall_server.system_clock import SystemClock
from google.protobuf.field_mask_pb2 import FieldMask
from pydantic import SecretStr
from real_access import RealAccess, RealReplica

WITHIN = 60.0
"""Seconds: what is promised of a face that is enrolled, or revoked."""
PERSON = 501


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """By themselves the two waits are 5 s each; there are many of them here."""
    monkeypatch.setattr(edge_gallery, "LOOK", timedelta(milliseconds=100))
    monkeypatch.setattr(staff_galleries, "KEEP", timedelta(milliseconds=100))


@contextlib.asynccontextmanager
async def a_worker(url: str, api_key: str, folder: Path) -> AsyncIterator[StaffKeeper]:
    """A worker's link as the product has it, without cameras; gives the gallery that it keeps."""
    staff = StaffKeeper(
        model_id=MODEL_ID, file=GalleryFile(folder / "staff_gallery", KeyFile(folder / "spool.key"))
    )
    spool = await Spool.open(folder / "spool.sqlite", max_bytes=1024 * 1024)
    leases = LeaseBook()
    cameras = StillCameras(leases)
    condition = ConditionReader(depth=spool.depth, cameras=cameras.health, execution_provider="cpu")
    heartbeats = Heartbeats(condition=condition.read, core_clock=CoreClock(), leases=leases)
    async with aiohttp.ClientSession() as http:
        link = CoreLink(
            dial=lambda: open_channel(url),
            tokens=TokenSource(api_key=SecretStr(api_key)),
            spool=spool,
            cameras=cameras,
            uploader=ImageUploader(spool=spool, store=PresignedStore(http)),
            card=WorkerCard(display_name="Kasse", software_version="0.1.0", model_id=MODEL_ID),
            duties=(heartbeats, GalleryDuty(staff)),
        )
        task = asyncio.create_task(link.run())
        try:
            yield staff
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await spool.close()


async def admin_of(access: RealAccess, replica: RealReplica) -> tuple[tuple[str, str], ...]:
    email = f"staff-{access.tenant.tenant_id}@example.com"
    await access.provisioning.create_tenant_admin(
        access.tenant.tenant_id, email=email, display_name="", password=PASSWORD
    )
    credentials = auth_service_pb2.PasswordCredentials(email=email, password=PASSWORD)
    issued = await replica.auth.IssueToken(auth_service_pb2.IssueTokenRequest(password=credentials))
    return (("authorization", f"Bearer {issued.access_token}"),)


async def test_enrolled_faces_come_to_workers_and_go(access: RealAccess, tmp_path: Path) -> None:
    replica = await access.replica()
    admin = await admin_of(access, replica)
    key = await access.provisioning.create_api_key(
        access.tenant.tenant_id, access.site.site_id, display_name="Kasse"
    )

    async def hire(name: str) -> str:
        staff = pb.Staff(display_name=name)
        return (await replica.staff.CreateStaff(pb.CreateStaffRequest(staff=staff), metadata=admin)).staff_id

    async def enrol(staff_id: str, person: int, shot: int = 0) -> str:
        request = pb.AddFaceRequest(staff_id=staff_id, image=picture_of(person, shot))
        return (await replica.staff.AddFace(request, metadata=admin)).face_id

    clerk, leaver, gone = [await hire(name) for name in ("A", "B", "C")]
    async with a_worker(f"http://127.0.0.1:{replica.port}", key.text, tmp_path) as worker:

        def knows(person: int, staff_id: str) -> bool:
            """Whether the worker takes another shot of the person for this member of staff."""
            match = worker.match(MODEL_ID, embedding_of(MODEL_ID, DIMENSION, person, shot=9))
            return match is not None and match.staff_id == staff_id

        people = {PERSON: clerk, PERSON + 1: leaver, PERSON + 2: gone}
        faces = {person: await enrol(staff_id, person) for person, staff_id in people.items()}
        await until(lambda: all(knows(*each) for each in people.items()), seconds=WITHIN)

        delete = pb.DeleteFaceRequest(staff_id=clerk, face_id=faces[PERSON])
        await replica.staff.DeleteFace(delete, metadata=admin)
        await until(lambda: not knows(PERSON, clerk), seconds=WITHIN)
        assert knows(PERSON + 1, leaver)

        left = pb.Staff(staff_id=leaver, leave_time=to_timestamp(SystemClock().now()))
        await replica.staff.UpdateStaff(
            pb.UpdateStaffRequest(staff=left, update_mask=FieldMask(paths=["leave_time"])), metadata=admin
        )
        await until(lambda: not knows(PERSON + 1, leaver), seconds=WITHIN)
        assert knows(PERSON + 2, gone)

        await replica.staff.DeleteStaff(pb.DeleteStaffRequest(staff_id=gone), metadata=admin)
        await until(lambda: not knows(PERSON + 2, gone), seconds=WITHIN)

        await enrol(clerk, PERSON, shot=1)
        await until(lambda: knows(PERSON, clerk), seconds=WITHIN)
