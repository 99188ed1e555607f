import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeBrowser } from "../testing/browser";
import { refusal } from "../testing/renderConsole";
import { Role } from "./gen/footfall/v1/auth_service_pb";
import { Keeper } from "./keeper";
import { type Issued, Session } from "./session";

const MINUTE_MS = 60_000;
const LIFETIME_MS = 10 * MINUTE_MS;
const ANN = { subjectId: "ann", tenantId: "shops", displayName: "Ann", tenantName: "Shops", role: Role.TENANT_ADMIN };
const BOB = { ...ANN, subjectId: "bob", displayName: "Bob" };
const gone = () => new ConnectError("gone", Code.Unavailable);
const refused = () => new ConnectError("refused", Code.Unauthenticated);

/** The server's side: a new token for every call, of whoever the cookie is. */
class Core {
  calls = 0;
  who = ANN;
  failure: (() => ConnectError) | undefined;
  takesMs = 20;

  readonly refresh = async (): Promise<Issued> => {
    this.calls += 1;
    const { who, failure } = this;
    const accessToken = `token-${this.calls}`;
    await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    if (failure) throw failure();
    return { who, accessToken, leftMs: LIFETIME_MS };
  };
}

function arrange(browser = new FakeBrowser(), core = new Core(), hints: Storage = window.localStorage) {
  const look = { hidden: false };
  // Sleep: the wall clock goes on, the steady one and the timers stand still.
  const machine = { sleptMs: 0 };
  const clocks = { wall: () => Date.now() + machine.sleptMs, steady: () => performance.now() };
  const session = new Session(clocks);
  const tabs = browser.open();
  const keeper = new Keeper({ session, tabs, hints, refresh: core.refresh, hidden: () => look.hidden, clocks, random: () => 0 });
  return { browser, core, session, keeper, tabs, look, machine };
}

