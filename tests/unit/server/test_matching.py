"""The decision on one face."""

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from fakes.manual_clock import START
from fakes.synthetic_faces import GOOD, POLICY, POOR, quality
from footfall_server.domain.gallery_view import Exemplar, IdentityScore, KnownIdentity
from footfall_server.domain.matching import Rule, Verdict, decide
from footfall_server.domain.person import CustomerKind, IdentityState, Provenance
from footfall_server.domain.thresholds import Zones

ANNE, BERT, CARL = UUID(int=1), UUID(int=2), UUID(int=3)
SITE = UUID(int=9)
TENANT_ZONES = replace(POLICY.zones(0, "tenant"), match=0.5, new=0.3, cluster=0.4, learn=0.6, margin=0.05)
SITE_ZONES = replace(TENANT_ZONES, match=0.42, scope="site")


def scored(who: UUID, score: float, *, waiting: bool = False, at_site: bool = False) -> IdentityScore:
    face = Exemplar(
        UUID(int=who.int + 100), who, Provenance.CREATED, 0.8, np.ones(1, np.float32), None, START
    )
    state = IdentityState.WAITING if waiting else IdentityState.CONFIRMED
    sites = {SITE} if at_site else set()
    identity = KnownIdentity(who, state, CustomerKind.VISITOR, [face], site_ids=sites)
    return IdentityScore(identity, score, score, face, score)


def decided(*scores: IdentityScore, good: object = GOOD, same: bool = True) -> Verdict:
    def scope(each: IdentityScore) -> Zones:
        return SITE_ZONES if SITE in each.identity.site_ids else TENANT_ZONES

    ordered = sorted(scores, key=lambda each: -each.score)
    return decide(ordered, good, widest=TENANT_ZONES, scope=scope, same=lambda *_: same)  # type: ignore[arg-type]


def who(verdict: Verdict) -> UUID | None:
    return None if verdict.match is None else verdict.match.identity.root_id


@pytest.mark.parametrize("score", [0.5, 0.51, 0.99])
def test_from_the_threshold_on_it_is_that_person(score: float) -> None:
    verdict = decided(scored(ANNE, score), scored(BERT, 0.2))
    assert (verdict.rule, who(verdict)) == (Rule.MATCHED, ANNE)
    assert verdict.margin == pytest.approx(score - 0.2)


@pytest.mark.parametrize("score", [0.3, 0.4, 0.499])
def test_between_the_thresholds_it_is_left_open(score: float) -> None:
    assert decided(scored(ANNE, score)).rule is Rule.WAITS


def test_below_both_it_is_nobody_who_is_known() -> None:
    assert decided(scored(ANNE, 0.299)).rule is Rule.NEW
    assert decided().rule is Rule.NEW


def test_a_shot_that_may_be_compared_is_not_yet_good_enough_to_found_somebody() -> None:
    weak = quality(0.4)
    assert decided(scored(ANNE, 0.6), good=weak).rule is Rule.MATCHED
    assert decided(scored(ANNE, 0.1), good=weak).rule is Rule.WAITS
    small = replace(GOOD, inter_ocular_px=28.0)
    assert decided(good=small).rule is Rule.WAITS


@pytest.mark.parametrize("poor", [POOR, quality(0.2), replace(GOOD, inter_ocular_px=23.0)])
def test_a_poor_shot_is_not_compared(poor: object) -> None:
    verdict = decided(scored(ANNE, 0.9), good=poor)
    assert (verdict.rule, verdict.match) == (Rule.BELOW_MATCH_GATE, None)


def test_two_customers_who_are_nearly_as_close_are_too_close_to_call() -> None:
    assert decided(scored(ANNE, 0.7), scored(BERT, 0.66)).rule is Rule.TOO_CLOSE_TO_CALL
    assert decided(scored(ANNE, 0.7), scored(BERT, 0.64)).rule is Rule.MATCHED


def test_somebody_who_waits_is_a_customer_by_a_second_look() -> None:
    verdict = decided(scored(ANNE, 0.6, waiting=True))
    assert (verdict.rule, who(verdict)) == (Rule.CONFIRMED, ANNE)


def test_who_waited_is_the_customer_whom_the_same_face_matches() -> None:
    verdict = decided(scored(ANNE, 0.7, waiting=True), scored(BERT, 0.6))
    assert (verdict.rule, who(verdict)) == (Rule.MATCHED, BERT)
    assert [each.identity.root_id for each in verdict.linked] == [ANNE]


def test_two_who_wait_are_one_by_a_face_that_matches_both() -> None:
    verdict = decided(scored(ANNE, 0.7, waiting=True), scored(BERT, 0.69, waiting=True))
    assert (verdict.rule, who(verdict)) == (Rule.CONFIRMED, ANNE)
    assert [each.identity.root_id for each in verdict.linked] == [BERT]


def test_who_cannot_be_one_is_not_linked_but_a_rival() -> None:
    verdict = decided(scored(ANNE, 0.7), scored(BERT, 0.69, waiting=True), same=False)
    assert verdict.rule is Rule.TOO_CLOSE_TO_CALL
    assert verdict.linked == ()


def test_two_customers_are_never_linked_by_a_face() -> None:
    verdict = decided(scored(ANNE, 0.8), scored(BERT, 0.6), scored(CARL, 0.55, waiting=True))
    assert who(verdict) == ANNE
    assert [each.identity.root_id for each in verdict.linked] == [CARL]


def test_the_people_of_a_site_are_measured_by_its_own_smaller_gallery() -> None:
    verdict = decided(scored(ANNE, 0.45, at_site=True))
    assert (verdict.rule, verdict.zones.scope) == (Rule.MATCHED, "site")
    assert decided(scored(ANNE, 0.45)).rule is Rule.WAITS


def test_equal_scores_are_decided_alike_in_any_order() -> None:
    pair = [scored(ANNE, 0.6, waiting=True), scored(BERT, 0.6, waiting=True)]
    assert who(decided(*pair)) == who(decided(*pair[::-1])) == ANNE
