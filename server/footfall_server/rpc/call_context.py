"""What is known of the call that is being served, for whoever serves it."""

from contextvars import ContextVar

from footfall_server.domain.identity import Principal

_principal: ContextVar[Principal] = ContextVar("principal")
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_principal() -> Principal:
    """The caller. Only inside a call that needs a token: LookupError elsewhere."""
    return _principal.get()


def principal_or_none() -> Principal | None:
    """The caller, or None where no token was needed or none was verified yet."""
    return _principal.get(None)


def set_principal(principal: Principal) -> None:
    """For the interceptor that verified the token. Every call runs in a context of its own."""
    _principal.set(principal)


def current_request_id() -> str:
    """The id under which the call is found in the log."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """For the interceptor that gives calls their ids."""
    _request_id.set(request_id)
