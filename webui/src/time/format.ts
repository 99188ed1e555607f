const formats = new Map<string, Intl.DateTimeFormat>();

function format(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", options);
    formats.set(key, made);
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

/** A length of time in words: "45 s", "12 min", "1 h 5 min". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  const hours = `${Math.floor(minutes / 60)} h`;
  return rest === 0 ? hours : `${hours} ${rest} min`;
}

/** "just now", "3 min ago", "2 h ago"; older is the caller's to say by date. */
export function ago(ms: number): string {
  if (ms < 10_000) return "just now";
  if (ms < 60_000) return `${Math.floor(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  return `${Math.floor(ms / 3_600_000)} h ago`;
}
