import { Code } from "@connectrpc/connect";

import { type AppError, toAppError } from "./errors";
import type { WatchResponse } from "./gen/footfall/v1/live_service_pb";
import { Backoff, pause } from "./retry";
import { DEAD_AFTER_MS, SILENT_MS } from "./watchTimes";

/** How the tab's link to the server is. */
export type WatchPhase = "idle" | "connecting" | "live" | "retrying" | "stopped";

export interface WatchState {
  readonly phase: WatchPhase;
  /** When the server was last heard before the phase began, in milliseconds since the epoch. */
  readonly lastContact: number | undefined;
  /** Why the link is stopped. */
  readonly error: AppError | undefined;
}

/**
 * Opens the stream after a revision. onOpen is called as soon as the server has answered, which may be
 * long before the first message.
 */
export type OpenWatch = (afterRevision: bigint, signal: AbortSignal, onOpen: () => void) => AsyncIterable<WatchResponse>;

export interface WatchListener {
  /** A change after the revision that was subscribed with; each one once. */
  readonly onChange: (response: WatchResponse) => void;
  /** The server no longer keeps what came after: list again and subscribe anew. The subscription is over. */
  readonly onReset: () => void;
}

interface Subscription extends WatchListener {
  seen: bigint;
}

/**
 * Gets the next token after the server ended the stream with the old one. Answers whether there is one;
 * throws when that may work later.
 */
export type RenewWatch = () => Promise<boolean>;

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 15_000;
/** After a break thousands of changes come at once: after so many, the page gets to answer first. */
const CHANGES_AT_ONCE = 100;

/**
 * The one live stream of a tab: a browser opens six HTTP/1.1 connections to a host, so pages share it.
 *
 * It reconnects for ever with growing, jittered pauses and resumes after the last revision it heard, so
 * that no listener misses a change or sees one twice. A stream ends with its token: with the next one the
 * hub goes on at once. It stops only when the caller may not watch, or is signed out.
 */
export class WatchHub {
  readonly #open: OpenWatch;
  readonly #renew: RenewWatch;
  readonly #breathe: () => Promise<void>;
  readonly #backoff: Backoff;
  readonly #subscriptions = new Set<Subscription>();
  readonly #stateListeners = new Set<() => void>();
  #state: WatchState = { phase: "idle", lastContact: undefined, error: undefined };
  #run: AbortController | undefined;
  #position = 0n;
  #suspended = false;
  #heardAt = 0;
  #contact: number | undefined;
  #taken = 0;

  constructor(options: { open: OpenWatch; renew: RenewWatch; random?: () => number; breathe?: () => Promise<void> }) {
    this.#open = options.open;
    this.#renew = options.renew;
    this.#breathe = options.breathe ?? nextTask;
    this.#backoff = new Backoff({ firstMs: FIRST_BACKOFF_MS, longestMs: LONGEST_BACKOFF_MS, ...options });
  }

