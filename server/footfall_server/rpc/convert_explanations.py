"""Explanations, from the domain to the wire."""

from footfall.v1 import explanation_pb2

from footfall_server.domain.decision import DecidedCandidate, DecidedGate, DecidedThresholds
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.site_rules import SiteRule
from footfall_server.domain.visit import VisitView
from footfall_server.rpc.convert_values import to_optional_id, to_timestamp
from footfall_server.services.explanations import Explanation


def to_explanation(explanation: Explanation) -> explanation_pb2.Explanation:
    decision = explanation.decision
    visit = explanation.visit
    sighting = explanation.sighting
    return explanation_pb2.Explanation(
        event_id=str(decision.event_id),
        track_id=str(decision.track_id),
        site_id=str(decision.site_id),
        camera_id=str(decision.camera_id),
        decide_time=to_timestamp(decision.decided_at),
        outcome=decision.outcome,
        rule=decision.rule,
        model_id=decision.model_id,
        gates=map(_to_gate, decision.gates),
        candidates=map(_to_candidate, decision.candidates),
        margin=decision.margin,
        thresholds=_to_thresholds(decision.thresholds),
        excluded_customer_ids=[str(each) for each in decision.excluded],
        is_staff=decision.outcome == FaceOutcome.STAFF.value,
        customer_id=to_optional_id(explanation.customer_id),
        visit=None if visit is None else _to_visit(visit, explanation.rule),
        image_id=to_optional_id(None if sighting is None else sighting.image_id),
        first_seen_time=None if sighting is None else to_timestamp(sighting.first_seen_at),
    )


def _to_gate(gate: DecidedGate) -> explanation_pb2.QualityGate:
    return explanation_pb2.QualityGate(
        name=gate.name,
        purpose=gate.purpose,
        value=gate.value,
        needed=gate.needed,
        passed=gate.value >= gate.needed,
    )


def _to_candidate(candidate: DecidedCandidate) -> explanation_pb2.ExplainedCandidate:
    return explanation_pb2.ExplainedCandidate(
        customer_id=str(candidate.customer_id),
        score=candidate.score,
        face_score=candidate.face_score,
        face_id=str(candidate.face_id),
        provenance=candidate.provenance,
        is_waiting=candidate.is_waiting,
        is_staff=candidate.is_staff,
        seen_at_site=candidate.seen_at_site,
    )


def _to_thresholds(thresholds: DecidedThresholds) -> explanation_pb2.ExplainedThresholds:
    return explanation_pb2.ExplainedThresholds(
        match=thresholds.match,
        new=thresholds.new,
        margin=thresholds.margin,
        scope=thresholds.scope,
        gallery_size=thresholds.gallery_size,
        target_rate=thresholds.target_rate,
        source=thresholds.source,
    )


def _to_visit(visit: VisitView, rule: SiteRule | None) -> explanation_pb2.ExplainedVisit:
    return explanation_pb2.ExplainedVisit(
        visit_id=str(visit.visit_id),
        rule_version=visit.rule_version,
        visit_gap_seconds=0 if rule is None else int(rule.visit_gap.total_seconds()),
        business_day=visit.business_day.isoformat(),
        time_zone="" if rule is None else rule.time_zone,
        sighting_count=visit.sighting_count,
        kind=visit.kind.value,
    )
