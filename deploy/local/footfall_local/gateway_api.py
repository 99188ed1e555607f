"""The JSON API of a gateway on this machine, with nothing but the standard library."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

TIMEOUT = 15.0
PATIENCE = 30.0
PAUSE = 0.5
UNAVAILABLE = frozenset({502, 503, 504})


class GatewayApiError(Exception):
    """The gateway refused, or cannot be reached; the text says which and holds no secret."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, or 0 when there was no answer."""


class GatewayApi:
    """Calls as one caller; the token is renewed when its time is over, unless it was given."""

    def __init__(
        self, url: str, *, email: str = "", password: str = "", token: str = "", timeout: float = TIMEOUT
    ) -> None:
        """Nothing is called yet. Give an account or a token; timeout, in seconds, is that of one call."""
        self._url = url
        self._credentials = {"password": {"email": email, "password": password}} if email else None
        self._token = token
        self._timeout = timeout

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """GET, asked again for a while when the core is away: a read changes nothing.

        Raises:
            GatewayApiError: it was refused, or nobody answered.

        """
        return _patiently(lambda: self._call("GET", path, query=query))

    def post(self, path: str, document: Mapping[str, Any], **query: str) -> dict[str, Any]:
        """POST once.

        Raises:
            GatewayApiError: it was refused, or nobody answered.

        """
        return self._call("POST", path, document, query=query)

    def patch(self, path: str, document: Mapping[str, Any], **query: str) -> dict[str, Any]:
        """PATCH once.

        Raises:
            GatewayApiError: it was refused, or nobody answered.

        """
        return self._call("PATCH", path, document, query=query)

    def all_of(self, path: str, key: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page.

        Raises:
            GatewayApiError: a page was refused, or nobody answered.

        """
        token = ""
        while True:
            page = self.get(path, **query, **({"pageToken": token} if token else {}))
            yield from page.get(key, [])
            token = page.get("nextPageToken", "")
            if not token:
                return

    def _call(
        self, method: str, path: str, document: Mapping[str, Any] | None = None, *, query: Mapping[str, str]
    ) -> dict[str, Any]:
        if not self._token:
            self._token = self._sign_in()
        where = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        try:
            return self._send(method, where, document)
        except GatewayApiError as error:
            if error.status != 401 or self._credentials is None:  # noqa: PLR2004 - HTTP's "unauthorised"
                raise
        self._token = self._sign_in()
        return self._send(method, where, document)

    def _sign_in(self) -> str:
        answer = _patiently(lambda: self._send("POST", "/v1/auth/token", self._credentials))
        return str(answer["accessToken"])

    def _send(self, method: str, path: str, document: Mapping[str, Any] | None) -> dict[str, Any]:
        body = None if document is None else json.dumps(document).encode()
        headers = {"content-type": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(  # noqa: S310 - our own gateway's http
            f"{self._url}{path}", data=body, headers=headers, method=method
        )
        # A proxy in the environment is for the outside, not for loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=self._timeout) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            bare = path.partition("?")[0]
            raise GatewayApiError(
                f"{method} {bare} was answered {error.code}: {said}", status=error.code
            ) from None
        except (OSError, ValueError) as error:
            raise GatewayApiError(f"the gateway does not answer at {self._url}: {error}") from None


def _patiently(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except GatewayApiError as error:
            away = error.status == 0 or error.status in UNAVAILABLE
            if not away or time.monotonic() > deadline:
                raise
        time.sleep(PAUSE)
