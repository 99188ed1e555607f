import { useCallback, useSyncExternalStore } from "react";

import { ago } from "./format";

const EVERY_MS = 10_000;

/** One clock for all who look at it; it stands still while nobody does. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function everyTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const told of [...listeners]) told();
  }, EVERY_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** How long ago an instant was, in words that are kept current. Only when the words change is anything drawn anew. */
export function useAgo(instant: number): string {
  return useSyncExternalStore(
    everyTick,
    useCallback(() => ago(Math.max(0, Date.now() - instant)), [instant]),
  );
}
