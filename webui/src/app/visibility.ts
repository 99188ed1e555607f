import type { Keeper } from "../api/keeper";
import type { WatchHub } from "../api/watch";

/** How long a hidden tab keeps its stream: over plain HTTP/1.1 all tabs together have six connections. */
const KEEP_HIDDEN_MS = 60_000;

/** Gives the live stream back while the tab is hidden for long or asleep, and goes on from the same revision after. */
export function pauseWhileHidden(page: Document, hub: WatchHub): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const suspend = () => {
    hub.suspend();
  };
  const resume = () => {
    if (page.visibilityState === "visible") hub.resume();
  };
  // A page that is left may be kept to come back to. Its connections are not.
  page.defaultView?.addEventListener("pagehide", suspend);
  page.defaultView?.addEventListener("pageshow", resume);
  // A tab that the browser puts to sleep reads nothing any more, and its timers stand still: what it holds it keeps
  // from others, and what it was told it finds stale.
  page.addEventListener("freeze", suspend);
  page.addEventListener("resume", resume);
  page.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (page.visibilityState === "visible") {
      hub.resume();
      return;
    }
    timer = setTimeout(suspend, KEEP_HIDDEN_MS);
  });
}

/** Has the session and the live stream looked after as soon as somebody looks again, or the network is back. */
export function wakeWithPage(page: Window, keeper: Keeper, hub: WatchHub): void {
  const wake = () => {
    if (page.document.visibilityState !== "visible") return;
    keeper.wake();
    hub.wake();
  };
  page.document.addEventListener("visibilitychange", wake);
  page.document.addEventListener("resume", wake);
  page.addEventListener("pageshow", wake);
  page.addEventListener("online", wake);
}
