import { useMemo, useSyncExternalStore } from "react";

import { useBackend } from "./backend";
import { type Access, accessOf } from "./permissions";
import type { SessionData } from "./session";

// Apart from hooks.ts: the sign-in page needs these, and none of the services there.

export function useSession(): SessionData | undefined {
  const { session } = useBackend();
  return useSyncExternalStore(session.subscribe, session.current);
}

/** What whoever is signed in may do. */
export function useAccess(): Access {
  const who = useSession();
  return useMemo(() => accessOf(who), [who]);
}

/** Whether the session waits for a server that cannot be reached. */
export function useOffline(): boolean {
  const { keeper } = useBackend();
  return useSyncExternalStore(keeper.onOffline, keeper.offline);
}
