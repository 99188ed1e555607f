"""Gets certificates from the core, and keeps the one that counts."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import grpc.aio
import structlog
from footfall.v1 import certificate_service_pb2, certificate_service_pb2_grpc
from pydantic import SecretStr

from footfall_edge.identity.identity_files import IdentityFiles
from footfall_edge.identity.worker_identity import WorkerIdentity, signing_request

_TIMEOUT_S = 15.0
_TOKEN_ID = re.compile(r"ffj_(?P<id>[0-9a-f]{32})_")
_log = structlog.get_logger(__name__)


def now_utc() -> datetime:
    return datetime.now(UTC)


class CertificateKeeper:
    """Joins with a token that was not used yet, and renews with the certificate that there is."""

    def __init__(
        self,
        *,
        files: IdentityFiles,
        join_token: SecretStr | None,
        now: Callable[[], datetime] = now_utc,
    ) -> None:
        """Raises BadIdentityError for files that cannot be used."""
        self._files = files
        self._join_token = join_token
        self._now = now
        self._current = files.load()

    @property
    def current(self) -> WorkerIdentity | None:
        """The identity; None before the worker joined for the first time."""
        return self._current

    @property
    def shown(self) -> WorkerIdentity | None:
        """What connections are to be made with now: nothing, when the worker is about to join."""
        return None if self.joins else self._current

    @property
    def joins(self) -> bool:
        """Whether there is a join token to be used: the one that was used before is none."""
        if self._join_token is None:
            return False
        return self._current is None or self._current.join_token_id != self._token_id

    @property
    def has_ended(self) -> bool:
        """Whether the certificate's time is over, by this machine's clock."""
        return self._current is not None and self._now() >= self._current.ends_at

    @property
    def renewal_is_due(self) -> bool:
        return self._current is not None and self._now() >= self._current.renew_at

    async def join(self, channel: grpc.aio.Channel) -> None:
        """Trades the join token for a certificate. Raises grpc.aio.AioRpcError, BadIdentityError, OSError."""
        if self._join_token is None:
            raise RuntimeError("there is no join token")
        key = self._files.next_key()
        answer = await certificate_service_pb2_grpc.CertificateServiceStub(channel).EnrolWorker(
            certificate_service_pb2.EnrolWorkerRequest(
                join_token=self._join_token.get_secret_value(), signing_request=signing_request(key)
            ),
            timeout=_TIMEOUT_S,
        )
        self._keep(
            WorkerIdentity.issued(
                key,
                answer.certificate_der,
                worker_id=answer.worker_id,
                join_token_id=self._token_id,
            )
        )
        _log.info("joined", worker_id=answer.worker_id, site_id=answer.site_id)

    def give_token_up(self) -> None:
        """The join token was refused: go on with the certificate that there is."""
        self._join_token = None

    async def renew(self, channel: grpc.aio.Channel, metadata: Sequence[tuple[str, str]]) -> None:
        """Has a new certificate for a new key. Raises as `join`."""
        if self._current is None:
            raise RuntimeError("there is no certificate to renew")
        key = self._files.next_key()
        answer = await certificate_service_pb2_grpc.CertificateServiceStub(channel).RenewCertificate(
            certificate_service_pb2.RenewCertificateRequest(signing_request=signing_request(key)),
            metadata=tuple(metadata),
            timeout=_TIMEOUT_S,
        )
        self._keep(
            WorkerIdentity.issued(
                key,
                answer.certificate_der,
                worker_id=answer.worker_id,
                join_token_id=self._current.join_token_id,
            )
        )
        _log.info("certificate_renewed")

    def _keep(self, identity: WorkerIdentity) -> None:
        self._files.save(identity)
        self._current = identity

    @property
    def _token_id(self) -> str:
        """The visible part of the join token; of a token in another form nothing is kept."""
        text = "" if self._join_token is None else self._join_token.get_secret_value()
        match = _TOKEN_ID.match(text)
        return "" if match is None else match["id"]
