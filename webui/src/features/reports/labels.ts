import { currentLocale } from "../../i18n/active";
import type { DwellBucket, VisitorCounts, VisitorsBucket } from "../../api/gen/footfall/v1/report_service_pb";
import type { Period, Step } from "./period";
import { t } from "./texts";

/** What names the time of a bucket. */
type TimeOf = Pick<VisitorsBucket | DwellBucket, "startDate" | "endDate" | "hour" | "isRepeatedHour">;

const MINUS = "\u2212";

function date(day: string, options: Intl.DateTimeFormatOptions): string {
  // A business day has no zone: it is the same day on every calendar.
  return new Intl.DateTimeFormat(currentLocale(), { ...options, timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));
}

/** "16 Feb 2026", or "16 Feb – 22 Feb 2026". */
export function periodLabel({ from, to }: Period): string {
  const last = date(to, { day: "numeric", month: "short", year: "numeric" });
  if (from === to) return last;
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  return t("range", { from: date(from, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }), to: last });
}

export function hourLabel(bucket: TimeOf): string {
  const shown = `${String(bucket.hour ?? 0).padStart(2, "0")}:00`;
  return bucket.isRepeatedHour ? t("repeatedHour", { hour: shown }) : shown;
}

/** A bucket as an axis has room for. */
export function shortLabel(bucket: TimeOf, step: Step, manyDays: boolean): string {
  switch (step) {
    case "hour":
      return manyDays ? `${date(bucket.startDate, { weekday: "short" })} ${hourLabel(bucket)}` : hourLabel(bucket);
    case "day":
    case "week":
      return date(bucket.startDate, { day: "numeric", month: "short" });
    case "month":
      return date(bucket.startDate, { month: "short", year: "2-digit" });
  }
}

/** A bucket in full. */
export function fullLabel(bucket: TimeOf, step: Step): string {
  const day = dayLabel(bucket.startDate);
  if (step === "hour") return `${day}, ${hourLabel(bucket)}`;
  return step === "day" ? day : periodLabel({ from: bucket.startDate, to: bucket.endDate });
}

/** "Tue, 3 Mar 2026". */
export function dayLabel(day: string): string {
  return date(day, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}

export function count(value: bigint | number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

export function average(value: number): string {
  return new Intl.NumberFormat(currentLocale(), { maximumFractionDigits: 1 }).format(value);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(currentLocale(), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** By how much a number changed: "+3", or a minus sign and 3. */
export function difference(before: bigint, after: bigint): string {
  const more = after - before;
  return more < 0n ? `${MINUS}${count(-more)}` : `+${count(more)}`;
}

/** A rate of errors, to a tenth of a percent. */
export function rate(share: number): string {
  return new Intl.NumberFormat(currentLocale(), { style: "percent", maximumFractionDigits: 1 }).format(share);
}

/** "7 – 11", what unique visitors may have been; "" where errors were not measured. */
export function uniqueRange({ uniqueVisitorsLow: low, uniqueVisitorsHigh: high }: VisitorCounts): string {
  return low === undefined || high === undefined ? "" : t("range", { from: count(low), to: count(high) });
}

/** As uniqueRange, of visits. */
export function visitsRange({ visitsLow: low, visitsHigh: high }: VisitorCounts): string {
  return low === undefined || high === undefined ? "" : t("range", { from: count(low), to: count(high) });
}

/** How a number stands to the one before: "+12 %", and "" where there is nothing to compare with. */
export function change(now: bigint, before: bigint): string {
  if (before === 0n) return "";
  const share = Number(now - before) / Number(before);
  const sign = share > 0 ? "+" : share < 0 ? MINUS : "±";
  return `${sign}${percent(Math.abs(share))}`;
}
