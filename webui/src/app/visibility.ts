import type { Keeper } from "../api/keeper";
import type { WatchHub } from "../api/watch";

/** How long a hidden tab keeps its stream: over plain HTTP/1.1 all tabs together have six connections. */
const KEEP_HIDDEN_MS = 60_000;

/** Gives the live stream back while the tab is hidden for long, and goes on from the same revision after. */
export function pauseWhileHidden(page: Document, hub: WatchHub): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  page.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (page.visibilityState === "visible") {
      hub.resume();
      return;
    }
    timer = setTimeout(() => {
      hub.suspend();
    }, KEEP_HIDDEN_MS);
  });
}

/** Has the session looked after as soon as somebody looks again, or the network is back. */
export function wakeWithPage(page: Window, keeper: Keeper): void {
  const wake = () => {
    if (page.document.visibilityState === "visible") keeper.wake();
  };
  page.document.addEventListener("visibilitychange", wake);
  page.addEventListener("pageshow", wake);
  page.addEventListener("online", wake);
}
