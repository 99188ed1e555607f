import type { RunMode } from "./importRun";

/**
 * What a page is opened to do, as an entry of the browser's history keeps it: after a reload it goes on with it, and no
 * link from elsewhere can make it begin.
 */
export function startWith(mode: RunMode): unknown {
  return { start: mode };
}

export function startOf(state: unknown): RunMode | undefined {
  if (typeof state !== "object" || state === null || !("start" in state)) return undefined;
  return state.start === "check" || state.start === "import" ? state.start : undefined;
}
