import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code } from "@connectrpc/connect";

import { type AppError, toAppError } from "../../api/errors";
import { FaceOutcome } from "../../api/gen/footfall/v1/ingest_service_pb";
import { ChangeKind, type SightingChange, type VisitChange, type WatchResponse } from "../../api/gen/footfall/v1/live_service_pb";
import type { Visit, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import type { WatchHub } from "../../api/watch";
import { type CountedVisit, KEPT_WHOLE, startOf, Tally, type Uncounted, uncountedOf } from "./tally";

export interface LiveSnapshot {
  /** The newest first. */
  readonly visits: readonly CountedVisit[];
  /** People in no visit, since uncountedSince; the newest first. */
  readonly uncounted: readonly Uncounted[];
  /** From when on such people are known: there is no list of those before. Milliseconds since the epoch. */
  readonly uncountedSince: number | undefined;
  /** Visits that the watch brought while the page was open, for a moment of attention. */
  readonly arrived: ReadonlySet<string>;
  /** False until the list was read once. */
  readonly ready: boolean;
  /** Why the list could not be read; it is tried again by itself unless the caller may not read it. */
  readonly failure: AppError | undefined;
  /** There were more visits than a page holds in memory: what is counted is a lower bound. */
  readonly truncated: boolean;
  /** Since the pause: what is shown stands still, and this many arrivals wait. Undefined while nothing is paused. */
  readonly waiting: number | undefined;
}

/** Has the work done with a picture that is drawn soon; answers what takes that back. */
export type Schedule = (work: () => void) => () => void;

export interface LiveFeedOptions {
  readonly client: Client<typeof VisitService>;
  readonly hub: WatchHub;
  /** Milliseconds since the epoch: what began before is not told. */
  readonly since: number;
  readonly onVisit: (visit: Visit) => void;
  readonly schedule: Schedule;
}

const PAGE_SIZE = 500;
/** 10 000 visits: no single view of a day holds more. */
const MOST_PAGES = 20;
/** More people than this in one picture are a rush. */
const RUSH = 5;
const RETRY_MS = 5_000;
const FINAL = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.FailedPrecondition, Code.InvalidArgument]);
const COUNTED = new Set([FaceOutcome.KNOWN, FaceOutcome.NEW]);

