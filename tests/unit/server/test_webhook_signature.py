"""Signatures as the Standard Webhooks specification has them, and the sample of docs/webhooks.md on them."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fakes.manual_clock import START
from footfall_server.domain.webhook_signature import secret_text, signature, signed_headers

SECRET, OLD = b"n" * 32, b"o" * 32
EVENT = UUID("0199aaaa-0000-7000-8000-000000000001")
BODY = b'{"id":"x"}'
PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"

Verify = Callable[[str, Mapping[str, str], bytes, float], Any]


@pytest.fixture
def verify() -> Verify:
    """The function of the sample, as whoever copies it gets it."""
    [sample] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    exec(compile(sample, PAGE.name, "exec"), found)  # noqa: S102 - it is ours
    made: Verify = found["verified"]
    return made


def test_a_known_answer_of_the_specifications_libraries() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_two_secrets_are_good_both_sign() -> None:
    headers = signed_headers([SECRET, OLD], EVENT, BODY, START)
    timestamp = int(START.timestamp())
    assert headers == {
        "webhook-id": str(EVENT),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(each, str(EVENT), timestamp, BODY) for each in (SECRET, OLD)),
    }
    assert secret_text(SECRET) == "whsec_" + base64.b64encode(SECRET).decode()


def test_the_sample_takes_what_we_send(verify: Verify) -> None:
    now = START.timestamp()
    headers = signed_headers([SECRET, OLD], EVENT, BODY, START)
    for each in (SECRET, OLD):
        assert verify(secret_text(each), headers, BODY, now) == {"id": "x"}


def test_the_sample_refuses_everything_else(verify: Verify) -> None:
    now = START.timestamp()
    good = signed_headers([SECRET], EVENT, BODY, START)
    late = timedelta(minutes=6).total_seconds()
    refused = {
        "another secret": (secret_text(OLD), good, BODY, now),
        "another body": (secret_text(SECRET), good, BODY + b" ", now),
        "another id": (secret_text(SECRET), {**good, "webhook-id": str(UUID(int=1))}, BODY, now),
        "too old": (secret_text(SECRET), good, BODY, now + late),
        "of the future": (secret_text(SECRET), good, BODY, now - late),
        "another time": (secret_text(SECRET), {**good, "webhook-timestamp": str(int(now) + 1)}, BODY, now),
        "no signature": (secret_text(SECRET), {**good, "webhook-signature": ""}, BODY, now),
        "an unknown version": (
            secret_text(SECRET),
            {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
            BODY,
            now,
        ),
    }
    for what, (secret, headers, body, at) in refused.items():
        with pytest.raises(ValueError, match="webhook"):
            pytest.fail(f"{what} was taken: {verify(secret, headers, body, at)}")
