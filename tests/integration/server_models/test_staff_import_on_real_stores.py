"""A zip file of real pictures, on PostgreSQL, S3 and the real models."""

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from uuid import UUID

import pytest
from customer_samples import an_admin
from database_fixtures import FootfallDatabase
from fakes.erasures import a_tombstone_maker
from fakes.import_files import zip_of
from fakes.memory_face_index import MemoryFaceIndex
from footfall_local.demo_shop.pictures import pull_pictures
from footfall_server.domain.staff_import import PART_BYTES, ImportItem, ImportSummary, PictureVerdict
from footfall_server.face_examiner import VisionFaceExaminer
from footfall_server.loaded_models import LoadedModels
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.import_store import ImportStore, imports_prefix
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.resemblance import Resemblance
from footfall_server.services.staff import StaffService
from footfall_server.services.staff_faces import StaffFaces
from footfall_server.services.staff_imports import StaffImports
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.system_clock import SystemClock
from footfall_vision.model_cards import DEFAULT_EMBEDDER
from minio import Minio
from stack_fixtures import S3Endpoint
from storage_samples import a_tenant


@pytest.fixture
async def images(s3_endpoint: S3Endpoint) -> AsyncIterator[S3ImageStore]:
    store = S3ImageStore(
        endpoint=s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        bucket=s3_endpoint.bucket,
    )
    await store.prepare()
    yield store
    await store.close()


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[PostgresTransactions]:
    engine = make_engine(footfall_database.app_dsn)
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
def imports(
    models_dir: Path, images: S3ImageStore, transactions: PostgresTransactions
) -> Iterator[StaffImports]:
    clock = SystemClock()
    known = KnownModels(installation=RecognitionModel(DEFAULT_EMBEDDER, 512))
    examiner = VisionFaceExaminer(LoadedModels(models_dir))
    removal = CustomerRemoval(
        transactions=transactions, images=images, tombstones=a_tombstone_maker(), clock=clock
    )
    resemblance = Resemblance(
        index=MemoryFaceIndex({DEFAULT_EMBEDDER: 512}),
        policies=ThresholdPolicies(known=known, target_rate=0.001),
        clock=clock,
    )
    faces = StaffFaces(
        transactions=transactions,
        examiner=examiner,
        resemblance=resemblance,
        models=TenantModels(transactions=transactions, known=known, clock=clock),
        images=images,
        clock=clock,
    )
    yield StaffImports(
        transactions=transactions,
        store=ImportStore(images),
        staff=StaffService(transactions=transactions, removal=removal, images=images, clock=clock),
        faces=faces,
        examiner=examiner,
        clock=clock,
    )
    examiner.close()


@pytest.fixture
async def tenant_id(transactions: PostgresTransactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as platform:
        await platform.add_tenant(tenant, None)
    return tenant.tenant_id


@pytest.fixture(scope="module")
def pictures(models_dir: Path) -> Mapping[str, bytes]:
    found = pull_pictures(models_dir.absolute().parent / "packages")
    return {name: path.read_bytes() for name, path in found.items()}


async def test_real_pictures_come_to_what_they_should(
    imports: StaffImports,
    tenant_id: UUID,
    pictures: Mapping[str, bytes],
    transactions: PostgresTransactions,
    s3_endpoint: S3Endpoint,
) -> None:
    sheet = (
        "file;name;number\n"
        "o1.jpg|o2.jpg;Barack O.;P-1\n"
        "j.jpg;Joe B.;P-2\n"
        "again.jpg;Somebody Else;P-3\n"
        "group.jpg;Somebody Else;P-3\n"
    )
    file = zip_of(
        {
            "staff.csv": sheet,
            "o1.jpg": pictures["obama.jpg"],
            "o2.jpg": pictures["obama3.jpg"],
            "j.jpg": pictures["biden.jpg"],
            "again.jpg": pictures["obama.jpg"],
            "group.jpg": pictures["sample6.jpg"],
            # No picture, so that there are several parts.
            "noise.jpg": bytes(PART_BYTES),
        }
    )
    admin = an_admin(tenant_id)
    begun = await imports.begin(admin, size_bytes=len(file), site_ids=frozenset())
    import_id = begun.record.import_id
    for part in begun.missing:
        offset = part * PART_BYTES
        await imports.put_part(admin, import_id, offset=offset, data=file[offset : offset + PART_BYTES])
    steps = [step async for step in imports.run(admin, import_id, validate_only=False)]
    told: dict[str, ImportItem] = {step.item.file: step.item for step in steps if step.item is not None}
    assert {name: item.verdict for name, item in told.items()} == {
        "o1.jpg": PictureVerdict.ACCEPTED,
        "o2.jpg": PictureVerdict.ACCEPTED,
        "j.jpg": PictureVerdict.ACCEPTED,
        "again.jpg": PictureVerdict.LOOKS_LIKE_OTHER_STAFF,
        "group.jpg": PictureVerdict.SEVERAL_FACES,
        "noise.jpg": None,
    }
    assert steps[-1].summary == ImportSummary(enrolled=3, refused=2, failed=1, people_created=3)
    state = await imports.get(admin, import_id)
    assert state.record.is_finished
    assert list(state.record.items) == [step.item for step in steps if step.item is not None]
    async with transactions.begin(tenant_id) as tx:
        owner = told["o1.jpg"].staff_id
        assert owner is not None
        assert len(await tx.enrolments.of([owner])) == 2
    client = Minio(
        s3_endpoint.endpoint,
        access_key=s3_endpoint.access_key,
        secret_key=s3_endpoint.secret_key,
        secure=False,
    )
    left = client.list_objects(s3_endpoint.bucket, prefix=imports_prefix(tenant_id), recursive=True)
    assert [str(each.object_name).rpartition("/")[2] for each in left] == ["import.json"]
