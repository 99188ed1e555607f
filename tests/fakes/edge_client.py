"""The edge's end of IngestService.Connect, one message at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import grpc.aio
from fakes.rpc_failures import Failure, taken_apart
from fakes.shop import MODEL_ID, Metadata, Replica
from footfall.v1 import face_event_pb2, ingest_service_pb2
from footfall_server.domain.identifiers import new_id

PATIENCE = 20.0


class EdgeClient:
    """One link."""

    def __init__(self, call: "grpc.aio.StreamStreamCall[object, object]") -> None:
        self._call = call

    async def say(self, **message: object) -> None:
        """Sends one ConnectRequest: `await link.say(hello=...)`."""
        await self.say_message(ingest_service_pb2.ConnectRequest(**message))  # type: ignore[arg-type]

    async def say_message(self, message: ingest_service_pb2.ConnectRequest) -> None:
        """Sends a message as it is."""
        await self._call.write(message)

    async def say_event(self, sequence: int, event: face_event_pb2.FaceEvent) -> None:
        await self.say(face_event=ingest_service_pb2.SequencedFaceEvent(sequence=sequence, event=event))

    async def hear(self, kind: str) -> ingest_service_pb2.ConnectResponse:
        """The next message, which has to be of this kind."""
        message = await self.hear_any(kind)
        assert message.WhichOneof("message") == kind, f"expected {kind}, heard {message}"
        return message

    async def hear_any(self, wanted: str = "a message") -> ingest_service_pb2.ConnectResponse:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            message = await self._call.read()
        if message is grpc.aio.EOF:
            raise AssertionError(f"the stream ended with {await self._call.code()} instead of {wanted}")
        assert isinstance(message, ingest_service_pb2.ConnectResponse)
        return message

    async def hear_any_time(self) -> ingest_service_pb2.ConnectResponse:
        """The next message, however long it takes."""
        message = await self._call.read()
        assert isinstance(message, ingest_service_pb2.ConnectResponse), "the stream ended"
        return message

    async def hear_ack(self, through: int) -> list[ingest_service_pb2.EventRejection]:
        """Hears acks until one that releases everything up to `through`; returns their rejections."""
        rejections: list[ingest_service_pb2.EventRejection] = []
        while True:
            ack = (await self.hear("ack")).ack
            rejections += ack.rejections
            assert ack.acked_through <= through, "more was acknowledged than was sent"
            if ack.acked_through == through:
                return rejections

    async def hang_up(self) -> grpc.StatusCode:
        """Says that nothing more comes, and reads the rest. Returns how the core ended the stream."""
        await self._call.done_writing()
        async with asyncio.timeout(PATIENCE):
            while await self._call.read() is not grpc.aio.EOF:
                pass
            return await self._call.code()

    async def ended(self, heard: list[ingest_service_pb2.ConnectResponse] | None = None) -> Failure:
        """Reads until the core ends the stream, which has to be a failure. Keeps what it heard in `heard`."""
        kept = [] if heard is None else heard
        try:
            async with asyncio.timeout(PATIENCE):
                while (message := await self._call.read()) is not grpc.aio.EOF:
                    assert isinstance(message, ingest_service_pb2.ConnectResponse)
                    kept.append(message)
        except grpc.aio.AioRpcError as error:
            return taken_apart(error)
        raise AssertionError(f"the stream ended with {await self._call.code()}")


@asynccontextmanager
async def dialled(core: Replica, metadata: Metadata) -> AsyncIterator[EdgeClient]:
    """A stream on which nothing was said yet."""
    call = core.ingest.Connect(metadata=metadata)
    try:
        yield EdgeClient(call)
    finally:
        call.cancel()


@asynccontextmanager
async def linked(
    core: Replica,
    metadata: Metadata,
    *,
    worker_id: UUID | None = None,
    spool_id: UUID | None = None,
) -> AsyncIterator[tuple[EdgeClient, ingest_service_pb2.Welcome]]:
    """A link that was welcomed."""
    async with dialled(core, metadata) as link:
        await link.say(hello=hello(worker_id=worker_id, spool_id=spool_id))
        yield link, (await link.hear("welcome")).welcome


def hello(
    *, worker_id: UUID | None = None, spool_id: UUID | None = None, model_id: str = MODEL_ID
) -> ingest_service_pb2.Hello:
    return ingest_service_pb2.Hello(
        worker_id=str(worker_id or new_id()),
        spool_id=str(spool_id or new_id()),
        display_name="Kasse 1",
        software_version="1.0",
        model_id=model_id,
    )
