"""Which passwords are taken, and what is said of those that are not."""

import pytest
from footfall_server.auth.password_policy import PasswordPolicy
from footfall_server.errors import ErrorKind, FootfallError
from zxcvbn import matching

ABOUT = ("anna.schmidt@kaufhaus-nord.example", "Anna Schmidt")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "staple of twelve herons",
        "9f2c71d0e6b84a55",
        "Fünfzig Kühe lesen Zeitung",
        "x" + "z9!kQ" * 200,
    ],
)
async def test_long_and_odd_ones_are_taken(password: str) -> None:
    assert await PasswordPolicy().fault(password, about=ABOUT) is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "passwordpassword",
        "qwertyuiop[]",
        "123456789012",
        "aaaaaaaaaaaaaaaaaaaa",
        "iloveyou1234",
        "anna.schmidt@kaufhaus-nord.example",
        "schmidtanna1",
        "x" * 1024,
    ],
)
async def test_what_is_guessed_first_is_not(password: str) -> None:
    with pytest.raises(FootfallError) as caught:
        await PasswordPolicy().require(password, "new_password", about=ABOUT)
    [violation] = caught.value.violations
    assert (caught.value.kind, caught.value.reason) == (ErrorKind.INVALID_ARGUMENT, "INVALID_FIELD")
    assert (violation.field, violation.rule_id) == ("new_password", "password.policy")
    assert violation.description.startswith("is easily guessed")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["", "Zx9!kQ2#wE7", "Zx9!kQ2#wE7$" * 100])
async def test_the_length_is_said(password: str) -> None:
    fault = await PasswordPolicy().fault(password)
    assert fault == "must have 12 to 1024 characters"


async def test_who_the_person_is_makes_the_difference() -> None:
    password = "kaufhausnord"
    with_it = await PasswordPolicy().fault(password, about=("boss@kaufhaus.example", "Kaufhausnord"))
    assert with_it is not None, "a password of one's own name has to be refused"


async def test_nothing_of_the_person_stays_in_the_library() -> None:
    await PasswordPolicy().fault("correct horse battery", about=ABOUT)
    assert not matching.RANKED_DICTIONARIES["user_inputs"], "the shared table still holds personal data"
