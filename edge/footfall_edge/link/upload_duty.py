"""The conversation about images: where to put them, and what the core found."""

import asyncio
from collections.abc import Sequence
from typing import Any, NoReturn

from footfall.v1 import ingest_service_pb2

from footfall_edge import convert
from footfall_edge.link.outbox import Outbox
from footfall_edge.uploads import Grants, ImageUploader, Receipt

_ANSWER_TIMEOUT_S = 30.0


class UploadDuty:
    """Lets the uploader work while there is a link, and carries its questions (LinkDuty, UploadExchange)."""

    def __init__(self, uploader: ImageUploader) -> None:
        self._uploader = uploader
        self._outbox = Outbox()
        self._grants: asyncio.Future[Grants] | None = None
        self._receipt: asyncio.Future[Receipt] | None = None

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Nothing is said of images in a Welcome."""

    async def run(self, outbox: Outbox) -> NoReturn:
        """Upload."""
        self._outbox = outbox
        await self._uploader.run(self)
        raise AssertionError("unreachable: the uploader never ends")

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take an answer."""
        match message.WhichOneof("message"):
            case "upload_grants":
                _answer(self._grants, convert.from_upload_grants(message.upload_grants))
            case "upload_receipt":
                _answer(self._receipt, convert.from_upload_receipt(message.upload_receipt))

    async def request_grants(self, image_ids: Sequence[str]) -> Grants:
        """Ask where to put images."""
        self._grants = asyncio.get_running_loop().create_future()
        request = ingest_service_pb2.UploadRequest(image_ids=image_ids)
        await self._outbox.put(ingest_service_pb2.ConnectRequest(upload_request=request))
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            return await self._grants

    async def report_uploads(self, image_ids: Sequence[str]) -> Receipt:
        """Say which images were put."""
        self._receipt = asyncio.get_running_loop().create_future()
        report = ingest_service_pb2.UploadReport(image_ids=image_ids)
        await self._outbox.put(ingest_service_pb2.ConnectRequest(upload_report=report))
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            return await self._receipt


def _answer(future: "asyncio.Future[Any] | None", value: object) -> None:
    """Hand an answer to who waits for it; one that came too late is passed over."""
    if future is not None and not future.done():
        future.set_result(value)
