"""The cookie that keeps a refresh token from scripts (RFC 6265).

It is sent to AuthService alone, from pages of the same site alone, and, unless a setting says otherwise,
over TLS alone.
"""

from footfall_server.ports import Clock
from footfall_server.rpc.interceptors.behaviour import Context
from footfall_server.services.sign_in import RefreshGrant

NAME = "footfall_refresh"
PATH = "/footfall.v1.AuthService/"


class RefreshCookies:
    """Sets, reads and clears the cookie, in the headers of calls."""

    def __init__(self, *, clock: Clock, secure: bool) -> None:
        self._clock = clock
        self._attributes = f"; HttpOnly; SameSite=Strict; Path={PATH}{'; Secure' if secure else ''}"

    def read(self, context: Context) -> str | None:
        """The refresh token that came as a cookie; None without one."""
        for key, value in context.invocation_metadata() or ():
            if key != "cookie":
                continue
            text = value if isinstance(value, str) else value.decode("ascii", "replace")
            for pair in text.split(";"):
                name, _, held = pair.strip().partition("=")
                if name == NAME:
                    return held
        return None

    async def set(self, context: Context, grant: RefreshGrant) -> None:
        """Sends the token as a cookie that lives as long as its session."""
        left = max(int((grant.expires_at - self._clock.now()).total_seconds()), 0)
        await self._send(context, f"{grant.text}; Max-Age={left}")

    async def clear(self, context: Context) -> None:
        """Takes the cookie away."""
        await self._send(context, "; Max-Age=0")

    async def _send(self, context: Context, value_and_age: str) -> None:
        await context.send_initial_metadata((("set-cookie", f"{NAME}={value_and_age}{self._attributes}"),))
