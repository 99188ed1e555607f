/** Instants and the clocks on the wall of a site, by IANA zone name. Instants are milliseconds since the epoch. */

const DAY_MS = 86_400_000;

interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let format = clocks.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    clocks.set(zone, format);
  }
  return format;
}

function wallClock(instant: number, zone: string): WallClock {
  const parts = new Map(clock(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}

/** How far the zone's clock is ahead of UTC at that instant. */
function offset(instant: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(instant, zone);
  const whole = instant - (((instant % 1000) + 1000) % 1000);
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** The instant at which the zone's clock shows that time; seconds count from the midnight of the day. */
function instantAt(year: number, month: number, day: number, seconds: number, zone: string): number {
  const asUtc = Date.UTC(year, month - 1, day) + seconds * 1000;
  const guess = asUtc - offset(asUtc, zone);
  return asUtc - offset(guess, zone);
}

/** The browser's own zone. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zone if this browser knows it, else UTC. */
export function knownZone(zone: string | undefined): string {
  if (zone === undefined || zone === "") return "UTC";
  try {
    clock(zone);
    return zone;
  } catch {
    return "UTC";
  }
}

/** When the business day that holds now began: a day starts so many seconds after the zone's midnight. */
export function businessDayStart(now: number, zone: string, startSeconds: number): number {
  const today = wallClock(now, zone);
  const start = instantAt(today.year, today.month, today.day, startSeconds, zone);
  if (start <= now) return start;
  const yesterday = new Date(Date.UTC(today.year, today.month - 1, today.day) - DAY_MS);
  return instantAt(yesterday.getUTCFullYear(), yesterday.getUTCMonth() + 1, yesterday.getUTCDate(), startSeconds, zone);
}

/** The "YYYY-MM-DD" of the business day that holds the instant: that of the day on which it began. */
export function businessDate(instant: number, zone: string, startSeconds: number): string {
  return dateIn(businessDayStart(instant, zone, startSeconds), zone);
}

/** The midnight that begins a "YYYY-MM-DD" in the zone, plus whole days; undefined when it is no date. */
export function dayStart(date: string, zone: string, plusDays = 0): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!match) return undefined;
  const utc = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + plusDays));
  const instant = instantAt(utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate(), 0, zone);
  return Number.isNaN(instant) ? undefined : instant;
}

/** "YYYY-MM-DD" on the zone's calendar, plus whole days. */
export function dateIn(instant: number, zone: string, plusDays = 0): string {
  const { year, month, day } = wallClock(instant, zone);
  return new Date(Date.UTC(year, month - 1, day + plusDays)).toISOString().slice(0, 10);
}
