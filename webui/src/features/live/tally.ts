import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { FaceOutcome } from "../../api/gen/footfall/v1/ingest_service_pb";
import type { SightingChange } from "../../api/gen/footfall/v1/live_service_pb";
import { type Visit, VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";

/** How many visits are kept whole. Of older ones there is only what is counted, so that a long day stays small. */
export const KEPT_WHOLE = 1000;

/** A visit as it is counted. */
export interface CountedVisit {
  readonly visitId: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly siteId: string;
  readonly customerId: string;
  readonly kind: VisitKind;
  readonly cameraIds: readonly string[];
  /** All of it, of the newest ones. */
  readonly visit: Visit | undefined;
}

/** Somebody who is in no visit. Nobody is told who. */
export interface Uncounted {
  readonly trackId: string;
  readonly start: number;
  readonly siteId: string;
  readonly cameraId: string;
  readonly outcome: FaceOutcome;
}

/** Visits in the order of their beginning, the newest first. Putting one in costs the same however many there are. */
export class Tally {
  readonly #byId = new Map<string, CountedVisit>();
  readonly #order: CountedVisit[] = [];

  has(visitId: string): boolean {
    return this.#byId.has(visitId);
  }

  /** A copy, the newest first. */
  entries(): readonly CountedVisit[] {
    return this.#order.slice();
  }

  put(visit: Visit): void {
    this.remove(visit.visitId);
    const entry = {
      visitId: visit.visitId,
      start: startOf(visit),
      siteId: visit.siteId,
      customerId: visit.customerId,
      kind: visit.kind,
      cameraIds: visit.cameraIds,
    };
    const place = this.#placeOf(entry.start, entry.visitId);
    this.#byId.set(entry.visitId, this.#insert(place, { ...entry, visit: place < KEPT_WHOLE ? visit : undefined }));
    const pushedOut = this.#order[KEPT_WHOLE];
    if (pushedOut?.visit) this.#byId.set(pushedOut.visitId, (this.#order[KEPT_WHOLE] = { ...pushedOut, visit: undefined }));
  }

  remove(visitId: string): void {
    const known = this.#byId.get(visitId);
    if (!known) return;
    this.#byId.delete(visitId);
    this.#order.splice(this.#placeOf(known.start, visitId), 1);
  }

  #insert(place: number, entry: CountedVisit): CountedVisit {
    this.#order.splice(place, 0, entry);
    return entry;
  }

  /** Where a visit is, or belongs. */
  #placeOf(start: number, visitId: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#order[middle];
      if (there && (there.start > start || (there.start === start && there.visitId > visitId))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export interface Counters {
  readonly visits: number;
  readonly visitors: number;
  readonly fresh: number;
  readonly repeat: number;
}

export function count(visits: readonly CountedVisit[]): Counters {
  let fresh = 0;
  let repeat = 0;
  const customers = new Set<string>();
  for (const { customerId, kind } of visits) {
    customers.add(customerId);
    if (kind === VisitKind.NEW) fresh += 1;
    if (kind === VisitKind.REPEAT) repeat += 1;
  }
  return { visits: visits.length, visitors: customers.size, fresh, repeat };
}

export function uncountedOf(change: SightingChange): Uncounted {
  return {
    trackId: change.trackId,
    start: change.firstSeenTime ? timestampMs(change.firstSeenTime) : 0,
    siteId: change.siteId,
    cameraId: change.cameraId,
    outcome: change.outcome,
  };
}

/** When the visit began, in milliseconds since the epoch. */
export function startOf(visit: Visit): number {
  return visit.firstSeenTime ? timestampMs(visit.firstSeenTime) : 0;
}
