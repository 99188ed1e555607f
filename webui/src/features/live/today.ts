import { durationMs } from "@bufbuild/protobuf/wkt";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";
import { businessDayStart, knownZone } from "../../time/zoned";
import { startOf } from "./liveVisits";

export interface Counters {
  readonly visits: number;
  readonly visitors: number;
  readonly fresh: number;
  readonly repeat: number;
}

/** When today began at each site: sites lie in several zones, and each has its own start of business. */
export function dayStarts(sites: readonly Site[], now: number): ReadonlyMap<string, number> {
  return new Map(
    sites.map((site) => [
      site.siteId,
      businessDayStart(now, knownZone(site.timeZone), site.businessDayStart ? durationMs(site.businessDayStart) / 1000 : 0),
    ]),
  );
}

/** The visits of today, by each site's own day; of one site when it is named. */
export function visitsOfToday(
  visits: readonly Visit[],
  starts: ReadonlyMap<string, number>,
  siteId: string,
): readonly Visit[] {
  return visits.filter((visit) => {
    // A site that was just added or removed has no day of its own here: the earliest one holds.
    const start = starts.get(visit.siteId) ?? Math.min(...starts.values());
    return startOf(visit) >= start && (siteId === "" || visit.siteId === siteId);
  });
}

export function count(visits: readonly Visit[]): Counters {
  return {
    visits: visits.length,
    visitors: new Set(visits.map((visit) => visit.customerId)).size,
    fresh: visits.filter((visit) => visit.kind === VisitKind.NEW).length,
    repeat: visits.filter((visit) => visit.kind === VisitKind.REPEAT).length,
  };
}
