"""The decision on one face."""

from uuid import UUID

import pytest
from fakes.synthetic_faces import GOOD, POOR, quality
from footfall_server.domain.matching import Known, New, Thresholds, Unrecognisable, decide
from footfall_server.domain.person import Candidate

ANNE, BERT = UUID(int=1), UUID(int=2)


def test_the_closest_above_the_threshold_is_it() -> None:
    candidates = [Candidate(BERT, 0.5), Candidate(ANNE, 0.7), Candidate(BERT, 0.1)]
    assert decide(candidates, GOOD, Thresholds()) == Known(ANNE, 0.7)


def test_the_threshold_itself_matches() -> None:
    assert decide([Candidate(ANNE, 0.45)], GOOD, Thresholds(match=0.45)) == Known(ANNE, 0.45)


def test_below_the_threshold_it_is_nobody_known_and_says_how_near_it_was() -> None:
    assert decide([Candidate(ANNE, 0.44)], GOOD, Thresholds()) == New(0.44)
    assert decide([], GOOD, Thresholds()) == New(None)


@pytest.mark.parametrize("poor", [POOR, quality(0.2)])
def test_a_poor_shot_is_not_compared(poor: object) -> None:
    assert decide([Candidate(ANNE, 0.9)], poor, Thresholds()) == Unrecognisable()  # type: ignore[arg-type]


def test_equal_scores_are_decided_alike_in_any_order() -> None:
    candidates = [Candidate(BERT, 0.6), Candidate(ANNE, 0.6)]
    assert decide(candidates, GOOD, Thresholds()) == decide(candidates[::-1], GOOD, Thresholds())


def test_a_learning_bar_below_the_match_is_refused() -> None:
    with pytest.raises(ValueError, match="learn"):
        Thresholds(match=0.7, learn=0.6)
    assert Thresholds.of_match(0.7).learn == pytest.approx(0.8)
