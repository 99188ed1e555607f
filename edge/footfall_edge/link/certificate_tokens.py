"""Access tokens for the worker's certificate."""

import time
from collections.abc import Callable
from datetime import datetime

import grpc
import grpc.aio
import structlog
from footfall.v1 import auth_service_pb2

from footfall_edge.identity.client_assertion import client_assertion
from footfall_edge.identity.worker_identity import BadIdentityError, WorkerIdentity
from footfall_edge.link.access_token import AccessToken, issue_token
from footfall_edge.link.certificate_keeper import CertificateKeeper, now_utc
from footfall_edge.link.failures import CertificateChangedError, CertificateUnusableError, read_failure

_log = structlog.get_logger(__name__)

_JOIN_AGAIN = "join again with a new token"


class CertificateTokens:
    """Signs statements with the certificate's key and trades them for tokens; joins first, if it has to."""

    def __init__(
        self,
        *,
        keeper: CertificateKeeper,
        audience: str,
        now: Callable[[], datetime] = now_utc,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keeper = keeper
        self._audience = audience
        self._now = now
        self._clock = clock
        self._token: AccessToken | None = None
        self._bound_to = ""

    @property
    def refused(self) -> str:
        """What it means that the core does not take what it was shown, for people."""
        if self._keeper.joins:
            return "the core refuses the join token: it is wrong, over, or was used; make a new one"
        return (
            f"the core refuses this worker's certificate: it was revoked, or has ended; {_JOIN_AGAIN}"
            " (a clock that is off by more than half a minute does the same)"
        )

    @property
    def cut_off(self) -> str:
        """What it means that the gateway breaks TLS off, for people."""
        return (
            "the gateway ends the TLS connection: this worker's certificate was revoked, or is of another"
            f" authority; {_JOIN_AGAIN}"
        )

    async def get(self, channel: grpc.aio.Channel) -> AccessToken:
        """A token with time left, for the certificate that the channel shows.

        Raises CertificateChangedError when the worker joined just now and has to dial again,
        CertificateUnusableError when there is no certificate to go on with, and grpc.aio.AioRpcError.
        """
        if self._keeper.joins:
            await self._join(channel)
        identity = self._keeper.current
        if identity is None:
            raise CertificateUnusableError(f"this worker has no certificate; {_JOIN_AGAIN}")
        if self._keeper.has_ended:
            raise CertificateUnusableError(f"this worker's certificate has ended; {_JOIN_AGAIN}")
        if self._token is None or self._bound_to != identity.fingerprint:
            return await self._issue(channel, identity)
        if self._clock() >= self._token.renew_at:
            return await self._issue(channel, identity)
        return self._token

    def forget(self) -> None:
        """Have a new token next time: this one was refused."""
        self._token = None

    async def _join(self, channel: grpc.aio.Channel) -> None:
        try:
            await self._keeper.join(channel)
        except grpc.aio.AioRpcError as error:
            if self._keeper.current is None or read_failure(error).reason != "BAD_CREDENTIALS":
                raise
            _log.error("join_token_refused", detail=self.refused)
            self._keeper.give_token_up()
        except (BadIdentityError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise CertificateUnusableError(f"the new certificate cannot be kept: {why}") from error
        # The channel shows no certificate: what follows needs one that does.
        raise CertificateChangedError("the worker goes on with its certificate")

    async def _issue(self, channel: grpc.aio.Channel, identity: WorkerIdentity) -> AccessToken:
        assertion = client_assertion(identity, audience=self._audience, now=self._now())
        request = auth_service_pb2.IssueTokenRequest(client_assertion=assertion)
        self._token = await issue_token(channel, request, clock=self._clock)
        self._bound_to = identity.fingerprint
        return self._token
