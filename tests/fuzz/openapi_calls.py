"""Calls of one operation of the OpenAPI document, made by schemathesis, and what is wrong with answers."""

import base64
import functools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import hypothesis
import requests
from fakes.openapi_calls import faults_of_answer, openapi_document
from fuzz.hints import Hints
from hypothesis import HealthCheck, Phase
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HONEST = frozenset({503, 504})
"""Statuses of a server that says that it cannot now."""
PATIENCE = (5, 40)
_MOSTLY = 0.8

# Bodies that are no JSON, or not the JSON of any message.
RAW_BODIES = (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 3000, b'{"a":' * 3000, b"NaN", b"{}{}")


class Entry(Protocol):
    """Somebody who calls."""

    def headers(self) -> Mapping[str, str]:
        """The headers of a call."""
        ...

    def again(self) -> bool:
        """Signs in again; False for those who cannot."""
        ...


@dataclass
class Answers:
    """What came of the calls."""

    calls: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class OperationCalls:
    """Calls one operation."""

    def __init__(
        self, operation: APIOperation, *, url: str, session: requests.Session, answers: Answers
    ) -> None:
        self._operation = operation
        self._url = url
        self._session = session
        self._answers = answers

    def run(self, callers: Sequence[tuple[Entry, Hints]], *, seed: int, examples: int) -> None:
        """Good and bad data, some of each, and bodies that are none; all of it by every caller."""
        dice = Random(f"{seed}:{self._operation.label}")
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            for case in _cases(self._operation, mode, seed=dice.randrange(2**32), examples=examples):
                made = (case.path_parameters, case.query, case.body)
                for caller, hints in callers:
                    case.path_parameters, case.query, case.body = (
                        _with_what_is_there(each, hints, dice) for each in made
                    )
                    self._call(case, caller)
                    if mode is GenerationMode.POSITIVE and self._operation.body:
                        self._call(case, caller, raw=dice.choice(RAW_BODIES))

    def _call(self, case: Case, caller: Entry, *, raw: bytes | None = None) -> None:
        kwargs = self._request(case, caller, raw)
        found, status = self._judged(case, kwargs)
        if status == requests.codes.unauthorized and not self._is_public() and caller.again():
            kwargs = self._request(case, caller, raw)
            found, status = self._judged(case, kwargs)
        self._answers.calls += 1
        self._answers.statuses[status] += 1
        if status == requests.codes.ok:
            self._answers.accepted.add(self._operation.label)
        for fault in found:
            told = f"{status} {fault}: {self._operation.label} by {caller}: {_told(kwargs)}"
            sys.stderr.write(f"{told}\n")
            self._answers.faults.append(told)

    def _request(self, case: Case, caller: Entry, raw: bytes | None) -> dict[str, Any]:
        kwargs = case.as_transport_kwargs(base_url=self._url, headers=dict(caller.headers()))
        if raw is not None:
            kwargs.pop("json", None)
            kwargs["data"] = raw
            kwargs["headers"] = {**kwargs["headers"], "content-type": "application/json"}
        return kwargs

    def _judged(self, case: Case, kwargs: Mapping[str, Any]) -> tuple[list[str], int]:
        """What is wrong with the answer, and its status; 0 when there was none."""
        streams = "text/event-stream" in _success(self._operation)
        try:
            with self._session.request(**kwargs, timeout=PATIENCE, stream=streams) as answer:
                return list(self._faults(case, answer, streams=streams)), answer.status_code
        except requests.RequestException as error:
            return [f"no answer: {type(error).__name__}"], 0

    def _is_public(self) -> bool:
        return (
            openapi_document()["paths"][self._operation.path][self._operation.method.lower()].get("security")
            == []
        )

    def _faults(self, case: Case, answer: requests.Response, *, streams: bool) -> Iterator[str]:
        if answer.status_code >= requests.codes.server_error and answer.status_code not in HONEST:
            yield answer.text[:300]
            return
        if streams and answer.status_code == requests.codes.ok:
            yield from _faults_of_stream(self._operation, answer)
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                said = (
                    f"{failure.title}: {failure.message}" if isinstance(failure, Failure) else repr(failure)
                )
                yield said[:600]


def _with_what_is_there(made: Any, hints: Hints, dice: Random) -> Any:
    """A copy with ids of what is there, days that are some and the like in place of most of those made up.

    Most fields that no message has are left out: the gateway takes none of them, so nothing else would be
    tried.
    """
    if isinstance(made, list):
        return [_with_what_is_there(each, hints, dice) for each in made]
    if not isinstance(made, dict):
        return made
    known = {name: value for name, value in made.items() if name in _field_names() or dice.random() > _MOSTLY}
    return {name: _sensible(name, value, hints, dice) for name, value in known.items()}


def _sensible(name: str, made: Any, hints: Hints, dice: Random) -> Any:
    hint = hints.get(re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name))
    if hint is None or dice.random() > _MOSTLY:
        return _with_what_is_there(made, hints, dice)
    if isinstance(made, str):
        return _as_json(hint(dice))
    if isinstance(made, list) and all(isinstance(each, str) for each in made):
        return [_as_json(hint(dice)) for _ in made]
    return _with_what_is_there(made, hints, dice)


def _as_json(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@functools.cache
def _field_names() -> frozenset[str]:
    """Those of all messages, and of what paths and queries are made of."""
    document = openapi_document()
    of_messages = {
        name for schema in document["components"]["schemas"].values() for name in schema.get("properties", ())
    }
    of_calls = {
        parameter["name"]
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
    }
    return frozenset(of_messages | of_calls)


def _cases(operation: APIOperation, mode: GenerationMode, *, seed: int, examples: int) -> Iterator[Case]:
    """Cases by schemathesis, the same ones for the same seed. None where there is nothing to say wrongly."""
    made: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        made.append(case)

    try:
        collect()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.InvalidArgument):
        return
    yield from made[:examples]


def _faults_of_stream(operation: APIOperation, answer: requests.Response) -> Iterator[str]:
    """Of the first event of a stream that goes on for ever."""
    kind = answer.headers.get("content-type", "")
    if not kind.startswith("text/event-stream"):
        yield f"a stream with content type {kind}"
    for line in answer.iter_lines(chunk_size=1):
        if line.startswith(b"data:"):
            event = json.loads(line.removeprefix(b"data:"))
            schema = _success(operation)["text/event-stream"]["schema"]["x-event"]
            yield from faults_of_answer(event, schema)
            return
    yield "a stream without an event"


def _success(operation: APIOperation) -> Mapping[str, Any]:
    described = openapi_document()["paths"][operation.path][operation.method.lower()]
    content: Mapping[str, Any] = described["responses"]["200"]["content"]
    return content


def _told(kwargs: Mapping[str, Any]) -> str:
    """A call without its token."""
    body = kwargs.get("json", kwargs.get("data", ""))
    return f"{kwargs['method']} {kwargs['url']} {kwargs.get('params') or ''} {str(body)[:400]}"
