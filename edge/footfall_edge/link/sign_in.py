"""How the worker dials and signs in: by its API key, or by its certificate."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import grpc.aio

from footfall_edge.identity.identity_files import IdentityFiles
from footfall_edge.link.access_token import TokenSource
from footfall_edge.link.certificate_keeper import CertificateKeeper
from footfall_edge.link.certificate_renewal import CertificateRenewal
from footfall_edge.link.certificate_tokens import CertificateTokens
from footfall_edge.link.channel import open_channel
from footfall_edge.link.core_link import Dial, Tokens
from footfall_edge.settings import EdgeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the link needs, and what is done beside it.

    worker_id and certificate_ends: by the certificate; None where there is none.
    """

    dial: Dial
    tokens: Tokens
    worker_id: Callable[[], str | None]
    certificate_ends: Callable[[], datetime | None]
    keep: Callable[[], Awaitable[None]] | None


def sign_in_of(settings: EdgeSettings) -> SignIn:
    """As the settings say. Raises BadIdentityError when the certificate on disk cannot be used."""
    if settings.api_key is not None:
        return SignIn(
            dial=lambda: open_channel(settings.gateway_url, settings.gateway_ca_file),
            tokens=TokenSource(api_key=settings.api_key),
            worker_id=lambda: None,
            certificate_ends=lambda: None,
            keep=None,
        )
    keeper = make_keeper(settings)

    def dial() -> grpc.aio.Channel:
        return open_channel(settings.gateway_url, settings.gateway_ca_file, keeper.shown)

    tokens = CertificateTokens(keeper=keeper, audience=settings.audience)
    return SignIn(
        dial=dial,
        tokens=tokens,
        worker_id=lambda: keeper.current.worker_id if keeper.current else None,
        certificate_ends=lambda: keeper.current.ends_at if keeper.current else None,
        keep=CertificateRenewal(keeper=keeper, tokens=tokens, dial=dial).run,
    )


def make_keeper(settings: EdgeSettings) -> CertificateKeeper:
    """The keeper of the certificate in the data folder. Raises BadIdentityError."""
    return CertificateKeeper(files=IdentityFiles(settings.data_dir), join_token=settings.join_token)
