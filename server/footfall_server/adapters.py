"""The real world behind the core's ports: PostgreSQL, Milvus and an S3 store."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from footfall_server.app import Adapters
from footfall_server.auth.oidc_client import OidcClient
from footfall_server.auth.oidc_http import new_http_client
from footfall_server.auth.oidc_settings import load_oidc_providers
from footfall_server.auth.secret_seal import KEY_FILE, FileSecretSeal
from footfall_server.crop_embedder import VisionCropEmbedder
from footfall_server.database import open_transactions
from footfall_server.face_examiner import VisionFaceExaminer
from footfall_server.loaded_models import LoadedModels
from footfall_server.mqtt_broker import MqttBroker
from footfall_server.settings import MilvusSettings, S3Settings, ServerSettings
from footfall_server.storage.index_settings import MilvusIndexSettings
from footfall_server.storage.milvus import MilvusFaceIndex
from footfall_server.storage.postgres.notifications import PostgresChangeSource
from footfall_server.storage.s3 import S3ImageStore
from footfall_server.system_clock import SystemClock
from footfall_server.webhook_sender import HttpWebhookSender


@asynccontextmanager
async def open_adapters(settings: ServerSettings) -> AsyncIterator[Adapters]:
    """Everything outside the process. What cannot be reached yet is tried again when it is used."""
    async with AsyncExitStack() as stack:
        transactions = await stack.enter_async_context(open_transactions(settings.postgres))
        changes = await stack.enter_async_context(
            PostgresChangeSource(settings.postgres.dsn.get_secret_value())
        )
        index = open_face_index(settings.milvus)
        stack.push_async_callback(index.close)
        images = open_image_store(settings.s3)
        stack.push_async_callback(images.close)
        models = LoadedModels(settings.models_dir)
        embedder = VisionCropEmbedder(models)
        stack.callback(embedder.close)
        examiner = VisionFaceExaminer(models)
        stack.callback(examiner.close)
        clock = SystemClock()
        http = await stack.enter_async_context(new_http_client())
        yield Adapters(
            transactions=transactions,
            index=index,
            images=images,
            changes=changes,
            clock=clock,
            embedder=embedder,
            examiner=examiner,
            webhook_sender=HttpWebhookSender(
                allow_private=settings.webhooks.allow_private, timeout=settings.webhooks.timeout
            ),
            webhook_seal=FileSecretSeal(settings.webhooks.key_file or settings.auth.keys_dir / KEY_FILE),
            event_broker=None if settings.mqtt is None else MqttBroker(settings.mqtt),
            identity_providers=[
                OidcClient(settings=each, http=http, clock=clock)
                for each in load_oidc_providers(settings.auth.oidc_file)
            ],
        )


def open_image_store(settings: S3Settings) -> S3ImageStore:
    """The object store as it was told; it connects when it is used."""
    return S3ImageStore(
        endpoint=settings.endpoint,
        public_endpoint=settings.public_endpoint or None,
        access_key=settings.access_key.get_secret_value(),
        secret_key=settings.secret_key.get_secret_value(),
        bucket=settings.bucket,
        raw_bucket=settings.raw_bucket,
        derived_bucket=settings.derived_bucket,
        secure=settings.secure,
    )


def open_face_index(settings: MilvusSettings) -> MilvusFaceIndex:
    """The face index as it was told; it connects when it is used."""
    return MilvusFaceIndex(
        settings.uri,
        token=settings.token.get_secret_value(),
        settings=MilvusIndexSettings(
            tenancy=settings.tenancy,
            index_type=settings.index_type,
            build=settings.build,
            search=settings.search,
            timeout=settings.timeout,
            threads=settings.threads,
        ),
    )
