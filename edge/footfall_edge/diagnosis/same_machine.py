"""Keeps the pages to programs of this machine, and away from what a browser was told by a stranger.

A socket on loopback is reached by every web page that is open on the machine. A page whose name was
pointed to 127.0.0.1 (DNS rebinding) could even read the answers, but gives itself away by the Host
header; one of another origin says so in Sec-Fetch-Site (W3C Fetch Metadata).
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from footfall_edge.gateway_url import is_loopback

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_OWN_SITES = frozenset({"same-origin", "none"})


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer own requests only, with headers that keep the answers to them."""
    refusal = _refusal(request)
    if refusal is not None:
        answer: web.StreamResponse = refusal
    else:
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            # 404 and 405 of the router; their text is the library's, and says nothing of us.
            answer = web.Response(status=error.status, text=f"{error.reason}\n", headers=_allow(error))
    answer.headers.update(_HEADERS)
    return answer


def _refusal(request: web.Request) -> web.Response | None:
    if not _names_this_machine(request.headers.getall("Host", [])):
        return web.Response(status=421, text="ask for 127.0.0.1 or localhost\n")
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        return web.Response(status=403, text="another site's page may not ask\n")
    return None


def _names_this_machine(hosts: list[str]) -> bool:
    """Whatever the port, which a tunnel changes. One header exactly."""
    if len(hosts) != 1:
        return False
    try:
        name = urlsplit(f"//{hosts[0]}").hostname
    except ValueError:
        return False
    return name is not None and is_loopback(name)


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
