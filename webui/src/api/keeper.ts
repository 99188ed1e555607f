import { Code, ConnectError } from "@connectrpc/connect";

import { toAppError } from "./errors";
import { type Clocks, MACHINE_CLOCKS } from "./lifetime";
import { type EndReason, isSame, type Issued, type Session } from "./session";
import type { TabMessage, Tabs } from "./tabs";

/** In the local storage while somebody is signed in. It says no more than that: a first visitor is not asked for. */
const HINT = "footfall.signed-in";
/** A token is refreshed when this part of its time is over, each tab at another moment. */
const REFRESH_FROM = 0.7;
const REFRESH_SPREAD = 0.1;
/** A call that is sent with less left may arrive too late. */
const SPARE_MS = 5_000;
const ANSWER_MS = 150;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;
/** Answers that mean that this session does not go on. After all others it may. */
const FINAL = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.InvalidArgument,
  Code.NotFound,
  Code.FailedPrecondition,
  Code.Unimplemented,
]);

export interface KeeperOptions {
  readonly session: Session;
  readonly tabs: Tabs;
  readonly hints: Storage;
  /** Asks the server for the next token; the browser adds the cookie that the last answer set. */
  readonly refresh: () => Promise<Issued>;
  /** Whether nobody looks at this tab. */
  readonly hidden: () => boolean;
  readonly clocks?: Clocks;
  readonly random?: () => number;
}

interface Failure {
  readonly error: ConnectError;
  readonly until: number;
}

