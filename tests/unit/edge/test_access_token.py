"""Tokens are told apart by their own clock, and never shown."""

from fakes.fake_core import fake_jwt
from footfall_edge.gateway_url import is_loopback
from footfall_edge.link.access_token import AccessToken, _lifetime
from pydantic import SecretStr
from pytest import approx  # noqa: PT013 (one name)


def test_the_lifetime_is_the_issuers_whatever_our_clock_says() -> None:
    assert _lifetime(fake_jwt(900)) == approx(900)


def test_what_is_no_jwt_is_renewed_after_a_while() -> None:
    assert _lifetime("opaque") == 300
    assert _lifetime("a.b.c") == 300
    assert _lifetime("a.e30.c") == 300


def test_a_token_is_not_shown() -> None:
    token = AccessToken(secret=SecretStr("very-secret"), renew_at=1.0)
    assert "very-secret" not in repr(token)
    assert token.metadata == (("authorization", "Bearer very-secret"),)


def test_loopback_is_recognised() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("gateway.example")
