"""Days of the week, between the wire and the domain."""

from footfall.v1 import report_service_pb2

from footfall_server.domain.report_period import Weekday

_WEEKDAYS = dict(enumerate(Weekday, start=report_service_pb2.DAY_OF_WEEK_MONDAY))
_NUMBERS = {weekday: report_service_pb2.DayOfWeek.ValueType(number) for number, weekday in _WEEKDAYS.items()}


def from_weekday(day: report_service_pb2.DayOfWeek) -> Weekday | None:
    """None for none."""
    return _WEEKDAYS.get(day)


def to_weekday(weekday: Weekday) -> report_service_pb2.DayOfWeek:
    return _NUMBERS[weekday]
