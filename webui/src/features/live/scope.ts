import { durationMs } from "@bufbuild/protobuf/wkt";

import { FaceOutcome } from "../../api/gen/footfall/v1/ingest_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";
import { businessDayStart, knownZone } from "../../time/zoned";
import type { CountedVisit, Uncounted } from "./tally";

/** What the page is narrowed to; it is in the address. "" is everything. */
export interface LiveFilter {
  readonly siteId: string;
  readonly cameraId: string;
  readonly kind: LiveKind;
}

export const KINDS = ["", "new", "repeat", "uncounted"] as const;
export type LiveKind = (typeof KINDS)[number];

const VISIT_KINDS = { new: VisitKind.NEW, repeat: VisitKind.REPEAT } as const;

/** What the address asks for, as far as there is such a thing. */
export function filterOf(params: URLSearchParams, known: { sites: ReadonlySet<string>; cameras: ReadonlySet<string> }): LiveFilter {
  const site = params.get("site") ?? "";
  const camera = params.get("camera") ?? "";
  const kind = params.get("kind") ?? "";
  return {
    siteId: known.sites.has(site) ? site : "",
    cameraId: known.cameras.has(camera) ? camera : "",
    kind: KINDS.find((each) => each === kind) ?? "",
  };
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

/** Whether something was seen today, by its site's own day, and where the filter looks. */
function inScope(seen: { siteId: string; start: number }, cameras: readonly string[], filter: LiveFilter, starts: ReadonlyMap<string, number>) {
  // A site that was just added or removed has no day of its own here: the earliest one holds.
  const start = starts.get(seen.siteId) ?? Math.min(...starts.values());
  return (
    seen.start >= start &&
    (filter.siteId === "" || seen.siteId === filter.siteId) &&
    (filter.cameraId === "" || cameras.includes(filter.cameraId))
  );
}

/** The visits of today. The kind is for the list alone: it would make the counters say the same twice. */
export function visitsOfToday(visits: readonly CountedVisit[], filter: LiveFilter, starts: ReadonlyMap<string, number>) {
  return visits.filter((visit) => inScope(visit, visit.cameraIds, filter, starts));
}

export function uncountedOfToday(seen: readonly Uncounted[], filter: LiveFilter, starts: ReadonlyMap<string, number>) {
  return seen.filter((each) => inScope(each, [each.cameraId], filter, starts));
}

/** A card of the feed. */
export type FeedItem =
  | { readonly key: string; readonly start: number; readonly visit: CountedVisit; readonly seen?: undefined }
  | { readonly key: string; readonly start: number; readonly seen: Uncounted; readonly visit?: undefined };

/** The newest of both, as the kind asks for, not more than so many. */
export function feedOf(
  visits: readonly CountedVisit[],
  uncounted: readonly Uncounted[],
  kind: LiveKind,
  most: number,
): readonly FeedItem[] {
  const items: FeedItem[] = [];
  const wanted = kind === "new" || kind === "repeat" ? VISIT_KINDS[kind] : undefined;
  if (kind !== "uncounted") {
    for (const visit of visits) {
      if (items.length === most) break;
      if (visit.visit && (wanted === undefined || visit.kind === wanted)) items.push({ key: visit.visitId, start: visit.start, visit });
    }
  }
  if (wanted === undefined) {
    for (const seen of uncounted.slice(0, most)) items.push({ key: seen.trackId, start: seen.start, seen });
    items.sort((a, b) => b.start - a.start);
  }
  return items.slice(0, most);
}

export function staffIn(seen: readonly Uncounted[]): number {
  return seen.filter(({ outcome }) => outcome === FaceOutcome.STAFF).length;
}
