"""Signs in once, to see whether that works. The worker's own link is left alone."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

import grpc.aio

from footfall_edge.link.access_token import issued_at
from footfall_edge.link.failures import LinkEndedError, read_failure
from footfall_edge.link.sign_in import SignIn, sign_in_of
from footfall_edge.settings import EdgeSettings

_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInTrial:
    """fault: why it does not work, for people; empty when it does.

    offset: this machine's clock less the core's, right to a second; None when the core did not tell its time.
    """

    fault: str = ""
    took_s: float = 0.0
    offset: timedelta | None = None


async def try_sign_in(settings: EdgeSettings) -> SignInTrial:
    """Have a token, and let it go. With a join token that was not used yet it would join: see to that first.

    Raises BadIdentityError when the certificate on disk cannot be used.
    """
    sign_in = sign_in_of(settings)
    try:
        channel = sign_in.dial()
    except OSError:
        return SignInTrial(fault="the gateway's authority file cannot be read")
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            asked = time.time()
            token = await sign_in.tokens.get(channel)
            answered = time.time()
    except (grpc.aio.AioRpcError, LinkEndedError, TimeoutError) as error:
        return SignInTrial(fault=_why(error, sign_in))
    finally:
        await channel.close()
    issued = issued_at(token)
    offset = None if issued is None else timedelta(seconds=(asked + answered) / 2 - issued)
    return SignInTrial(took_s=answered - asked, offset=offset)


def _why(error: Exception, sign_in: SignIn) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT_S:.0f} s"
    if not isinstance(error, grpc.aio.AioRpcError):
        return str(error)
    failure = read_failure(error)
    if failure.cut_in_tls:
        return sign_in.tokens.cut_off
    if failure.reason == "BAD_CREDENTIALS":
        return sign_in.tokens.refused
    return f"the core answers {failure.code} {failure.reason}".strip()
