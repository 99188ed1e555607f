import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { visitOf } from "../testing/shop";
import { change, progress, WatchFeed } from "../testing/watchFeed";
import { WatchHub } from "./watch";
import { DEAD_AFTER_MS } from "./watchTimes";

/** Every attempt of the hub to open a stream, with the revision that it asked for. */
function arrange(chance = 1) {
  const attempts: { after: bigint; feed: WatchFeed; signal: AbortSignal }[] = [];
  const renew = vi.fn<() => Promise<boolean>>(() => Promise.resolve(false));
  const breathe = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const hub = new WatchHub({
    open: (after, signal, onOpen) => {
      const feed = new WatchFeed();
      attempts.push({ after, feed, signal });
      onOpen();
      return feed.stream(signal);
    },
    renew,
    random: () => chance,
    breathe,
  });
  const heard: bigint[] = [];
  const onReset = vi.fn();
  const listen = (after: bigint) =>
    hub.subscribe(after, { onChange: ({ revision }) => heard.push(revision), onReset });
  return { hub, attempts, heard, listen, onReset, renew, breathe };
}

const event = (revision: bigint) => change(revision, visitOf(Number(revision), Date.now()));
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("WatchHub", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("resumes after the last revision that it heard, missing nothing and doubling nothing", async () => {
    const { hub, attempts, heard, listen } = arrange();
    listen(10n);
    attempts[0]!.feed.push(event(11n), event(12n), progress(15n), new ConnectError("gone", Code.Unavailable));
    await settle();
    expect(hub.state().phase).toBe("retrying");
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts[1]!.after).toBe(15n);
    attempts[1]!.feed.push(event(16n));
    await settle();
    expect(heard).toEqual([11n, 12n, 16n]);
    expect(hub.state().phase).toBe("live");
  });

  it("ignores what a listener has already seen", async () => {
    const { attempts, heard, listen } = arrange();
    listen(10n);
    attempts[0]!.feed.push(event(9n), event(10n), event(11n));
    await settle();
    expect(heard).toEqual([11n]);
  });

  it("waits longer after every failure, up to a limit, and starts small again after a success", async () => {
    const { attempts, listen } = arrange();
    listen(0n);
    for (const pause of [500, 1000, 2000, 4000, 8000, 15000, 15000]) {
      const before = attempts.length;
      attempts.at(-1)!.feed.push(new ConnectError("gone", Code.Unavailable));
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(attempts, `not before ${pause} ms`).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(attempts, `after ${pause} ms`).toHaveLength(before + 1);
    }
    attempts.at(-1)!.feed.push(progress(1n), "end");
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts.at(-1)!.after).toBe(1n);
  });

  it("takes a silent stream for dead", async () => {
    const { hub, attempts, listen } = arrange();
    listen(0n);
    attempts[0]!.feed.push(progress(3n));
    await vi.advanceTimersByTimeAsync(DEAD_AFTER_MS - 1);
    expect(hub.state().phase).toBe("live");
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts[0]!.signal.aborted).toBe(true);
    expect(hub.state().phase).toBe("retrying");
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts[1]!.after).toBe(3n);
  });

  it("tells its listeners to list again when the server no longer keeps what they missed", async () => {
    const { hub, attempts, listen, onReset } = arrange();
    listen(1n);
    attempts[0]!.feed.push(new ConnectError("compacted", Code.OutOfRange));
    await settle();
    expect(onReset).toHaveBeenCalledOnce();
    expect(hub.state().phase).toBe("retrying");
    listen(90n);
    expect(attempts[1]!.after).toBe(90n);
  });

  it("stops when the session is over, and says so", async () => {
    const { hub, attempts, listen, renew } = arrange();
    listen(1n);
    attempts[0]!.feed.push(new ConnectError("expired", Code.Unauthenticated));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hub.state().phase).toBe("stopped");
    expect(renew).toHaveBeenCalledOnce();
    expect(attempts).toHaveLength(1);
  });

  it("goes on at once with the next token when the stream ended with its own, without a gap or a double", async () => {
    const { hub, attempts, heard, listen, renew } = arrange();
    renew.mockResolvedValue(true);
    const phases: string[] = [];
    listen(10n);
    attempts[0]!.feed.push(event(11n), progress(14n));
    await settle();
    hub.onState(() => phases.push(hub.state().phase));
    attempts[0]!.feed.push(new ConnectError("the token is over", Code.Unauthenticated));
    await settle();
    expect(attempts.map(({ after }) => after)).toEqual([10n, 14n]);
    attempts[1]!.feed.push(event(14n), event(15n));
    await settle();
    expect(heard).toEqual([11n, 15n]);
    expect(phases, "nothing was missing meanwhile").toEqual([]);
    expect(hub.state().phase).toBe("live");
  });

  it("makes no storm of a token that is refused as soon as it was given", async () => {
    const { attempts, listen, renew } = arrange();
    renew.mockResolvedValue(true);
    listen(0n);
    const refuse = () => {
      attempts.at(-1)!.feed.push(new ConnectError("no", Code.Unauthenticated));
    };
    refuse();
    await settle();
    expect(attempts, "once at once").toHaveLength(2);
    for (const pause of [1000, 2000, 4000]) {
      const before = attempts.length;
      refuse();
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(attempts, `not before ${pause} ms`).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(attempts).toHaveLength(before + 1);
    }
  });

  it("keeps trying while the next token cannot be had", async () => {
    const { hub, attempts, listen, renew } = arrange();
    renew.mockRejectedValueOnce(new ConnectError("gone", Code.Unavailable));
    listen(3n);
    attempts[0]!.feed.push(progress(5n), new ConnectError("the token is over", Code.Unauthenticated));
    await settle();
    expect(hub.state().phase).toBe("retrying");
    await vi.advanceTimersByTimeAsync(500);
    expect(attempts[1]!.after).toBe(5n);
  });

  it("tells the listeners of one account nothing of the next one's", async () => {
    const { hub, attempts, heard, listen } = arrange();
    listen(1n);
    hub.forget();
    expect(attempts[0]!.signal.aborted).toBe(true);
    attempts[0]!.feed.push(event(2n));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heard).toEqual([]);
    expect(attempts).toHaveLength(1);
    expect(hub.state().phase).toBe("idle");
  });

  it("stops when the caller may not watch, and goes on when it is told to", async () => {
    const { hub, attempts, listen } = arrange();
    listen(4n);
    attempts[0]!.feed.push(new ConnectError("no", Code.PermissionDenied));
    await settle();
    expect(hub.state()).toMatchObject({ phase: "stopped", error: { code: Code.PermissionDenied } });
    hub.reconnect();
    expect(attempts[1]!.after).toBe(4n);
  });

  it("keeps one stream for all listeners and closes it after the last one", async () => {
    const { hub, attempts, listen } = arrange();
    const first = listen(5n);
    const second = listen(7n);
    expect(attempts).toHaveLength(1);
    first();
    await settle();
    expect(attempts[0]!.signal.aborted).toBe(false);
    second();
    await settle();
    expect(attempts[0]!.signal.aborted).toBe(true);
    expect(hub.state().phase).toBe("idle");
  });

  it("keeps the stream when one page leaves and the next one comes in the same turn", async () => {
    const { attempts, listen } = arrange();
    const leave = listen(5n);
    leave();
    listen(5n);
    await settle();
    expect(attempts).toHaveLength(1);
    expect(attempts[0]!.signal.aborted).toBe(false);
  });

  it("opens again from an older revision for a listener that has seen less", async () => {
    const { attempts, listen } = arrange();
    listen(5n);
    attempts[0]!.feed.push(progress(9n));
    await settle();
    listen(6n);
    expect(attempts[0]!.signal.aborted).toBe(true);
    expect(attempts[1]!.after).toBe(6n);
  });

  it("gives the connection back while suspended and goes on from where it was", async () => {
    const { hub, attempts, listen } = arrange();
    listen(5n);
    attempts[0]!.feed.push(progress(8n));
    await settle();
    hub.suspend();
    expect(attempts[0]!.signal.aborted).toBe(true);
    hub.resume();
    expect(attempts[1]!.after).toBe(8n);
  });

  it("knows when it last heard the server", async () => {
    const { hub, attempts, listen } = arrange();
    vi.setSystemTime(1_000_000);
    listen(5n);
    attempts[0]!.feed.push(progress(6n));
    await settle();
    vi.setSystemTime(1_030_000);
    attempts[0]!.feed.push("end");
    await settle();
    expect(hub.state()).toMatchObject({ phase: "retrying", lastContact: 1_000_000 });
  });

  it("tells nobody of each word that the server says, only of what is new", async () => {
    const { hub, attempts, listen } = arrange();
    listen(5n);
    attempts[0]!.feed.push(event(6n));
    await settle();
    const told = vi.fn();
    hub.onState(told);
    attempts[0]!.feed.push(event(7n), progress(8n), event(9n));
    await settle();
    expect(told).not.toHaveBeenCalled();
    attempts[0]!.feed.push("end");
    await settle();
    expect(told).toHaveBeenCalledOnce();
  });

  it("lets the page answer while it takes in what happened during a long break", async () => {
    const { attempts, heard, listen, breathe } = arrange();
    const revisions = Array.from({ length: 250 }, (_, at) => BigInt(at + 1));
    let heardBefore = 0;
    breathe.mockImplementation(() => {
      expect(heard.length - heardBefore, "changes in one task").toBeLessThanOrEqual(100);
      heardBefore = heard.length;
      return Promise.resolve();
    });
    listen(0n);
    attempts[0]!.feed.push(...revisions.map(event));
    await settle();
    expect(heard).toEqual(revisions);
    expect(breathe).toHaveBeenCalledTimes(2);
  });

  it("spreads the attempts of many tabs over half of each pause", async () => {
    for (const [chance, pause] of [
      [0, 250],
      [0.5, 375],
    ] as const) {
      const { attempts, listen } = arrange(chance);
      listen(0n);
      attempts[0]!.feed.push(new ConnectError("gone", Code.Unavailable));
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(attempts, `not before ${pause} ms`).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(attempts, `after ${pause} ms`).toHaveLength(2);
    }
  });

  it("comes back at once when somebody looks again or the network is back", async () => {
    const { hub, attempts, heard, listen } = arrange();
    listen(10n);
    attempts[0]!.feed.push(event(11n), new ConnectError("gone", Code.Unavailable));
    await settle();
    expect(hub.state().phase).toBe("retrying");
    hub.wake();
    expect(attempts[1]!.after).toBe(11n);
    attempts[1]!.feed.push(event(12n));
    await settle();
    expect(heard).toEqual([11n, 12n]);
  });

  it("does not trust a stream that fell silent while the machine slept, and leaves a lively one alone", async () => {
    const { hub, attempts, listen } = arrange();
    listen(10n);
    attempts[0]!.feed.push(progress(12n));
    await settle();
    hub.wake();
    expect(attempts, "it spoke just now").toHaveLength(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    hub.wake();
    expect(attempts.map(({ after }) => after)).toEqual([10n, 12n]);
    expect(attempts[0]!.signal.aborted).toBe(true);
  });
});
