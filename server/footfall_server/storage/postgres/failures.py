"""From the database's failures to the vocabulary of the core."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from footfall_server.errors import ErrorKind, FootfallError, unavailable

UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
"""The server is not there, or the connection broke."""

TRANSIENT = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InsufficientResourcesError,
)
"""The server is there, did nothing, and may well do it the next time."""

_TAKEN = {
    "tenants_name_key": "another tenant has this name",
    "sites_name_key": "another site of the tenant has this name",
    "cameras_name_key": "another camera of the site has this name",
    "users_email_key": "another account has this e-mail address",
    "users_pkey": "another account has this id",
    "users_oidc_key": "another account has this identity",
    "staff_members_number_key": "another staff member has this employee number",
    "api_keys_prefix_key": "another API key has this prefix",
    "api_keys_pkey": "another API key has this id",
}

RETRY_SOON = timedelta(milliseconds=200)


def is_unreachable(error: BaseException) -> bool:
    """Whether the connection is gone, so that nothing on it was committed unless COMMIT was under way."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(driver_error(error), UNREACHABLE)
    return isinstance(error, UNREACHABLE)


def driver_error(error: DBAPIError) -> BaseException | None:
    """The asyncpg exception below SQLAlchemy's two."""
    return error.orig.__cause__ if error.orig is not None else None


def constraint_of(error: IntegrityError) -> str | None:
    """The constraint that a row broke."""
    return getattr(driver_error(error), "constraint_name", None)


def already_exists(message: str) -> FootfallError:
    """ALREADY_EXISTS, in words that repeat nothing of the row."""
    return FootfallError(ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", message)


def name_taken(constraint: str) -> FootfallError:
    """ALREADY_EXISTS for a unique constraint that people can do something about."""
    return already_exists(_TAKEN[constraint])


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turns failures of the database that callers can act on into FootfallError; the rest goes through.

    What goes through is a fault of ours, such as a broken check, and is answered as INTERNAL.
    """
    try:
        yield
    except FootfallError:
        raise
    except IntegrityError as error:
        constraint = constraint_of(error)
        if constraint in _TAKEN:
            raise name_taken(constraint) from None
        raise
    except DBAPIError as error:
        if is_unreachable(error):
            raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached") from error
        if isinstance(driver_error(error), TRANSIENT):
            raise unavailable("STORE_UNAVAILABLE", "the database is busy", RETRY_SOON) from error
        raise
    except PoolTimeoutError as error:
        raise unavailable("STORE_UNAVAILABLE", "all connections to the database are in use") from error
    except TRANSIENT as error:
        raise unavailable("STORE_UNAVAILABLE", "the database is busy", RETRY_SOON) from error
    except UNREACHABLE as error:
        raise unavailable("STORE_UNAVAILABLE", "the database cannot be reached") from error
