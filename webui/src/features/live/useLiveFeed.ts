import { createClient } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { useBackend } from "../../api/backend";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { LiveFeed, type LiveSnapshot } from "./liveFeed";
import { paced } from "./pace";

/** Keeps who comes current while the page is shown. A new "since" lists again. */
export function useLiveFeed(since: number): [LiveSnapshot, LiveFeed] {
  const { transport, hub } = useBackend();
  const queries = useQueryClient();
  const feed = useMemo(
    () =>
      new LiveFeed({
        client: createClient(VisitService, transport),
        hub,
        since,
        schedule: paced(),
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
    feed.start();
    return () => {
      feed.stop();
    };
  }, [feed]);
  return [useSyncExternalStore(feed.subscribe, feed.snapshot), feed];
}
