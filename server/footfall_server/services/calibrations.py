"""Measures how alike a tenant's own faces are, and decides by it when told to."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.calibration import (
    Pairs,
    expected_false_match_rate,
    expected_miss_rate,
    measured_tail,
    thresholds_of,
)
from footfall_server.domain.histogram import Histogram
from footfall_server.domain.identity import Principal
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.models import AppliedCalibration, MeasuredPairs
from footfall_server.domain.thresholds import DEFAULT_TARGET_RATE
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.model_registry import KnownModels, model_unknown
from footfall_server.services.scope import begin_exclusive_for, begin_for
from footfall_server.services.tenant_models import TenantModels

PEOPLE_SAMPLED: Final = 2000
FACES_OF_EACH: Final = 5
BINS_TOLD: Final = 100
BINS_KEPT: Final = 400
"""Of the pairs of one person, 0.005 each: how many of them a threshold misses is asked for every report."""

GENUINE_NEEDED: Final = 20
IMPOSTORS_NEEDED: Final = 1000
"""Fewer pairs of two people give no tail: its second point, at a rate of 3 %, rests on 30 of them."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured, and what follows for the gallery as large as it is.

    Histograms in BINS_TOLD bins. `match` and `new` are proposed for `target_rate`, `current_match` and
    `current_new` hold now. `miss_rate` is the share of genuine pairs below `match`, `false_match_rate` that
    of strangers at it or above it among `gallery_size` people (FPIR).
    """

    model_id: str
    people: int
    gallery_size: int
    genuine: Histogram
    impostors: Histogram
    tail: ImpostorTail
    target_rate: float
    match: float
    new: float
    current_match: float
    current_new: float
    miss_rate: float
    false_match_rate: float
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class DrawnMeasurement:
    """A measurement and its picture, a PNG file."""

    measurement: Measurement
    plot_png: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldThresholds:
    """What a tenant decides by from now on."""

    model_id: str
    match: float
    new: float
    target_rate: float


class Plot(Protocol):
    """Draws a measurement, given with histograms fine enough for curves."""

    def __call__(self, measurement: Measurement) -> bytes: ...


class CalibrationService:
    """Calibrates, one call at a time: each takes some seconds and up to some hundred megabytes.

    A measurement tells sums over many people, never a face or whose it is.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        models: TenantModels,
        known: KnownModels,
        plot: Plot,
        clock: Clock,
        default_target_rate: float = DEFAULT_TARGET_RATE,
    ) -> None:
        self._transactions = transactions
        self._models = models
        self._known = known
        self._plot = plot
        self._clock = clock
        self._default_target_rate = default_target_rate
        self._turn = asyncio.Lock()

    async def calibrate(self, principal: Principal, model_id: str, target_rate: float) -> DrawnMeasurement:
        """Measures and draws; changes nothing.

        An empty model_id means the model in use, a target_rate of 0 the default. Raises NOT_ENOUGH_FACES,
        MODEL_UNKNOWN.
        """
        async with self._turn:
            measurement = await self._measured(principal, model_id, target_rate)
            return DrawnMeasurement(measurement, await asyncio.to_thread(self._plot, measurement))

    async def apply(self, principal: Principal, model_id: str, target_rate: float) -> HeldThresholds:
        """Measures and decides by it from the next event on. Raises as calibrate."""
        async with self._turn:
            measured = await self._measured(principal, model_id, target_rate)
        now = self._clock.now()
        applied = AppliedCalibration(
            measured.model_id,
            measured.target_rate,
            measured.tail,
            now,
            principal.subject_id,
            MeasuredPairs(
                people=measured.people,
                genuine_counts=tuple(measured.genuine.coarser(BINS_KEPT).counts.tolist()),
                impostor_pairs=measured.impostors.total,
            ),
        )
        async with begin_exclusive_for(self._transactions, principal) as tx:
            await tx.calibrations.apply(applied)
            await _note(
                tx,
                principal,
                Action.CALIBRATION_APPLY,
                at=now,
                detail={
                    "model_id": measured.model_id,
                    "target_rate": measured.target_rate,
                    "people": measured.people,
                    "match": round(measured.match, 4),
                    "match_before": round(measured.current_match, 4),
                },
            )
        return HeldThresholds(measured.model_id, measured.match, measured.new, measured.target_rate)

    async def reset(self, principal: Principal, model_id: str) -> HeldThresholds:
        """Goes back to the tail that the model was published with and the default target rate."""
        now = self._clock.now()
        async with begin_exclusive_for(self._transactions, principal) as tx:
            of_model = await self._model_id(tx, model_id)
            tail, target = self._published(of_model), self._default_target_rate
            if await tx.calibrations.reset(of_model):
                await _note(tx, principal, Action.CALIBRATION_RESET, at=now, detail={"model_id": of_model})
            people = await tx.model_faces.known_people()
        match, new = thresholds_of(tail, target, people)
        return HeldThresholds(of_model, match, new, target)

    async def _measured(self, principal: Principal, model_id: str, target_rate: float) -> Measurement:
        target = target_rate or self._default_target_rate
        async with begin_for(self._transactions, principal) as tx:
            of_model = await self._model_id(tx, model_id)
            applied = await tx.calibrations.get(of_model)
            gallery_size = await tx.model_faces.known_people()
            faces = await tx.model_faces.sample(of_model, people=PEOPLE_SAMPLED, faces_of_each=FACES_OF_EACH)
        if applied is None:
            current_tail, current_target = self._published(of_model), self._default_target_rate
        else:
            current_tail, current_target = applied.tail, applied.target_rate
        pairs = await asyncio.to_thread(Pairs.of, faces)
        tail = _tail_of(pairs)
        match, new = thresholds_of(tail, target, gallery_size)
        current_match, current_new = thresholds_of(current_tail, current_target, gallery_size)
        return Measurement(
            model_id=of_model,
            people=pairs.people,
            gallery_size=gallery_size,
            genuine=pairs.genuine,
            impostors=pairs.impostors,
            tail=tail,
            target_rate=target,
            match=match,
            new=new,
            current_match=current_match,
            current_new=current_new,
            miss_rate=expected_miss_rate(pairs.genuine, match),
            false_match_rate=expected_false_match_rate(tail, match, gallery_size),
            measured_at=self._clock.now(),
        )

    async def _model_id(self, tx: Transaction, model_id: str) -> str:
        if model_id:
            return self._known.get(model_id).model.model_id
        return (await self._models.within(tx)).in_use.model_id

    def _published(self, model_id: str) -> ImpostorTail:
        tail = self._known.get(model_id).tail
        if tail is None:
            raise model_unknown(model_id, f"nobody has said how alike model {model_id} finds two people")
        return tail


def _tail_of(pairs: Pairs) -> ImpostorTail:
    needs = (
        (pairs.impostors.total, IMPOSTORS_NEEDED, "pairs of faces of two people"),
        (pairs.genuine.total, GENUINE_NEEDED, "pairs of faces of one person, seen at different times"),
    )
    for found, needed, what in needs:
        if found < needed:
            raise _not_enough(found, needed, what)
    try:
        return measured_tail(pairs.impostors)
    except ValueError:
        raise _not_enough(
            pairs.impostors.total, pairs.impostors.total + 1, "different cosines of two people"
        ) from None


def _not_enough(found: int, needed: int, what: str) -> FootfallError:
    return FootfallError(
        ErrorKind.FAILED_PRECONDITION,
        "NOT_ENOUGH_FACES",
        f"this needs {needed} {what}, and there are {found}",
        metadata={"needed": str(needed), "found": str(found)},
    )


async def _note(
    tx: Transaction, principal: Principal, action: Action, *, at: datetime, detail: dict[str, object]
) -> None:
    entry = AuditEntry.of(principal, action, tx.tenant_id, at=at, detail=detail, resource="tenant")
    await tx.audit.append(entry)
