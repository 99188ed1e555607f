"""A short run of the fuzzer that `make fuzz` runs with 100,000 messages."""

import asyncio

import pytest
from core_stack import core_stack
from fuzz.fuzz_grpc import attack
from fuzz.methods import targets
from fuzz.settings import fuzzed_core

MESSAGES = 1500


@pytest.mark.timeout(600)
def test_nothing_that_comes_in_makes_the_core_fail() -> None:
    wanted = targets()
    with core_stack(replicas=1, settings=fuzzed_core(), durable=False) as stack:
        report = asyncio.run(attack(stack, messages=MESSAGES, seed=3, begin=0, seconds=400, wanted=wanted))
    assert report.problems() == []
    assert report.findings.messages >= MESSAGES
    codes = report.findings.codes
    assert codes["OK"] > MESSAGES / 20, f"good messages should get through: {codes}"
    assert codes["INVALID_ARGUMENT"] > MESSAGES / 5, f"bad messages should be refused: {codes}"
    assert len(report.findings.methods) > len(wanted) * 0.9, "nearly every method was called"
