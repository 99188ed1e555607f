import { DayOfWeek } from "./gen/footfall/v1/report_service_pb";
import { currentLocale } from "../i18n/active";

/** The days of a week in the order of ISO 8601. */
export const WEEKDAYS = [
  DayOfWeek.MONDAY,
  DayOfWeek.TUESDAY,
  DayOfWeek.WEDNESDAY,
  DayOfWeek.THURSDAY,
  DayOfWeek.FRIDAY,
  DayOfWeek.SATURDAY,
  DayOfWeek.SUNDAY,
] as const;

/** A day of the week in the language of the moment: "Monday", or "Mon". */
export function weekdayName(day: DayOfWeek, weekday: "long" | "short" = "long"): string {
  // The first of January 2024 was a Monday.
  const date = Date.UTC(2024, 0, Math.max(day, DayOfWeek.MONDAY));
  return new Intl.DateTimeFormat(currentLocale(), { weekday, timeZone: "UTC" }).format(date);
}