/**
 * Keeps the session going: refreshes the token ahead of its end while somebody looks, before the first call after a
 * sleep, and when the server refuses it. All tabs together ask once, and all get the answer. While the
 * server cannot be reached the session stays, and it is asked again with growing, jittered pauses.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #session: Session;
  readonly #clocks: Clocks;
  readonly #offlineListeners = new Set<() => void>();
  #flight: Promise<void> | undefined;
  #resumed: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #fails = 0;
  /** Why the last try failed, and the steady time before which none is made. */
  #failure: Failure | undefined;
  /** The token is refreshed when this much of its time is left. */
  #dueLeftMs = 0;
  /** Ends the pause that is being made. */
  #stir: (() => void) | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#clocks = options.clocks ?? MACHINE_CLOCKS;
    options.tabs.listen(this.#hear);
  }

  /** Whether the server could not be reached when it was last asked. */
  readonly offline = (): boolean => this.#failure !== undefined;

  readonly onOffline = (listener: () => void): (() => void) => {
    this.#offlineListeners.add(listener);
    return () => this.#offlineListeners.delete(listener);
  };

  /**
   * Goes on with the session that a reload or a closed tab left behind. Ends when it is known who is signed
   * in, or that nobody is; that can take as long as the server cannot be reached.
   */
  resume(): Promise<void> {
    this.#resumed ??= this.#resume();
    return this.#resumed;
  }

  /** A token that is good for a call that starts now; undefined when nobody is signed in. */
  async freshToken(): Promise<string | undefined> {
    if (this.#session.current() && this.#session.leftMs() <= SPARE_MS) await this.#refresh();
    return this.#session.token();
  }

  /** The token after one that the server refused; undefined when the session is over. */
  async renew(refused: string): Promise<string | undefined> {
    if (this.#session.token() === refused) await this.#refresh();
    return this.#session.token();
  }

  /** Somebody signed in here. */
  began(issued: Issued): void {
    this.#adopt(issued);
    this.#options.tabs.tell({ kind: "began", ...issued });
  }

  /** The session is over, in every tab. */
  finish(reason: EndReason): void {
    this.#end(reason);
    this.#options.tabs.tell({ kind: "ended", reason });
  }

  /** Somebody looks again, or the network is back: no pause from before counts. */
  wake(): void {
    if (this.#failure) this.#failure = { ...this.#failure, until: 0 };
    this.#stir?.();
    if (this.#session.current()) this.#schedule();
  }

  async #resume(): Promise<void> {
    while (!this.#session.current() && this.#options.hints.getItem(HINT) !== null) {
      try {
        await this.#refresh();
      } catch {
        await this.#pause(this.#backoffMs());
      }
    }
  }

  /** Refreshes once for all who ask meanwhile. Throws when it may work later. */
  #refresh(): Promise<void> {
    if (this.#failure && this.#backoffMs() > 0) return Promise.reject(this.#failure.error);
    const before = this.#session.token();
    this.#flight ??= this.#options.tabs
      .exclusively(() => this.#refreshAlone(before))
      .finally(() => {
        this.#flight = undefined;
      });
    return this.#flight;
  }

  async #refreshAlone(before: string | undefined): Promise<void> {
    const { tabs, refresh } = this.#options;
    if (this.#session.token() !== before || (await this.#otherTabHas(before))) return;
    const epoch = this.#session.epoch();
    // Signed out, or in as somebody else, while the server was asked: its answer is about the past.
    const isPast = () => epoch !== this.#session.epoch();
    try {
      const issued = await refresh();
      if (isPast()) return;
      this.#adopt(issued);
      tabs.tell({ kind: "began", ...issued });
    } catch (error) {
      if (isPast()) return;
      const failure = toAppError(error);
      if (FINAL.has(failure.code)) {
        this.finish("expired");
        return;
      }
      this.#failed(ConnectError.from(error), failure.retryAfterMs);
      throw error;
    }
  }

  /** Whether the session of this tab is another one after the other tabs were asked. */
  async #otherTabHas(before: string | undefined): Promise<boolean> {
    const { tabs } = this.#options;
    const epoch = this.#session.epoch();
    if (await tabs.hasOthers()) {
      this.#asking = true;
      tabs.tell({ kind: "ask" });
      await this.#pause(ANSWER_MS);
      this.#asking = false;
    }
    return this.#session.token() !== before || this.#session.epoch() !== epoch;
  }

  readonly #hear = (message: TabMessage): void => {
    const who = this.#session.current();
    const accessToken = this.#session.token();
    switch (message.kind) {
      case "ask":
        if (who && accessToken !== undefined && this.#session.leftMs() > SPARE_MS) {
          this.#options.tabs.tell({ kind: "have", who, accessToken, leftMs: this.#session.leftMs() });
        }
        break;
      case "began":
        if (message.accessToken !== accessToken) this.#adopt(message);
        break;
      case "have":
        // A tab that was asleep may answer for somebody who signed out since.
        if (this.#asking && message.accessToken !== accessToken && (!who || isSame(who, message.who))) this.#adopt(message);
        break;
      case "ended":
        if (who || this.offline()) this.#end(message.reason);
        break;
    }
  };

  #adopt(issued: Issued): void {
    const random = this.#options.random ?? Math.random;
    this.#dueLeftMs = issued.leftMs * (1 - REFRESH_FROM - REFRESH_SPREAD * random());
    this.#options.hints.setItem(HINT, "1");
    this.#recovered();
    this.#session.begin(issued);
    this.#schedule();
  }

  #end(reason: EndReason): void {
    clearTimeout(this.#timer);
    this.#options.hints.removeItem(HINT);
    this.#recovered();
    this.#session.end(reason);
  }

  #recovered(): void {
    this.#fails = 0;
    this.#note(undefined);
    this.#stir?.();
  }

  #failed(error: ConnectError, atLeastMs = 0): void {
    const whole = Math.min(FIRST_BACKOFF_MS * 2 ** this.#fails, LONGEST_BACKOFF_MS);
    this.#fails += 1;
    const random = this.#options.random ?? Math.random;
    const pause = Math.max(whole / 2 + (whole / 2) * random(), atLeastMs);
    this.#note({ error, until: this.#clocks.steady() + pause });
    if (this.#session.current()) this.#schedule();
  }

  #note(failure: Failure | undefined): void {
    this.#failure = failure;
    for (const listener of [...this.#offlineListeners]) listener();
  }

  #backoffMs(): number {
    return this.#failure ? this.#failure.until - this.#clocks.steady() : 0;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const wait = () => Math.max(this.#session.leftMs() - this.#dueLeftMs, this.#backoffMs(), 0);
    this.#timer = setTimeout(() => {
      // Nobody looks: a session that is not used may end, and wake() comes before the next look.
      if (this.#options.hidden()) return;
      if (wait() > 0) this.#schedule();
      else void this.#refresh().catch(() => undefined);
    }, wait());
  }

  /** Waits, but not longer than until something changes. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#stir = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.max(ms, 0));
      this.#stir = done;
    });
  }
}
