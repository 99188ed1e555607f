import pytest
from footfall.v1 import common_pb2
from footfall_server.rpc.convert_visits import to_gender
from footfall_vision.model_cards import CERTAIN_FEMALE, CERTAIN_MALE


@pytest.mark.parametrize(
    ("female_probability", "said"),
    [
        (None, common_pb2.GENDER_UNSPECIFIED),
        (CERTAIN_FEMALE, common_pb2.GENDER_FEMALE),
        (CERTAIN_FEMALE - 0.01, common_pb2.GENDER_UNKNOWN),
        (CERTAIN_MALE + 0.01, common_pb2.GENDER_UNKNOWN),
        (CERTAIN_MALE, common_pb2.GENDER_MALE),
    ],
)
def test_an_estimate_is_told_only_when_it_is_certain(female_probability: float | None, said: int) -> None:
    assert to_gender(female_probability) == said
