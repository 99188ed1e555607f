import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { Sighting } from "../../api/gen/footfall/v1/customer_service_pb";
import { businessDate } from "../../time/zoned";

/** The clock of a site: its zone, and how many seconds after midnight its day begins. */
export interface SiteClock {
  readonly zone: string;
  readonly dayStartSeconds: number;
}

/** A sighting with how long nobody saw the person before it, within its stay. Milliseconds; undefined for the first. */
export interface TimelineSighting {
  readonly sighting: Sighting;
  readonly first: number;
  readonly last: number;
  readonly unseenMs: number | undefined;
}

/** Sightings that make one visit; of staff, who make none, those of one site and day. Newest first. */
export interface Stay {
  readonly key: string;
  /** Empty for staff. */
  readonly visitId: string;
  readonly siteId: string;
  readonly first: number;
  readonly last: number;
  readonly sightings: readonly TimelineSighting[];
  /** How long the person was away since the stay before it on the same day. Undefined for the day's first. */
  readonly awayMs: number | undefined;
}

/** A business day on the clock of the sites where the person was. */
export interface TimelineDay {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly stays: readonly Stay[];
}

/** The first and last capture of a sighting in milliseconds since the epoch. */
export function sightingTimes(sighting: Sighting): { first: number; last: number } {
  const first = sighting.firstSeenTime ? timestampMs(sighting.firstSeenTime) : 0;
  return { first, last: sighting.lastSeenTime ? timestampMs(sighting.lastSeenTime) : first };
}

/**
 * Sightings by visit and business day, the newest first, whatever order they come in. A visit belongs to the day that
 * its first sighting is on, so that one over midnight is not torn.
 */
export function timelineOf(sightings: readonly Sighting[], clockOf: (siteId: string) => SiteClock): TimelineDay[] {
  const stays = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const date = dateAt(sightingTimes(sighting).first, clockOf(sighting.siteId));
    const key = sighting.visitId === "" ? `${sighting.siteId} ${date}` : sighting.visitId;
    const known = stays.get(key);
    if (known) known.push(sighting);
    else stays.set(key, [sighting]);
  }
  const days = new Map<string, Stay[]>();
  for (const stay of [...stays].map(([key, group]) => stayOf(key, group)).sort((a, b) => b.first - a.first)) {
    const date = dateAt(stay.first, clockOf(stay.siteId));
    const known = days.get(date);
    if (known) known.push(stay);
    else days.set(date, [stay]);
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([date, ofDay]) => ({ date, stays: ofDay.map((stay, at) => ({ ...stay, awayMs: gap(ofDay[at + 1]?.last, stay.first) })) }));
}

function dateAt(instant: number, { zone, dayStartSeconds }: SiteClock): string {
  return businessDate(instant, zone, dayStartSeconds);
}

function stayOf(key: string, group: readonly Sighting[]): Stay {
  const timed = group.map((sighting) => ({ sighting, ...sightingTimes(sighting) })).sort((a, b) => a.first - b.first);
  let seenUntil: number | undefined;
  const sightings: TimelineSighting[] = [];
  for (const each of timed) {
    sightings.unshift({ ...each, unseenMs: gap(seenUntil, each.first) });
    seenUntil = Math.max(seenUntil ?? each.last, each.last);
  }
  const [earliest] = timed;
  return {
    key,
    visitId: earliest?.sighting.visitId ?? "",
    siteId: earliest?.sighting.siteId ?? "",
    first: earliest?.first ?? 0,
    last: seenUntil ?? 0,
    sightings,
    awayMs: undefined,
  };
}

/** Two cameras may see somebody at once, so that there is no gap at all. */
function gap(from: number | undefined, to: number): number | undefined {
  return from === undefined ? undefined : Math.max(0, to - from);
}
