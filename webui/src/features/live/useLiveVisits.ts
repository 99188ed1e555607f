import { createClient } from "@connectrpc/connect";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../api/backend";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { type LiveSnapshot, LiveVisits } from "./liveVisits";

/** Keeps the visits since then current while the page is shown. A new "since" lists again. */
export function useLiveVisits(since: number): [LiveSnapshot, () => void] {
  const { transport, hub } = useBackend();
  const store = useMemo(
    () => new LiveVisits({ client: createClient(VisitService, transport), hub, since }),
    [transport, hub, since],
  );
  useEffect(() => {
    store.start();
    return () => {
      store.stop();
    };
  }, [store]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  return [
    snapshot,
    () => {
      store.start();
    },
  ];
}
