import type { EndReason, Issued } from "./session";

/** What tabs of one browser say to each other. */
export type TabMessage =
  /** Somebody signed in, or the token was refreshed: every tab goes on with this. */
  | ({ readonly kind: "began" } & Issued)
  /** The answer to "ask". */
  | ({ readonly kind: "have" } & Issued)
  /** Who has a token that is still good? */
  | { readonly kind: "ask" }
  | { readonly kind: "ended"; readonly reason: EndReason };

/** The other tabs of this browser that show the console. */
export interface Tabs {
  /** Runs the work while no other tab runs such work. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  tell(message: TabMessage): void;
  listen(handler: (message: TabMessage) => void): void;
  /** Whether there may be another tab that answers. */
  hasOthers(): Promise<boolean>;
}

/** Raised when the messages change: after an update, tabs of the older console are not listened to. */
export const SESSION_CHANNEL = "footfall.session.1";
const WORK_LOCK = "footfall.session.work";
const TAB_LOCK = "footfall.session.tab";
/** Longer than a call may take. A tab that holds the lock for longer hangs, and is not waited for. */
const LONGEST_WAIT_MS = 20_000;

/**
 * Tabs by Web Locks and BroadcastChannel. Browsers give the locks to secure pages alone; without them
 * each tab refreshes by itself, which the server allows within seconds.
 */
export class BrowserTabs implements Tabs {
  readonly #locks: LockManager | undefined;
  readonly #channel: BroadcastChannel | undefined;

  constructor(scope: Window & typeof globalThis) {
    // The types know only browsers and pages that have both.
    const found = scope as { navigator: { locks?: LockManager }; BroadcastChannel?: typeof BroadcastChannel };
    this.#locks = found.navigator.locks;
    this.#channel = found.BroadcastChannel && new found.BroadcastChannel(SESSION_CHANNEL);
    // Held for as long as the tab lives, so that the others can count it.
    void this.#locks?.request(TAB_LOCK, { mode: "shared" }, () => new Promise<never>(() => undefined)).catch(() => undefined);
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#locks) return work();
    let running: Promise<T> | undefined;
    try {
      return await this.#locks.request(WORK_LOCK, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) }, () => (running = work()));
    } catch {
      // Either the work failed, which its own promise says, or the lock was not to be had.
      return await (running ?? work());
    }
  }

  tell(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }

  listen(handler: (message: TabMessage) => void): void {
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      handler(data);
    });
  }

  async hasOthers(): Promise<boolean> {
    if (!this.#channel) return false;
    if (!this.#locks) return true;
    const { held = [] } = await this.#locks.query();
    return held.filter(({ name }) => name === TAB_LOCK).length > 1;
  }
}
