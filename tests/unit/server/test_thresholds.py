"""Thresholds follow the model's tail and the size of the gallery."""

import pytest
from fakes.synthetic_faces import POLICY
from footfall_server.domain.impostor_tail import ImpostorTail
from footfall_server.domain.thresholds import CALIBRATED, ThresholdPolicy
from footfall_vision.model_cards import MODEL_CARDS
from hypothesis import given
from hypothesis import strategies as st

TAILS = [ImpostorTail.of_points(card.impostor_tail) for card in MODEL_CARDS.values() if card.impostor_tail]
SIZES = st.integers(0, 10_000_000)


@given(st.sampled_from(TAILS), SIZES, SIZES, st.floats(1e-6, 0.5))
def test_more_people_never_ask_for_less(tail: ImpostorTail, one: int, other: int, rate: float) -> None:
    policy = ThresholdPolicy(tail, rate)
    few, many = policy.zones(min(one, other), "tenant"), policy.zones(max(one, other), "tenant")
    for name in ("new", "cluster", "match", "learn"):
        assert getattr(few, name) <= getattr(many, name), name
    assert few.new <= few.cluster <= few.match <= few.learn


@given(st.sampled_from(TAILS), st.integers(100, 1_000_000), st.floats(1e-5, 0.5))
def test_the_target_rate_is_what_strangers_reach_all_together(
    tail: ImpostorTail, people: int, rate: float
) -> None:
    match = ThresholdPolicy(tail, rate).zones(people, "tenant").match
    if match < 0.99:
        assert people * tail.rate_at(match) == pytest.approx(rate, rel=1e-3)


@given(st.sampled_from(TAILS), st.integers(1, 100_000))
def test_a_stricter_target_asks_for_more(tail: ImpostorTail, people: int) -> None:
    strict, loose = (ThresholdPolicy(tail, rate).zones(people, "tenant") for rate in (0.0001, 0.01))
    assert strict.match > loose.match


def test_the_figures_say_where_they_come_from() -> None:
    policy = ThresholdPolicy(POLICY.tail, 0.01, CALIBRATED)
    zones = policy.zones(250, "site")
    assert (zones.scope, zones.gallery_size, zones.target_rate, zones.source) == (
        "site",
        250,
        0.01,
        "calibrated",
    )


@pytest.mark.parametrize("rate", [0.0, -0.1, 0.6])
def test_a_target_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="target rate"):
        ThresholdPolicy(POLICY.tail, rate)
