import { useEffect, useEffectEvent } from "react";

export type InboxKey = "y" | "n" | "s" | "x" | "z";

const KEYS: readonly string[] = ["y", "n", "s", "x", "z"] satisfies InboxKey[];

/** Whether a key press is meant for something else: a field, a dialog, or a command of the browser. */
function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return true;
  if (document.querySelector("dialog[open]")) return true;
  const target = event.target;
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]") !== null;
}

/** Answers the inbox by single letters while that is switched on (WCAG 2.1.4: it can be switched off). */
export function useInboxKeys(enabled: boolean, onKey: (key: InboxKey) => void): void {
  const handle = useEffectEvent(onKey);
  useEffect(() => {
    if (!enabled) return;
    const listener = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if (!KEYS.includes(key) || isTaken(event)) return;
      event.preventDefault();
      handle(key as InboxKey);
    };
    window.addEventListener("keydown", listener);
    return () => {
      window.removeEventListener("keydown", listener);
    };
  }, [enabled]);
}
