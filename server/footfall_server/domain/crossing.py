"""Which way somebody crossed a camera's entry line."""

from enum import StrEnum


class Crossing(StrEnum):
    """Seen from the street."""

    IN = "in"
    OUT = "out"
