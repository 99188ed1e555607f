import type { TabMessage, Tabs } from "../api/tabs";

/** The tabs of one browser, without a browser. Messages arrive after some time, locks are given in turn. */
export class FakeBrowser {
  readonly #delayMs: number;
  readonly #handlers = new Map<Tabs, (message: TabMessage) => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: { delayMs?: number } = {}) {
    this.#delayMs = options.delayMs ?? 0;
  }

  open(): Tabs {
    const tab: Tabs = {
      exclusively: (work) => {
        const run = this.#turn.then(work);
        this.#turn = run.catch(() => undefined);
        return run;
      },
      tell: (message) => {
        const copy = structuredClone(message);
        setTimeout(() => {
          for (const [other, handler] of this.#handlers) if (other !== tab) handler(copy);
        }, this.#delayMs);
      },
      listen: (handler) => {
        this.#handlers.set(tab, handler);
      },
      hasOthers: async () => this.#handlers.size > 1,
    };
    return tab;
  }

  close(tab: Tabs): void {
    this.#handlers.delete(tab);
  }
}
