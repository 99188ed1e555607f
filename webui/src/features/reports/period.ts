/** Rows of business days. A day is "YYYY-MM-DD"; both ends are counted. Days have no zone: each site has its own. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export type Step = "hour" | "day" | "week" | "month";
export const STEPS: readonly Step[] = ["hour", "day", "week", "month"];

export type Comparison = "" | "previous" | "year";

const DAY_MS = 86_400_000;
const MOST_BUCKETS = 1000;
const HOURS_A_DAY = 25;
/** As many weeks as are about a year, so that weekdays stand beside weekdays. */
const YEAR_DAYS = 364;

function utc(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && plusDays(text, 0) === text;
}

export function plusDays(day: string, days: number): string {
  return new Date(utc(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function lengthOf({ from, to }: Period): number {
  return Math.round((utc(to) - utc(from)) / DAY_MS) + 1;
}

/** The first day of the month of a day, some months on. */
export function monthStart(day: string, months = 0): string {
  const date = new Date(utc(day));
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)).toISOString().slice(0, 10);
}

/** Whether the server would count the period in such steps: it refuses more than a thousand at once. */
export function fits(period: Period, step: Step): boolean {
  const days = lengthOf(period);
  if (step === "hour") return days * (HOURS_A_DAY - 1) <= MOST_BUCKETS;
  return days <= (step === "day" ? MOST_BUCKETS : 3700);
}

/** Steps that a screen shows well. */
export function naturalStep(period: Period): Step {
  const days = lengthOf(period);
  if (days <= 2) return "hour";
  if (days <= 62) return "day";
  return days <= 400 ? "week" : "month";
}

/** The last days of a period that have begun, at most so many; undefined where none has. */
export function lastDays({ from, to }: Period, today: string, most: number): Period | undefined {
  const last = to < today ? to : today;
  if (from > last) return undefined;
  const first = plusDays(last, 1 - most);
  return { from: first > from ? first : from, to: last };
}

/** The period that is set beside another. */
export function compared(period: Period, comparison: Comparison): Period | undefined {
  if (comparison === "") return undefined;
  const back = comparison === "year" ? YEAR_DAYS : lengthOf(period);
  return { from: plusDays(period.from, -back), to: plusDays(period.to, -back) };
}

export type PresetKey = "today" | "yesterday" | "days7" | "days28" | "thisMonth" | "lastMonth" | "months12";

/** Periods that people ask for, by the day that it is at the site. */
export function presets(today: string): readonly { readonly key: PresetKey; readonly period: Period }[] {
  const yesterday = plusDays(today, -1);
  return [
    { key: "today", period: { from: today, to: today } },
    { key: "yesterday", period: { from: yesterday, to: yesterday } },
    { key: "days7", period: { from: plusDays(today, -6), to: today } },
    { key: "days28", period: { from: plusDays(today, -27), to: today } },
    { key: "thisMonth", period: { from: monthStart(today), to: today } },
    { key: "lastMonth", period: { from: monthStart(today, -1), to: plusDays(monthStart(today), -1) } },
    { key: "months12", period: { from: monthStart(today, -11), to: today } },
  ];
}
