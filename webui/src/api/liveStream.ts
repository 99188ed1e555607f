import { Code, ConnectError, createClient, createContextValues, type Transport } from "@connectrpc/connect";

import { LiveService, type WatchResponse } from "./gen/footfall/v1/live_service_pb";
import type { Keeper } from "./keeper";
import { type Session, sessionKey } from "./session";
import { SENT_TOKEN } from "./transport";
import { type Port, WatchPort } from "./watchPort";

/** Where a stream can be shared: connects to the worker, and says by which lock it knows that this tab lives. */
export type ConnectShared = () => { readonly port: Port; readonly lock: string; readonly failed: Promise<never> };

/** A worker that does not say anything in this time is not waited for. */
const WORKER_READY_MS = 5_000;

export interface LiveStreamParts {
  readonly transport: Transport;
  readonly session: Session;
  readonly keeper: Keeper;
  readonly connectShared: ConnectShared | undefined;
}

export interface Opening {
  readonly after: bigint;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
  /** Told with which token the server is asked. */
  readonly onToken: (token: string) => void;
}

/**
 * The tab's stream of every change that the caller may see: pages come and go, the stream stays. It is shared with
 * other tabs where the browser can, and the tab's own elsewhere.
 *
 * In a file of its own, which is loaded when a page watches: what the stream can tell of is a good part of the API,
 * and signing in needs none of it.
 */
export class LiveStream {
  readonly #parts: LiveStreamParts;
  readonly #shared: Promise<WatchPort | undefined>;

  constructor(parts: LiveStreamParts) {
    this.#parts = parts;
    this.#shared = parts.connectShared ? connect(parts.connectShared) : Promise.resolve(undefined);
  }

  async *open(opening: Opening): AsyncGenerator<WatchResponse> {
    const shared = await this.#shared;
    yield* shared ? this.#openShared(shared, opening) : this.#openOwn(opening);
  }

  async *#openShared(shared: WatchPort, opening: Opening): AsyncGenerator<WatchResponse> {
    const { session, keeper } = this.#parts;
    const epoch = session.epoch();
    const token = await keeper.freshToken();
    const who = session.current();
    if (token === undefined || !who || session.epoch() !== epoch) {
      throw new ConnectError("the session of this call is over", Code.Unauthenticated);
    }
    opening.onToken(token);
    yield* shared.open({ ...opening, key: sessionKey(who), token });
  }

  async *#openOwn({ after, signal, onOpen, onToken }: Opening): AsyncGenerator<WatchResponse> {
    const contextValues = createContextValues();
    const live = createClient(LiveService, this.#parts.transport);
    try {
      yield* live.watch({ afterRevision: after }, { signal, onHeader: onOpen, timeoutMs: 0, contextValues });
    } finally {
      onToken(contextValues.get(SENT_TOKEN));
    }
  }
}

/** A worker that cannot be had is done without. */
async function connect(connectShared: ConnectShared): Promise<WatchPort | undefined> {
  try {
    const { port, lock, failed } = connectShared();
    const watch = new WatchPort(port, lock);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => {
        reject(new Error("the worker does not answer"));
      }, WORKER_READY_MS);
    });
    await Promise.race([watch.ready, failed, late]);
    return watch;
  } catch {
    return undefined;
  }
}

/** How this browser shares a stream; undefined where it cannot, or could not tell that a tab is gone. */
export function sharingOf(scope: Window & typeof globalThis): ConnectShared | undefined {
  // The types know only browsers and pages that have all of it.
  const found = scope as { SharedWorker?: typeof SharedWorker; BroadcastChannel?: unknown; navigator: { locks?: LockManager } };
  const { locks } = found.navigator;
  if (!found.SharedWorker || !found.BroadcastChannel || !locks) return undefined;
  return () => {
    const lock = `footfall.watch.${crypto.randomUUID()}`;
    void locks.request(lock, () => new Promise<never>(() => undefined)).catch(() => undefined);
    const worker = new SharedWorker(new URL("./watchWorker.ts", import.meta.url), { type: "module", name: "footfall-watch" });
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener("error", () => {
        reject(new Error("the worker cannot be loaded"));
      });
    });
    // Nobody may be waiting any more when it fails.
    failed.catch(() => undefined);
    return { port: worker.port, lock, failed };
  };
}
