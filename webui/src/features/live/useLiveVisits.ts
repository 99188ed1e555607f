import { createClient } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../api/backend";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { type LiveSnapshot, LiveVisits } from "./liveVisits";

/** Keeps the visits since then current while the page is shown. A new "since" lists again. */
export function useLiveVisits(since: number): [LiveSnapshot, () => void] {
  const { transport, hub } = useBackend();
  const queries = useQueryClient();
  const store = useMemo(
    () =>
      new LiveVisits({
        client: createClient(VisitService, transport),
        hub,
        since,
        // A visit that is open beside the page changes with it.
        onVisit: (visit) => {
          const queryKey = createConnectQueryKey({
            schema: VisitService.method.getVisit,
            input: { visitId: visit.visitId },
            transport,
            cardinality: "finite",
          });
          queries.setQueryData(queryKey, (known) => known && visit);
        },
      }),
    [transport, hub, since, queries],
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
