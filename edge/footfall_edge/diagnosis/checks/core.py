"""The way to the core, step by step: name, connection, TLS, sign-in."""

import asyncio
import os
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from footfall_edge.diagnosis.finding import Finding, Findings
from footfall_edge.identity.worker_identity import BadIdentityError
from footfall_edge.link.sign_in import make_keeper
from footfall_edge.link.trial import try_sign_in
from footfall_edge.settings import EdgeSettings

_STEP_TIMEOUT_S = 8.0
_ENDS_SOON = timedelta(days=5)
"""A certificate of 30 days is renewed ten days before its end."""
_CLIENT_WANTED = "CERTIFICATE_REQUIRED"


class _StepFailedError(Exception):
    """A step did not work, which is told; the next ones cannot."""


async def check_core(settings: EdgeSettings) -> tuple[Sequence[Finding], timedelta | None]:
    """The findings, and this machine's clock less the core's, which a sign-in tells."""
    findings = Findings("core")
    offset = None
    try:
        await _check_name(findings, settings)
        await _check_connection(findings, settings)
        offset = await _check_sign_in(findings, settings)
    except _StepFailedError:
        pass
    return findings.all, offset


async def _check_name(findings: Findings, settings: EdgeSettings) -> None:
    host, port = _place(settings)
    try:
        async with asyncio.timeout(_STEP_TIMEOUT_S):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    except (OSError, UnicodeError, TimeoutError):
        findings.fail(
            "name",
            f"{host} cannot be resolved",
            "check FOOTFALL_EDGE_GATEWAY_URL, and this machine's DNS server",
        )
        raise _StepFailedError from None
    findings.ok("name", f"{host} is {', '.join(sorted({address[0] for *_, address in found}))}")


async def _check_connection(findings: Findings, settings: EdgeSettings) -> None:
    host, port = _place(settings)
    try:
        async with asyncio.timeout(_STEP_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        why = "no answer" if isinstance(error, TimeoutError) else os.strerror(error.errno or 0)
        findings.fail(
            "connection",
            f"port {port} of {host}: {why}",
            "is the gateway up, is the port its port for edge workers, does a firewall let it out?",
        )
        raise _StepFailedError from None
    writer.close()
    findings.ok("connection", f"port {port} answers")
    if urlsplit(settings.gateway_url).scheme == "https":
        await _check_tls(findings, settings)


async def _check_tls(findings: Findings, settings: EdgeSettings) -> None:
    """The gateway's certificate. The worker's own is shown at the sign-in."""
    host, port = _place(settings)
    try:
        context = ssl.create_default_context(cafile=settings.gateway_ca_file)
    except (OSError, ssl.SSLError):
        findings.fail(
            "certificate authority",
            f"{settings.gateway_ca_file} cannot be read as PEM",
            "set FOOTFALL_EDGE_GATEWAY_CA_FILE to the file that the operator of the core gave you",
        )
        raise _StepFailedError from None
    context.set_alpn_protocols(["h2"])
    try:
        async with asyncio.timeout(_STEP_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except ssl.SSLCertVerificationError as error:
        findings.fail(
            "TLS",
            f"the gateway's certificate is not trusted: {error.verify_message}",
            "set FOOTFALL_EDGE_GATEWAY_CA_FILE to the gateway's authority, use the name that is in the"
            " certificate, and look at this machine's clock",
        )
        raise _StepFailedError from None
    except (OSError, TimeoutError) as error:
        if isinstance(error, ssl.SSLError) and _CLIENT_WANTED in (error.reason or ""):
            findings.ok("TLS", "the gateway's certificate is trusted")
            return
        findings.fail(
            "TLS", "what answers there does not speak TLS", "check host and port of FOOTFALL_EDGE_GATEWAY_URL"
        )
        raise _StepFailedError from None
    ends = _end_of(writer)
    writer.transport.abort()
    if ends is not None and ends - datetime.now(UTC) < _ENDS_SOON:
        findings.warn(
            "TLS",
            f"the gateway's certificate is trusted, and ends on {ends:%Y-%m-%d}",
            "tell the operator of the core: no worker gets in after that",
        )
        return
    findings.ok("TLS", "the gateway's certificate is trusted" + (f" until {ends:%Y-%m-%d}" if ends else ""))


async def _check_sign_in(findings: Findings, settings: EdgeSettings) -> timedelta | None:
    """Returns this machine's clock less the core's."""
    if settings.api_key is None and not _check_certificate(findings, settings):
        return None
    trial = await try_sign_in(settings)
    if trial.fault:
        findings.fail("sign-in", trial.fault, "see docs/edge.md, under its certificate")
    else:
        findings.ok("sign-in", f"the core takes it ({trial.took_s * 1000:.0f} ms)")
    return trial.offset


def _check_certificate(findings: Findings, settings: EdgeSettings) -> bool:
    """Whether there is a certificate to sign in with. A join token is for one use, and not for this one."""
    try:
        keeper = make_keeper(settings)
    except BadIdentityError as error:
        findings.fail("certificate", str(error), "mend the file's mode, or delete it and join again")
        return False
    if keeper.joins:
        findings.warn(
            "certificate",
            "this worker has a join token that was not used yet",
            "it is used at the worker's next start, or by: footfall-edge join",
        )
        return False
    if keeper.current is None:
        findings.fail("certificate", "this worker has not joined", "footfall-edge join, with a new token")
        return False
    ends = keeper.current.ends_at
    if keeper.has_ended:
        findings.fail("certificate", f"ended on {ends:%Y-%m-%d}", "footfall-edge join, with a new token")
        return False
    if ends - datetime.now(UTC) < _ENDS_SOON:
        findings.warn(
            "certificate",
            f"ends on {ends:%Y-%m-%d}, and was not renewed yet",
            "leave the worker running while the core can be reached; see its log for certificate_not_renewed",
        )
    else:
        findings.ok("certificate", f"good until {ends:%Y-%m-%d}")
    return True


def _end_of(writer: asyncio.StreamWriter) -> datetime | None:
    certificate = writer.get_extra_info("peercert")
    if not certificate or "notAfter" not in certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


def _place(settings: EdgeSettings) -> tuple[str, int]:
    parts = urlsplit(settings.gateway_url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