type Tab = ReturnType<typeof arrange>;
const first: Issued = { who: ANN, accessToken: "token-0", leftMs: LIFETIME_MS };
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function openTabs(count: number, browser = new FakeBrowser()): { tabs: Tab[]; core: Core } {
  const core = new Core();
  return { core, tabs: Array.from({ length: count }, () => arrange(browser, core)) };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("one tab", () => {
  it("refreshes ahead of the end, again and again, and stays the same session", async () => {
    const { keeper, session, core } = arrange();
    keeper.began(first);
    const epoch = session.epoch();
    await pass(LIFETIME_MS * 0.7 - 1);
    expect(core.calls).toBe(0);
    await pass(1000);
    expect(session.token()).toBe("token-1");
    await pass(LIFETIME_MS * 0.7);
    expect(session.token()).toBe("token-2");
    expect(session.epoch()).toBe(epoch);
  });

  it("refreshes once for all calls that wait", async () => {
    const { keeper, core } = arrange();
    keeper.began({ ...first, leftMs: 1000 });
    const tokens = Promise.all([keeper.freshToken(), keeper.freshToken(), keeper.renew("token-0"), keeper.renew("token-0")]);
    await pass(20);
    expect(await tokens).toEqual(["token-1", "token-1", "token-1", "token-1"]);
    expect(core.calls).toBe(1);
  });

  it("does not refresh for a call whose token was replaced meanwhile", async () => {
    const { keeper, core } = arrange();
    keeper.began(first);
    expect(await keeper.renew("an older one")).toBe("token-0");
    expect(core.calls).toBe(0);
  });

  it("leaves a session alone that nobody looks at, and refreshes before the first call after", async () => {
    const { keeper, core, look } = arrange();
    keeper.began(first);
    look.hidden = true;
    await pass(60 * MINUTE_MS);
    expect(core.calls).toBe(0);
    look.hidden = false;
    keeper.wake();
    const token = keeper.freshToken();
    await pass(20);
    expect(await token).toBe("token-1");
    expect(core.calls).toBe(1);
  });

  it("knows after a sleep of the machine that the token is over, though its timers did not run", async () => {
    const { keeper, machine } = arrange();
    keeper.began(first);
    machine.sleptMs = LIFETIME_MS;
    const token = keeper.freshToken();
    await pass(20);
    expect(await token).toBe("token-1");
  });

  it("ends the session when the server refuses to go on, and says why", async () => {
    const { keeper, session, core } = arrange();
    keeper.began(first);
    core.failure = refused;
    const renewed = keeper.renew("token-0");
    await pass(20);
    expect(await renewed).toBeUndefined();
    expect(session.ended()).toBe("expired");
    await pass(60 * MINUTE_MS);
    expect(core.calls, "no loop").toBe(1);
  });

  it("stays signed in while the server cannot be reached, and asks with growing pauses", async () => {
    const { keeper, session, core } = arrange();
    core.failure = gone;
    core.takesMs = 0;
    keeper.began({ ...first, leftMs: 0 });
    await expect(Promise.all([keeper.freshToken(), pass(0)])).rejects.toMatchObject({ code: Code.Unavailable });
    expect(keeper.offline()).toBe(true);
    // Half of it is random; here none is added.
    for (const pause of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
      const calls = core.calls;
      await pass(pause - 200);
      expect(core.calls, `not before ${pause} ms`).toBe(calls);
      await expect(keeper.freshToken(), "a call meanwhile fails at once").rejects.toMatchObject({ code: Code.Unavailable });
      await pass(210);
      expect(core.calls, `after ${pause} ms`).toBe(calls + 1);
    }
    expect(session.current()).toBe(ANN);
    core.failure = undefined;
    keeper.wake();
    await pass(10);
    expect(session.token()).not.toBe("token-0");
    expect(keeper.offline()).toBe(false);
  });

  it("waits as long as the server asks for", async () => {
    const { keeper, core } = arrange();
    core.failure = () => refusal(Code.ResourceExhausted, "RATE_LIMITED", { retryMs: 60_000 });
    keeper.began({ ...first, leftMs: 0 });
    await pass(100);
    expect(core.calls).toBe(1);
    await pass(59_000);
    expect(core.calls).toBe(1);
    await pass(2_000);
    expect(core.calls).toBe(2);
  });

  it("drops the answer to a refresh that was overtaken by a sign-out", async () => {
    const { keeper, session } = arrange();
    keeper.began({ ...first, leftMs: 1000 });
    const token = keeper.freshToken();
    await pass(10);
    keeper.finish("signed-out");
    await pass(100);
    expect(await token).toBeUndefined();
    expect(session.ended()).toBe("signed-out");
  });
});

describe("after a reload", () => {
  it("goes on with the session of before", async () => {
    arrange().keeper.began(first);
    const { keeper, session } = arrange();
    const resumed = keeper.resume();
    await pass(20);
    await resumed;
    expect(session.current()).toBe(ANN);
  });

  it("asks nothing for a first visitor", async () => {
    const { keeper, session, core } = arrange();
    await keeper.resume();
    expect(core.calls).toBe(0);
    expect([session.current(), session.ended()]).toEqual([undefined, undefined]);
  });

  it("says that the session ended when it did", async () => {
    arrange().keeper.began(first);
    const { keeper, session, core } = arrange();
    core.failure = refused;
    const resumed = keeper.resume();
    await pass(20);
    await resumed;
    expect(session.ended()).toBe("expired");
    expect(window.localStorage, "the next reload does not ask").toHaveLength(0);
  });

  it("waits for a server that cannot be reached, and tells so", async () => {
    arrange().keeper.began(first);
    const { keeper, session, core } = arrange();
    core.failure = gone;
    const done = vi.fn();
    void keeper.resume().then(done);
    await pass(MINUTE_MS);
    expect(done).not.toHaveBeenCalled();
    expect(keeper.offline()).toBe(true);
    core.failure = undefined;
    await pass(MINUTE_MS);
    expect(done).toHaveBeenCalled();
    expect(session.current()).toBe(ANN);
  });

  it("gives up waiting when another tab signed out", async () => {
    const { tabs, core } = openTabs(2);
    tabs[0]!.keeper.began(first);
    await pass(0);
    const browser = tabs[0]!.browser;
    const late = arrange(browser, core);
    core.failure = gone;
    for (const { look } of tabs) look.hidden = true;
    const hints = window.localStorage.length;
    expect(hints).toBe(1);
    // The others have slept past their token, so they cannot answer.
    await pass(LIFETIME_MS);
    const resumed = late.keeper.resume();
    await pass(1000);
    expect(late.keeper.offline()).toBe(true);
    tabs[0]!.keeper.finish("signed-out");
    await pass(1000);
    await resumed;
    expect(late.session.ended()).toBe("signed-out");
  });

  it("keeps no token in the storage, whatever happened", async () => {
    const { keeper } = arrange();
    keeper.began(first);
    await pass(LIFETIME_MS);
    const kept = JSON.stringify([Object.entries(window.localStorage), Object.entries(window.sessionStorage)]);
    expect(kept).not.toContain("token");
  });
});

describe("six tabs", () => {
  // Messages may come before or long after the lock is handed on.
  it.each([0, 5, 100])("make one refresh, and all have the new token (messages take %i ms)", async (delayMs) => {
    const { tabs, core } = openTabs(6, new FakeBrowser({ delayMs }));
    tabs[0]!.keeper.began(first);
    await pass(delayMs);
    expect(tabs.map(({ session }) => session.token())).toEqual(tabs.map(() => "token-0"));
    await pass(LIFETIME_MS * 0.75);
    expect(tabs.map(({ session }) => session.token())).toEqual(tabs.map(() => "token-1"));
    expect(core.calls).toBe(1);
  });

  it("that wake together make one refresh", async () => {
    const { tabs, core } = openTabs(6);
    tabs[0]!.keeper.began(first);
    await pass(0);
    for (const { machine } of tabs) machine.sleptMs = LIFETIME_MS;
    const tokens = Promise.all(tabs.map(({ keeper }) => keeper.freshToken()));
    await pass(2000);
    expect(new Set(await tokens)).toEqual(new Set(["token-1"]));
    expect(core.calls).toBe(1);
  });

  it("that are refused together make one refresh", async () => {
    const { tabs, core } = openTabs(6);
    tabs[0]!.keeper.began(first);
    await pass(0);
    const tokens = Promise.all(tabs.map(({ keeper }) => keeper.renew("token-0")));
    await pass(2000);
    expect(new Set(await tokens)).toEqual(new Set(["token-1"]));
    expect(core.calls).toBe(1);
  });

  it("and a seventh that is opened takes the token of the others", async () => {
    const { tabs, core } = openTabs(6);
    tabs[0]!.keeper.began(first);
    await pass(0);
    const seventh = arrange(tabs[0]!.browser, core);
    const resumed = seventh.keeper.resume();
    await pass(150);
    await resumed;
    expect(seventh.session.token()).toBe("token-0");
    expect(core.calls).toBe(0);
  });

  it("end together", async () => {
    const { tabs } = openTabs(6);
    tabs[0]!.keeper.began(first);
    await pass(0);
    tabs[3]!.keeper.finish("signed-out");
    await pass(0);
    expect(tabs.map(({ session }) => session.ended())).toEqual(tabs.map(() => "signed-out"));
  });

  it("follow the one in which somebody else signs in", async () => {
    const { tabs } = openTabs(6);
    tabs[0]!.keeper.began(first);
    await pass(0);
    const epochs = tabs.map(({ session }) => session.epoch());
    tabs[3]!.keeper.began({ who: BOB, accessToken: "bob", leftMs: LIFETIME_MS });
    await pass(0);
    expect(tabs.map(({ session }) => session.current()?.displayName)).toEqual(tabs.map(() => "Bob"));
    expect(tabs.map(({ session }, at) => session.epoch() - epochs[at]!)).toEqual(tabs.map(() => 1));
  });

  it("follow the cookie when it is somebody else's by now", async () => {
    const { tabs, core } = openTabs(2);
    tabs[0]!.keeper.began(first);
    await pass(0);
    core.who = BOB;
    const renewed = tabs[0]!.keeper.renew("token-0");
    await pass(200);
    await renewed;
    expect(tabs.map(({ session }) => session.current()?.displayName)).toEqual(["Bob", "Bob"]);
  });
});
