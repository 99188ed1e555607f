"""Renews the certificate in the background, while the link goes on with the old one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn, Protocol

import grpc
import grpc.aio
import structlog

from footfall_edge.backoff import Backoff
from footfall_edge.identity.worker_identity import BadIdentityError
from footfall_edge.link.access_token import AccessToken
from footfall_edge.link.certificate_keeper import CertificateKeeper
from footfall_edge.link.failures import LinkEndedError, read_failure

_LOOK_S = 60.0
_FIRST_RETRY_S = 30.0
_LAST_RETRY_S = 3600.0
_log = structlog.get_logger(__name__)


class Tokens(Protocol):
    """Where access tokens come from."""

    async def get(self, channel: grpc.aio.Channel) -> AccessToken: ...

    def forget(self) -> None: ...


class CertificateRenewal:
    """Asks for a new certificate when two thirds of the old one's life are over, again until it has one.

    The link is left alone: its connection and its token belong to the old certificate, which is good until
    it ends; when the token ends, the link dials with the new one.
    """

    def __init__(
        self,
        *,
        keeper: CertificateKeeper,
        tokens: Tokens,
        dial: Callable[[], grpc.aio.Channel],
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._keeper = keeper
        self._tokens = tokens
        self._dial = dial
        self._backoff = backoff or Backoff(first=_FIRST_RETRY_S, limit=_LAST_RETRY_S)
        self._sleep = sleep

    async def run(self) -> NoReturn:
        """Work until cancelled. Looks at the clock each minute, since clocks are set and machines sleep."""
        while True:
            if not self._keeper.renewal_is_due or self._keeper.joins or self._keeper.has_ended:
                await self._sleep(_LOOK_S)
                continue
            failed = await self._renew()
            if failed is None:
                self._backoff.begin()
                continue
            delay = self._backoff.next_delay()
            _log.warning("certificate_not_renewed", detail=failed, retry_in_s=round(delay))
            await self._sleep(delay)

    async def _renew(self) -> str | None:
        """Why it did not succeed; None when it did."""
        try:
            channel = self._dial()
        except OSError as error:
            return f"the gateway's authority file cannot be read: {error.strerror}"
        try:
            token = await self._tokens.get(channel)
            await self._keeper.renew(channel, token.metadata)
        except grpc.aio.AioRpcError as error:
            failure = read_failure(error)
            if failure.code == grpc.StatusCode.UNAUTHENTICATED.name:
                self._tokens.forget()
            return f"{failure.code} {failure.reason}".strip()
        except (LinkEndedError, BadIdentityError) as error:
            return str(error)
        except OSError as error:
            return f"the new certificate cannot be kept: {error.strerror}"
        finally:
            await channel.close()
        return None
