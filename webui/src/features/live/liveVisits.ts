import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Client, Code } from "@connectrpc/connect";

import { type AppError, toAppError } from "../../api/errors";
import { ChangeKind, type WatchResponse } from "../../api/gen/footfall/v1/live_service_pb";
import type { Visit, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import type { WatchHub } from "../../api/watch";

export interface LiveSnapshot {
  /** Newest first_seen_time first. */
  readonly visits: readonly Visit[];
  /** Visits that the watch brought while the page was open, for a moment of attention. */
  readonly arrived: ReadonlySet<string>;
  /** False until the list was read once. */
  readonly ready: boolean;
  /** Why the list could not be read; it is tried again by itself unless the caller may not read it. */
  readonly failure: AppError | undefined;
  /** There were more visits than a page holds in memory: what is counted is a lower bound. */
  readonly truncated: boolean;
}

const PAGE_SIZE = 500;
/** 10 000 visits: no single view of a day holds more. */
const MOST_PAGES = 20;
const RETRY_MS = 5_000;
const FINAL = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.FailedPrecondition, Code.InvalidArgument]);

/**
 * Visits since a point in time, kept current: one list, then the changes after the list's revision. A
 * change that the list already showed is put in place again, which alters nothing.
 */
export class LiveVisits {
  readonly #client: Client<typeof VisitService>;
  readonly #hub: WatchHub;
  readonly #since: number;
  readonly #onVisit: (visit: Visit) => void;
  readonly #listeners = new Set<() => void>();
  #visits = new Map<string, Visit>();
  #arrived = new Set<string>();
  #snapshot: LiveSnapshot = { visits: [], arrived: new Set(), ready: false, failure: undefined, truncated: false };
  #load: AbortController | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: { client: Client<typeof VisitService>; hub: WatchHub; since: number; onVisit: (visit: Visit) => void }) {
    this.#client = options.client;
    this.#hub = options.hub;
    this.#since = options.since;
    this.#onVisit = options.onVisit;
  }

  readonly snapshot = (): LiveSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  start(): void {
    this.stop();
    this.#load = new AbortController();
    void this.#list(this.#load.signal);
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#load?.abort();
    this.#load = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const visits = new Map<string, Visit>();
    let revision: bigint | undefined;
    let pageToken = "";
    let pages = 0;
    try {
      do {
        const page = await this.#client.listVisits(
          { startTime: timestampFromMs(this.#since), pageSize: PAGE_SIZE, pageToken },
          { signal },
        );
        // The first page's revision: what changed while the others were read comes again by the watch.
        revision ??= page.revision;
        for (const visit of page.visits) visits.set(visit.visitId, visit);
        pageToken = page.nextPageToken;
        pages += 1;
      } while (pageToken !== "" && pages < MOST_PAGES);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(toAppError(error), signal);
      return;
    }
    if (signal.aborted) return;
    this.#visits = visits;
    this.#publish({ ready: true, failure: undefined, truncated: pageToken !== "" });
    this.#unwatch = this.#hub.subscribe(revision, {
      onChange: (response) => {
        this.#apply(response);
      },
      onReset: () => {
        this.start();
      },
    });
  }

  #failed(failure: AppError, signal: AbortSignal): void {
    this.#publish({ failure });
    if (FINAL.has(failure.code)) return;
    this.#retry = setTimeout(() => void this.#list(signal), failure.retryAfterMs ?? RETRY_MS);
  }

  #apply(response: WatchResponse): void {
    if (response.change.case !== "visit") return;
    const { kind, visit } = response.change.value;
    if (!visit) return;
    if (kind === ChangeKind.DELETED) {
      this.#visits.delete(visit.visitId);
    } else if (startOf(visit) >= this.#since) {
      if (!this.#visits.has(visit.visitId)) this.#arrived.add(visit.visitId);
      this.#visits.set(visit.visitId, visit);
    }
    if (kind !== ChangeKind.DELETED) this.#onVisit(visit);
    this.#publish({});
  }

  #publish(change: Partial<LiveSnapshot>): void {
    this.#arrived = new Set([...this.#arrived].filter((visitId) => this.#visits.has(visitId)));
    this.#snapshot = {
      ...this.#snapshot,
      ...change,
      visits: [...this.#visits.values()].sort((a, b) => startOf(b) - startOf(a) || (a.visitId < b.visitId ? 1 : -1)),
      arrived: this.#arrived,
    };
    for (const listener of this.#listeners) listener();
  }
}

/** When the visit began, in milliseconds since the epoch. */
export function startOf(visit: Visit): number {
  return visit.firstSeenTime ? timestampMs(visit.firstSeenTime) : 0;
}
