"""Days of the week, between the wire and the domain."""

from footfall.v1 import report_service_pb2

from footfall_server.domain.report_period import Weekday

_NUMBERS = {
    Weekday.MONDAY: report_service_pb2.DAY_OF_WEEK_MONDAY,
    Weekday.TUESDAY: report_service_pb2.DAY_OF_WEEK_TUESDAY,
    Weekday.WEDNESDAY: report_service_pb2.DAY_OF_WEEK_WEDNESDAY,
    Weekday.THURSDAY: report_service_pb2.DAY_OF_WEEK_THURSDAY,
    Weekday.FRIDAY: report_service_pb2.DAY_OF_WEEK_FRIDAY,
    Weekday.SATURDAY: report_service_pb2.DAY_OF_WEEK_SATURDAY,
    Weekday.SUNDAY: report_service_pb2.DAY_OF_WEEK_SUNDAY,
}
_WEEKDAYS = {number: weekday for weekday, number in _NUMBERS.items()}


def from_weekday(day: report_service_pb2.DayOfWeek) -> Weekday | None:
    """None for none."""
    return _WEEKDAYS.get(day)


def to_weekday(weekday: Weekday) -> report_service_pb2.DayOfWeek:
    return _NUMBERS[weekday]
