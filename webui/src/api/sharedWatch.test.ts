import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { visitOf } from "../testing/shop";
import { change, progress, WatchFeed } from "../testing/watchFeed";
import { SharedWatch } from "./sharedWatch";
import { type Port, servePort, WatchPort } from "./watchPort";
import { DEAD_AFTER_MS } from "./watchTimes";

const event = (revision: bigint) => change(revision, visitOf(Number(revision), Date.UTC(2026, 10, 22)));
const settle = () => vi.advanceTimersByTimeAsync(0);

/** The server's side of every stream that was opened. */
function arrange() {
  const streams: { after: bigint; token: string; feed: WatchFeed; signal: AbortSignal }[] = [];
  const shared = new SharedWatch((after, token, signal, onOpen) => {
    const feed = new WatchFeed();
    streams.push({ after, token, feed, signal });
    onOpen();
    return feed.stream(signal);
  });
  const join = (after: bigint, { key = "ada/north/ADMIN", token = "token" } = {}) => {
    const heard: bigint[] = [];
    const onOpen = vi.fn();
    const onEnd = vi.fn<(error: ConnectError, token: string) => void>();
    const leave = shared.join({ key, token, after, onOpen, onEnd, onMessage: ({ revision }) => heard.push(revision) });
    return { heard, onOpen, onEnd, leave };
  };
  return { shared, streams, join };
}

describe("SharedWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("has one stream for all tabs of an account, and each tab hears each change once", async () => {
    const { streams, join } = arrange();
    const one = join(10n);
    streams[0]!.feed.push(event(11n), event(12n));
    await settle();
    const two = join(12n);
    streams[0]!.feed.push(event(13n));
    await settle();
    expect(streams).toHaveLength(1);
    expect(one.heard).toEqual([11n, 12n, 13n]);
    expect(two.heard).toEqual([13n]);
    expect(two.onOpen).toHaveBeenCalledOnce();
  });

  it("opens anew for a tab that missed more than the stream can tell, without a double for the others", async () => {
    const { streams, join } = arrange();
    const one = join(10n);
    streams[0]!.feed.push(event(11n), event(12n));
    await settle();
    const late = join(10n);
    expect(streams.map(({ after }) => after)).toEqual([10n, 10n]);
    expect(streams[0]!.signal.aborted).toBe(true);
    streams[1]!.feed.push(event(11n), event(12n), event(13n));
    await settle();
    expect(one.heard).toEqual([11n, 12n, 13n]);
    expect(late.heard).toEqual([11n, 12n, 13n]);
    expect(one.onEnd).not.toHaveBeenCalled();
  });

  it("passes on that the line lives, by what each tab has seen", async () => {
    const { streams, join } = arrange();
    const behind = join(10n);
    const ahead = join(20n);
    streams[0]!.feed.push(progress(15n), progress(15n));
    await settle();
    expect(behind.heard).toEqual([15n, 15n]);
    expect(ahead.heard).toEqual([20n, 20n]);
  });

  it("never mixes accounts, tenants or roles", async () => {
    const { streams, join } = arrange();
    const ada = join(10n);
    const bo = join(10n, { key: "bo/north/ADMIN", token: "of bo" });
    expect(streams.map(({ token }) => token)).toEqual(["token", "of bo"]);
    streams[0]!.feed.push(event(11n));
    await settle();
    expect([ada.heard, bo.heard]).toEqual([[11n], []]);
  });

  it("closes the server's stream when the last tab goes, and not before", () => {
    const { streams, join } = arrange();
    const one = join(10n);
    const two = join(10n);
    one.leave();
    expect(streams[0]!.signal.aborted).toBe(false);
    two.leave();
    expect(streams[0]!.signal.aborted).toBe(true);
    join(11n);
    expect(streams).toHaveLength(2);
  });

  it("does not outlive the session: everything ends at a sign-out, all others' at a sign-in", async () => {
    const { shared, streams, join } = arrange();
    const ada = join(10n);
    shared.endAllBut("bo/north/ADMIN");
    expect(streams[0]!.signal.aborted).toBe(true);
    expect(ada.onEnd.mock.calls[0]![0].code).toBe(Code.Canceled);
    const bo = join(10n, { key: "bo/north/ADMIN" });
    shared.endAllBut("bo/north/ADMIN");
    expect(bo.onEnd).not.toHaveBeenCalled();
    shared.endAllBut(undefined);
    expect(bo.onEnd).toHaveBeenCalledOnce();
    await settle();
    expect(streams.every(({ signal }) => signal.aborted)).toBe(true);
  });

  it("tells every tab why the stream ended and with which token, and goes on with the next one", async () => {
    const { streams, join } = arrange();
    const one = join(10n, { token: "old" });
    const two = join(10n, { token: "newer" });
    streams[0]!.feed.push(event(11n), new ConnectError("over", Code.Unauthenticated));
    await settle();
    for (const { onEnd } of [one, two]) {
      expect(onEnd).toHaveBeenCalledOnce();
      expect(onEnd.mock.calls[0]!.map((each) => (each instanceof ConnectError ? each.code : each))).toEqual([Code.Unauthenticated, "old"]);
    }
    join(11n, { token: "new" });
    expect(streams[1]).toMatchObject({ after: 11n, token: "new" });
  });

  it("takes a silent stream for dead", async () => {
    const { streams, join } = arrange();
    const one = join(10n);
    await vi.advanceTimersByTimeAsync(DEAD_AFTER_MS - 1);
    expect(one.onEnd).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(one.onEnd.mock.calls[0]![0].code).toBe(Code.Unavailable);
    expect(streams[0]!.signal.aborted).toBe(true);
  });
});

