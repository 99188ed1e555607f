"""Sends a case to the core, and says with which code it ended."""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass

import grpc
import grpc.aio
from footfall_server.domain.identity import Role
from footfall_server.services.sign_in import unauthenticated
from fuzz.callers import FORGED, Callers, Metadata
from fuzz.cases import Case, CaseMaker

PATIENCE = 60.0
"""Seconds. Longer than the core is silent in any case that is in order."""
_OF_THE_LIBRARY = "Internal error from Core"
"""Of gRPC's C core, not of ours: grpc/aio/_call.py."""
_TRIES = 20
_PAUSE = 0.02
"""Seconds that each further try waits longer before it writes: on a busy machine an ending comes late."""
_SIGNED_OUT = unauthenticated().message

OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended, and what was said of it."""

    code: grpc.StatusCode
    details: str = ""

    @property
    def is_ok(self) -> bool:
        return self.code is grpc.StatusCode.OK


class Sender:
    """Spreads calls over some connections."""

    def __init__(self, address: str, callers: Callers, cases: CaseMaker, *, connections: int = 4) -> None:
        self._channels = [grpc.aio.insecure_channel(address, options=OPTIONS) for _ in range(connections)]
        self._next = itertools.cycle(self._channels)
        self._callers = callers
        self._cases = cases

    async def close(self) -> None:
        """Ends the connections."""
        for channel in self._channels:
            await channel.close()

    async def send(self, case: Case) -> Ending:
        """How the call ended. DEADLINE_EXCEEDED is ours when nothing came in time."""
        metadata = self._metadata(case)
        ending = await self._once(case, metadata)
        if ending.details == _SIGNED_OUT and isinstance(case.caller, Role):
            # What the fuzzer did may have ended its own session: that is no fault of this message. A wrong
            # password is: it has the same code, and other words.
            await self._callers.renew(case.caller, metadata)
            ending = await self._once(case, self._metadata(case))
        return ending

    def _metadata(self, case: Case) -> Metadata:
        if isinstance(case.caller, Role):
            return self._callers.metadata(case.caller)
        return self._callers.forged(self._cases.dice(case.index)) if case.caller == FORGED else ()

    async def _once(self, case: Case, metadata: Metadata) -> Ending:
        """As `_called`, again while the client's library hides how the core ended the call.

        Who writes to a stream that has just been ended is told INTERNAL by the library itself.
        """
        for attempt in range(_TRIES):
            ending = await self._called(case, metadata, pause=attempt * _PAUSE)
            if ending.details != _OF_THE_LIBRARY:
                break
        return ending

    async def _called(self, case: Case, metadata: Metadata, *, pause: float) -> Ending:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._call(case, metadata, pause=pause)
        except grpc.aio.AioRpcError as error:
            return Ending(error.code(), error.details() or "")
        except TimeoutError:
            return Ending(grpc.StatusCode.DEADLINE_EXCEEDED)
        return Ending(grpc.StatusCode.OK)

    async def _call(self, case: Case, metadata: Metadata, *, pause: float) -> None:
        channel, described = next(self._next), case.target.descriptor
        if described.client_streaming:
            await _converse(channel, case, metadata, pause)
        elif described.server_streaming:
            stream = channel.unary_stream(case.target.name)(case.payloads[0], metadata=metadata)
            try:
                await stream.read()
            finally:
                stream.cancel()
        else:
            await channel.unary_unary(case.target.name)(case.payloads[0], metadata=metadata)


async def _converse(channel: grpc.aio.Channel, case: Case, metadata: Metadata, pause: float) -> None:
    stream = channel.stream_stream(case.target.name)(metadata=metadata)
    # Read while writing: how the core ended a stream is told only to who has read all that came before.
    reading = asyncio.create_task(_read_out(stream))
    try:
        with suppress(asyncio.InvalidStateError, grpc.aio.AioRpcError):
            # Either says that the core ended the stream before all was said; how, reading tells.
            for payload in case.payloads:
                # Lets an ending that is there already be seen, before a write hides it.
                await asyncio.sleep(pause)
                if stream.done():
                    break
                await stream.write(payload)
            await stream.done_writing()
        await reading
    finally:
        reading.cancel()
        stream.cancel()


async def _read_out(stream: grpc.aio.StreamStreamCall[bytes, bytes]) -> None:
    while await stream.read() is not grpc.aio.EOF:
        pass