  readonly state = (): WatchState => this.#state;

  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  subscribe(afterRevision: bigint, listener: WatchListener): () => void {
    const subscription: Subscription = { ...listener, seen: afterRevision };
    this.#subscriptions.add(subscription);
    // A stream that is already further than this listener cannot tell it what came before.
    if (this.#run && afterRevision < this.#position) this.#halt();
    this.#ensureRunning();
    return () => {
      this.#subscriptions.delete(subscription);
      // Later in this turn another page may subscribe: a change of route does not reopen the stream.
      queueMicrotask(() => {
        if (this.#subscriptions.size > 0) return;
        this.#halt();
        if (this.#state.phase !== "stopped") this.#enter("idle");
      });
    };
  }

  /** Tries again now: after a stop, or instead of waiting for the next attempt. */
  reconnect(): void {
    this.#halt();
    this.#backoff.succeeded();
    this.#ensureRunning();
  }

  /** Somebody looks again, or the network is back: no pause from before counts, and no stream that fell silent. */
  wake(): void {
    const silent = this.#run !== undefined && Date.now() - this.#heardAt > SILENT_MS;
    if (this.#state.phase === "retrying" || silent) this.reconnect();
  }

  /** Gives the connection back while nobody looks; resume() goes on from the same revision. */
  suspend(): void {
    this.#suspended = true;
    this.#halt();
    if (this.#state.phase !== "stopped") this.#enter("idle");
  }

  resume(): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    if (this.#state.phase !== "stopped") this.#ensureRunning();
  }

  /** Somebody else is signed in: what was subscribed to is not theirs. */
  forget(): void {
    this.#subscriptions.clear();
    this.#halt();
    this.#backoff.succeeded();
    this.#enter("idle");
  }

  #ensureRunning(): void {
    if (this.#run || this.#suspended || this.#subscriptions.size === 0) return;
    this.#run = new AbortController();
    this.#enter("connecting");
    void this.#keepOpen(this.#run.signal);
  }

  #halt(): void {
    this.#run?.abort();
    this.#run = undefined;
  }

  async #keepOpen(run: AbortSignal): Promise<void> {
    for (;;) {
      let failure = await this.#stream(run);
      if (hasEnded(run)) return;
      if (failure?.code === Code.OutOfRange) {
        this.#halt();
        this.#enter("retrying");
        this.#reset();
        return;
      }
      let renewed = false;
      if (failure?.code === Code.Unauthenticated) {
        const answer = await this.#nextToken();
        if (hasEnded(run)) return;
        if (answer === "none") {
          this.#stop(failure);
          return;
        }
        renewed = answer === "had";
        if (typeof answer === "object") failure = answer;
      }
      if (failure?.code === Code.PermissionDenied) {
        this.#stop(failure);
        return;
      }
      // Once at once: a token that is refused as soon as it was given must not make a storm.
      if (renewed && !this.#backoff.hasFailed) {
        this.#backoff.failed();
        continue;
      }
      this.#enter("retrying");
      if (!(await pause(Math.max(this.#backoff.failed(), failure?.retryAfterMs ?? 0), run))) return;
    }
  }

  /** Whether the next token is to be had, or why that is not known yet. */
  async #nextToken(): Promise<"had" | "none" | AppError> {
    try {
      return (await this.#renew()) ? "had" : "none";
    } catch (error) {
      return toAppError(error);
    }
  }

  #stop(failure: AppError): void {
    this.#halt();
    this.#enter("stopped", failure);
  }

  /** Reads one stream until it ends; answers why. */
  async #stream(run: AbortSignal): Promise<AppError | undefined> {
    const attempt = new AbortController();
    const signal = AbortSignal.any([run, attempt.signal]);
    let deadMan: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      if (signal.aborted) return;
      this.#heardAt = Date.now();
      clearTimeout(deadMan);
      deadMan = setTimeout(() => {
        attempt.abort();
      }, DEAD_AFTER_MS);
    };
    const live = () => {
      heard();
      if (signal.aborted) return;
      this.#contact = Date.now();
      this.#enter("live");
    };
    heard();
    this.#position = [...this.#subscriptions].reduce((least, { seen }) => (seen < least ? seen : least), MAX_REVISION);
    try {
      for await (const response of this.#open(this.#position, signal, live)) {
        if (signal.aborted) break;
        this.#backoff.succeeded();
        this.#position = response.revision;
        this.#deliver(response);
        live();
        this.#taken += 1;
        if (this.#taken % CHANGES_AT_ONCE === 0) await this.#breathe();
      }
      return undefined;
    } catch (error) {
      return attempt.signal.aborted ? undefined : toAppError(error);
    } finally {
      clearTimeout(deadMan);
    }
  }

  #deliver(response: WatchResponse): void {
    for (const subscription of [...this.#subscriptions]) {
      if (response.revision <= subscription.seen) continue;
      subscription.seen = response.revision;
      if (response.change.case !== undefined) subscription.onChange(response);
    }
  }

  #reset(): void {
    const listeners = [...this.#subscriptions];
    this.#subscriptions.clear();
    for (const { onReset } of listeners) onReset();
  }

  #enter(phase: WatchPhase, error?: AppError): void {
    // Every word of the server says so, a hundred times a second under a storm: it is no news to anybody.
    if (phase === "live" && this.#state.phase === "live") return;
    this.#state = { phase, lastContact: this.#contact, error };
    for (const listener of this.#stateListeners) listener();
  }
}

/** Asked after each wait: meanwhile it may have changed. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Resolves in a task of its own, after what waits already; in a hidden tab as well, where timers come rarely. */
function nextTask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

const MAX_REVISION = 2n ** 63n - 1n;