/** Two ports that are connected; messages are copied and come later, as between a page and a worker. */
function channel(): [Port, Port] {
  const ends = [new EventTarget(), new EventTarget()] as const;
  const port = (at: 0 | 1): Port => ({
    postMessage: (message) => {
      const data = structuredClone(message);
      setTimeout(() => ends[at === 0 ? 1 : 0].dispatchEvent(new MessageEvent("message", { data })), 0);
    },
    addEventListener: (type, listener) => {
      ends[at].addEventListener(type, listener as EventListener);
    },
    start: () => undefined,
  });
  return [port(0), port(1)];
}

describe("a tab's port to the worker", () => {
  it("brings messages, answers and errors over, and closes what it opened", async () => {
    const { shared, streams } = arrange();
    const [tab, worker] = channel();
    servePort(worker, shared, () => new Promise(() => undefined));
    const port = new WatchPort(tab, "lock");
    await port.ready;
    const onOpen = vi.fn();
    const onToken = vi.fn();
    const heard: unknown[] = [];
    const ended = (async () => {
      const opening = { key: "ada", token: "token", after: 10n, signal: new AbortController().signal, onOpen, onToken };
      for await (const response of port.open(opening)) heard.push(response);
    })();
    await vi.waitFor(() => {
      expect(streams).toHaveLength(1);
    });
    streams[0]!.feed.push(event(11n), new ConnectError("compacted", Code.OutOfRange));
    await expect(ended).rejects.toMatchObject({ code: Code.OutOfRange, rawMessage: "compacted" });
    expect(heard).toEqual([event(11n)]);
    expect(onOpen).toHaveBeenCalledOnce();
    expect(onToken).toHaveBeenCalledWith("token");
  });

  it("leaves when the tab stops listening, and when the tab is gone", async () => {
    const { shared, streams } = arrange();
    const [tab, worker] = channel();
    let goneNow = (): void => undefined;
    servePort(worker, shared, () => new Promise((resolve) => (goneNow = resolve)));
    const port = new WatchPort(tab, "lock");
    const stop = new AbortController();
    const open = (signal: AbortSignal) => {
      const opening = { key: "ada", token: "token", after: 10n, signal, onOpen: () => undefined, onToken: () => undefined };
      return port.open(opening).next().catch(() => undefined);
    };
    void open(stop.signal);
    await vi.waitFor(() => {
      expect(streams).toHaveLength(1);
    });
    stop.abort();
    await vi.waitFor(() => {
      expect(streams[0]!.signal.aborted).toBe(true);
    });
    void open(new AbortController().signal);
    await vi.waitFor(() => {
      expect(streams).toHaveLength(2);
    });
    goneNow();
    await vi.waitFor(() => {
      expect(streams[1]!.signal.aborted).toBe(true);
    });
  });
});
