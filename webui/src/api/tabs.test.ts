import { describe, expect, it, vi } from "vitest";

import { BrowserTabs, type TabMessage } from "./tabs";

type Work = () => Promise<unknown>;

/** As much of Web Locks as is used: given in turn, unless somebody holds them for ever. */
class FakeLocks {
  readonly held: { name: string }[] = [];
  stuck = false;
  #turn: Promise<unknown> = Promise.resolve();

  request(name: string, options: { mode?: string; signal?: AbortSignal }, work: Work): Promise<unknown> {
    if (options.mode === "shared") {
      this.held.push({ name });
      return work();
    }
    if (this.stuck) return Promise.reject(new DOMException("timed out", "TimeoutError"));
    const run = this.#turn.then(work);
    this.#turn = run.catch(() => undefined);
    return run;
  }

  query() {
    return Promise.resolve({ held: this.held });
  }
}

class FakeChannel extends EventTarget {
  static readonly open: FakeChannel[] = [];

  constructor(readonly name: string) {
    super();
    FakeChannel.open.push(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.open) {
      if (other !== this && other.name === this.name) other.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
}

function scope(locks: FakeLocks | undefined, channel: typeof FakeChannel | undefined = FakeChannel) {
  return { navigator: { locks }, BroadcastChannel: channel } as unknown as Window & typeof globalThis;
}

describe("BrowserTabs", () => {
  it("runs the work of one tab after that of another", async () => {
    const locks = new FakeLocks();
    const [one, two] = [new BrowserTabs(scope(locks)), new BrowserTabs(scope(locks))];
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([one.exclusively(work("one")), two.exclusively(work("two"))])).toEqual(["one", "two"]);
    expect(order).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });

  it("tells why the work failed, and does not repeat it", async () => {
    const work = vi.fn(() => Promise.reject(new Error("no")));
    await expect(new BrowserTabs(scope(new FakeLocks())).exclusively(work)).rejects.toThrow("no");
    expect(work).toHaveBeenCalledOnce();
  });

  it.each([["a lock that is never given back", true], ["no locks", false]])("works with %s", async (_, hasLocks) => {
    const locks = new FakeLocks();
    locks.stuck = true;
    const tabs = new BrowserTabs(scope(hasLocks ? locks : undefined));
    expect(await tabs.exclusively(() => Promise.resolve("done"))).toBe("done");
  });

  it("knows whether it is alone", async () => {
    const locks = new FakeLocks();
    const one = new BrowserTabs(scope(locks));
    expect(await one.hasOthers()).toBe(false);
    const two = new BrowserTabs(scope(locks));
    expect([await one.hasOthers(), await two.hasOthers()]).toEqual([true, true]);
    expect(await new BrowserTabs(scope(undefined)).hasOthers(), "without locks it has to ask").toBe(true);
  });

  it("carries messages to the others and not back", () => {
    const locks = new FakeLocks();
    const [one, two] = [new BrowserTabs(scope(locks)), new BrowserTabs(scope(locks))];
    const heard: [string, TabMessage][] = [];
    one.listen((message) => heard.push(["one", message]));
    two.listen((message) => heard.push(["two", message]));
    one.tell({ kind: "ended", reason: "signed-out" });
    expect(heard).toEqual([["two", { kind: "ended", reason: "signed-out" }]]);
  });
});
