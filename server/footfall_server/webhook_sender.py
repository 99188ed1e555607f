"""Posts events to receivers over HTTP, and to no address that it should not.

A name is resolved once per turn of a receiver, every address behind it is judged, and one of those that were
judged is connected to: a name that leads elsewhere a moment later changes nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from footfall_server.domain.receiver_address import fault_of_url, may_be_sent_to
from footfall_server.domain.webhook import SendFailure
from footfall_server.outbound_http import AnswerTooLongError, new_http_client, read_at_most
from footfall_server.ports import Receiver, SendFailedError

MOST_ANSWER_BYTES = 16 * 1024
"""Read, so that the connection can be used again, and thrown away. Of a longer answer no more is read."""

IpAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """The addresses behind a name, as the system's resolver has them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(address[0].partition("%")[0]) for *_, address in found]


class HttpWebhookSender:
    """WebhookSender. `timeout` is what a receiver has for an event, from the first packet to its answer."""

    def __init__(
        self,
        *,
        allow_private: bool,
        timeout: timedelta,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        """tls: whom to trust; the certificate authorities of certifi when it is not told."""
        self.allow_private = allow_private
        self._timeout = timeout
        # Made once: to read all authorities takes longer than to send an event.
        self._tls = tls or httpx.create_ssl_context()
        self._resolve = resolve

    @asynccontextmanager
    async def to(self, url: str) -> AsyncIterator[Receiver]:
        """See WebhookSender.to.

        A client of its own: connections are kept by address, and two receivers behind one address would share
        one whose certificate names the other.
        """
        client = new_http_client(
            timeout_seconds=self._timeout.total_seconds(),
            headers={"accept": "*/*", "content-type": "application/json", "user-agent": "footfall-webhooks"},
            tls=self._tls,
            connections=1,
            kept_alive=1,
            from_environment=False,
        )
        async with client:
            yield _HttpReceiver(
                url, client, self._timeout, allow_private=self.allow_private, resolve=self._resolve
            )


class _HttpReceiver:
    """Receiver."""

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        timeout: timedelta,
        *,
        allow_private: bool,
        resolve: Resolve,
    ) -> None:
        self._url = url
        self._client = client
        self._timeout = timeout.total_seconds()
        self._allow_private = allow_private
        self._resolve = resolve
        self._address: IpAddress | None = None

    async def post(self, headers: Mapping[str, str], body: bytes) -> int:
        """See Receiver.post."""
        try:
            async with asyncio.timeout(self._timeout):
                if self._address is None:
                    self._address = await self._judged_address()
                return await self._post(self._address, headers, body)
        except (TimeoutError, httpx.TimeoutException):
            raise SendFailedError(SendFailure.TIMEOUT) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            failure = SendFailure.TLS if _is_about_tls(error) else SendFailure.CONNECTION
            raise SendFailedError(failure) from None

    async def _judged_address(self) -> IpAddress:
        # A setting that was changed since the webhook was made holds for it as well.
        if fault_of_url(self._url, allow_private=self._allow_private) is not None:
            raise SendFailedError(SendFailure.ADDRESS_REFUSED)
        url = httpx.URL(self._url)
        try:
            found = await self._resolve(
                url.raw_host.decode().strip("[]"), url.port or _DEFAULT_PORTS[url.scheme]
            )
        except (OSError, UnicodeError):
            raise SendFailedError(SendFailure.NOT_RESOLVED) from None
        if not found:
            raise SendFailedError(SendFailure.NOT_RESOLVED)
        # All of them: who answers with a public and a private address wants the private one to be taken.
        if not all(may_be_sent_to(each, allow_private=self._allow_private) for each in found):
            raise SendFailedError(SendFailure.ADDRESS_REFUSED)
        return found[0]

    async def _post(self, address: IpAddress, headers: Mapping[str, str], body: bytes) -> int:
        url = httpx.URL(self._url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            content=body,
            headers={**headers, "host": url.netloc.decode()},
            # The certificate has to be the name's, not the address's.
            extensions={"sni_hostname": url.raw_host.decode().strip("[]")},
        )
        response = await self._client.send(request, stream=True)
        try:
            with suppress(AnswerTooLongError):
                await read_at_most(response, MOST_ANSWER_BYTES)
        finally:
            await response.aclose()
        return response.status_code


_DEFAULT_PORTS = {"https": 443, "http": 80}


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
