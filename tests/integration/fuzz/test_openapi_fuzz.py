"""A short run of the calls that `make fuzz` makes from the OpenAPI document, through a real Envoy."""

import pytest
from core_stack import core_stack
from fuzz.fuzz_openapi import call_all
from fuzz.settings import fuzzed_core


@pytest.mark.timeout(900)
def test_every_operation_answers_as_the_document_says() -> None:
    with core_stack(replicas=1, settings=fuzzed_core(), durable=False) as stack:
        report = call_all(stack, examples=2, seed=5, seconds=800)
    assert report.problems() == []
    statuses = report.answers.statuses
    assert {200, 400, 401, 403, 404} <= statuses.keys(), f"calls of every kind were made: {statuses}"
