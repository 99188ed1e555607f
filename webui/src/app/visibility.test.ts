import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Keeper } from "../api/keeper";
import { WatchHub } from "../api/watch";
import { progress, WatchFeed } from "../testing/watchFeed";
import { pauseWhileHidden, wakeWithPage } from "./visibility";

/** The tab's page, its one stream, and the attempts at it. */
function arrange() {
  const view = new EventTarget();
  const page = Object.assign(new EventTarget(), { visibilityState: "visible", defaultView: view });
  const attempts: { after: bigint; feed: WatchFeed; signal: AbortSignal }[] = [];
  const hub = new WatchHub({
    open: (after, signal, onOpen) => {
      const feed = new WatchFeed();
      attempts.push({ after, feed, signal });
      onOpen();
      return feed.stream(signal);
    },
    renew: () => Promise.resolve(false),
    random: () => 1,
  });
  const keeper = { wake: vi.fn() };
  // Only what is listened to and looked at is there.
  pauseWhileHidden(page as unknown as Document, hub);
  wakeWithPage(Object.assign(view, { document: page }) as unknown as Window, keeper as unknown as Keeper, hub);
  hub.subscribe(5n, { onChange: () => undefined, onReset: () => undefined });
  return {
    hub,
    attempts,
    keeper,
    happens: (event: string) => page.dispatchEvent(new Event(event)),
    show: (visibilityState: "visible" | "hidden") => {
      page.visibilityState = visibilityState;
      page.dispatchEvent(new Event("visibilitychange"));
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("gives the stream back when the browser puts the tab to sleep, and goes on where it was when it wakes", async () => {
  const { attempts, happens, keeper } = arrange();
  attempts[0]!.feed.push(progress(9n));
  await settle();
  happens("freeze");
  expect(attempts[0]!.signal.aborted).toBe(true);
  vi.setSystemTime(Date.now() + 3_600_000);
  happens("resume");
  expect(attempts.map(({ after }) => after)).toEqual([5n, 9n]);
  expect(keeper.wake, "the token may be over").toHaveBeenCalled();
});

it("does not open a stream for a tab that wakes while nobody looks", async () => {
  const { attempts, happens, show } = arrange();
  show("hidden");
  happens("freeze");
  happens("resume");
  await settle();
  expect(attempts).toHaveLength(1);
  show("visible");
  expect(attempts).toHaveLength(2);
});

it("keeps the stream of a tab that is hidden for a moment, and not of one that is hidden for long", async () => {
  const { attempts, show } = arrange();
  show("hidden");
  await vi.advanceTimersByTimeAsync(59_000);
  show("visible");
  await vi.advanceTimersByTimeAsync(1000);
  show("hidden");
  await vi.advanceTimersByTimeAsync(30_000);
  attempts.at(-1)!.feed.push(progress(7n));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(attempts.at(-1)!.signal.aborted).toBe(true);
  show("visible");
  expect(attempts.at(-1)!.after).toBe(7n);
});

it("tries again at once when somebody looks while the line is cut", async () => {
  const { hub, attempts, show } = arrange();
  attempts[0]!.feed.push("end");
  await settle();
  expect(hub.state().phase).toBe("retrying");
  show("visible");
  expect(attempts).toHaveLength(2);
});