/**
 * Who comes, since a point in time, kept current: one list, then the changes after the list's revision. A
 * change that the list already showed is put in place again, which alters nothing.
 *
 * However many changes come, what is shown is made anew when it is its turn. While it is paused, changes are taken in
 * as ever and only not shown: nothing piles up, and what is shown after is right.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #listeners = new Set<() => void>();
  #tally = new Tally();
  #uncounted = new Map<string, Uncounted>();
  #arrived = new Set<string>();
  /** How many came since the last picture. */
  #coming = 0;
  #rush = false;
  /** What came since the pause. */
  #waiting: Set<string> | undefined;
  #snapshot: LiveSnapshot = {
    visits: [],
    uncounted: [],
    uncountedSince: undefined,
    arrived: new Set(),
    ready: false,
    failure: undefined,
    truncated: false,
    waiting: undefined,
  };
  #load: AbortController | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;
  #unschedule: (() => void) | undefined;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Whether so many came with this picture that each has to come quietly: to move them all costs a page its time. */
  readonly isRush = (): boolean => this.#rush;

  readonly snapshot = (): LiveSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly start = (): void => {
    this.stop();
    this.#load = new AbortController();
    void this.#list(this.#load.signal);
  };

  stop(): void {
    clearTimeout(this.#retry);
    this.#load?.abort();
    this.#load = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#unschedule?.();
    this.#unschedule = undefined;
  }

  readonly pause = (): void => {
    this.#waiting = new Set();
    this.#tell({ waiting: 0 });
  };

  readonly resume = (): void => {
    this.#waiting = undefined;
    this.#show({ waiting: undefined });
  };

  async #list(signal: AbortSignal): Promise<void> {
    const { client, hub, since } = this.#options;
    const tally = new Tally();
    let revision: bigint | undefined;
    let pageToken = "";
    let pages = 0;
    try {
      do {
        const page = await client.listVisits({ startTime: timestampFromMs(since), pageSize: PAGE_SIZE, pageToken }, { signal });
        // The first page's revision: what changed while the others were read comes again by the watch.
        revision ??= page.revision;
        for (const visit of page.visits) tally.put(visit);
        pageToken = page.nextPageToken;
        pages += 1;
      } while (pageToken !== "" && pages < MOST_PAGES);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(toAppError(error), signal);
      return;
    }
    if (signal.aborted) return;
    for (const { visitId } of tally.entries()) if (this.#snapshot.ready && !this.#tally.has(visitId)) this.#waiting?.add(visitId);
    this.#tally = tally;
    this.#uncounted = new Map();
    this.#show({ ready: true, failure: undefined, truncated: pageToken !== "", uncountedSince: Date.now() });
    this.#unwatch = hub.subscribe(revision, {
      onChange: (response) => {
        this.#take(response);
      },
      onReset: this.start,
    });
  }

  #failed(failure: AppError, signal: AbortSignal): void {
    this.#tell({ failure });
    if (FINAL.has(failure.code)) return;
    this.#retry = setTimeout(() => void this.#list(signal), failure.retryAfterMs ?? RETRY_MS);
  }

  #take(response: WatchResponse): void {
    const { change } = response;
    switch (change.case) {
      case "visit":
        this.#takeVisit(change.value);
        break;
      case "sighting":
        this.#takeSighting(change.value);
        break;
      default:
        return;
    }
    this.#unschedule ??= this.#options.schedule(() => {
      this.#unschedule = undefined;
      this.#show({});
    });
  }

  #takeVisit({ kind, visit }: VisitChange): void {
    if (!visit) return;
    if (kind === ChangeKind.DELETED) {
      this.#tally.remove(visit.visitId);
      this.#arrived.delete(visit.visitId);
      this.#waiting?.delete(visit.visitId);
      return;
    }
    if (startOf(visit) >= this.#options.since) {
      if (!this.#tally.has(visit.visitId)) {
        this.#arrived.add(visit.visitId);
        this.#waiting?.add(visit.visitId);
        this.#coming += 1;
      }
      this.#tally.put(visit);
    }
    this.#options.onVisit(visit);
  }

  #takeSighting(change: SightingChange): void {
    if (change.kind === ChangeKind.DELETED || COUNTED.has(change.outcome)) {
      this.#uncounted.delete(change.trackId);
      this.#waiting?.delete(change.trackId);
      return;
    }
    const seen = uncountedOf(change);
    if (seen.start < this.#options.since) return;
    if (!this.#uncounted.has(seen.trackId)) {
      this.#waiting?.add(seen.trackId);
      this.#coming += 1;
    }
    this.#uncounted.set(seen.trackId, seen);
  }

  /** Shows the present, unless it is paused: then only how much waits. */
  #show(change: Partial<LiveSnapshot>): void {
    if (this.#waiting) {
      this.#tell({ ...change, waiting: this.#waiting.size });
      return;
    }
    this.#rush = this.#coming > RUSH;
    this.#coming = 0;
    const visits = this.#tally.entries();
    // Only what is kept whole is shown as a card.
    if (this.#arrived.size > 2 * KEPT_WHOLE) {
      this.#arrived = new Set(visits.slice(0, KEPT_WHOLE).flatMap(({ visitId }) => (this.#arrived.has(visitId) ? visitId : [])));
    }
    this.#tell({
      ...change,
      visits,
      uncounted: [...this.#uncounted.values()].sort((a, b) => b.start - a.start),
      arrived: new Set(this.#arrived),
    });
  }

  #tell(change: Partial<LiveSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }
}
