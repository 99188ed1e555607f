import { currentLocale } from "../i18n/active";
import { t } from "./texts";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = currentLocale();
  const id = `${locale} ${key}`;
  let made = formats.get(id);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, options);
    formats.set(id, made);
  }
  return made;
}

/** "12:04:31" on the zone's clock. */
export function timeOfDay(instant: number, zone: string): string {
  return format(`time ${zone}`, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(instant);
}

/** "Sun 22 Nov 2026" on the zone's calendar. */
export function day(instant: number, zone: string): string {
  return format(`day ${zone}`, {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  })
    .format(instant)
    .replace(",", "");
}

/** "22 Nov 2026, 12:04" on the zone's clock. */
export function moment(instant: number, zone: string): string {
  return format(`moment ${zone}`, {
    timeZone: zone,
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(instant);
}

/** "12:04" on the zone's clock, or "Sun 12:04". */
export function clockTime(instant: number, zone: string, withDay: boolean): string {
  const time = { timeZone: zone, hour: "2-digit", minute: "2-digit" } as const;
  if (!withDay) return format(`clock ${zone}`, time).format(instant);
  return format(`day clock ${zone}`, { ...time, weekday: "short" }).format(instant);
}

/** A length of time in words, in English: "45 s", "12 min", "1 h 5 min". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return t("seconds", { n: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("minutes", { n: minutes });
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  return rest === 0 ? t("hours", { n: hours }) : t("hoursAndMinutes", { hours, minutes: rest });
}

/** "just now", "3 min ago", "2 h ago"; older is the caller's to say by date. */
export function ago(ms: number): string {
  if (ms < 10_000) return t("justNow");
  if (ms < 60_000) return t("secondsAgo", { n: Math.floor(ms / 1000) });
  if (ms < 3_600_000) return t("minutesAgo", { n: Math.floor(ms / 60_000) });
  return t("hoursAgo", { n: Math.floor(ms / 3_600_000) });
}
