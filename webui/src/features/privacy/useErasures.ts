import { useInfiniteQuery, useQuery } from "@connectrpc/connect-query";

import { type Erasure, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { nextPage } from "../../api/longList";
import { isOpen, REREAD_MS } from "../../panels/erasure/erasures";

const PAGE = 20;

/** Erasures under a ticket, or all when it is empty, the newest first; read again while one of them is open. */
export function useErasures(ticket: string) {
  return useInfiniteQuery(
    ErasureService.method.listErasures,
    { ticket, pageSize: PAGE, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: nextPage,
      refetchInterval: ({ state }) => (state.data?.pages.some(({ erasures }) => erasures.some(isOpen)) === true ? REREAD_MS : false),
    },
  );
}

/** One erasure, read again until it is complete. */
export function useErasure(erasureId: string) {
  return useQuery(
    ErasureService.method.getErasure,
    { erasureId },
    { refetchInterval: ({ state }) => rereadOf(state.data) },
  );
}

function rereadOf(erasure: Erasure | undefined): number | false {
  return erasure !== undefined && isOpen(erasure) ? REREAD_MS : false;
}

/** Whether somebody was erased under a ticket before; nothing is asked while it is empty. */
export function useErasedUnder(ticket: string): boolean {
  const erasures = useQuery(ErasureService.method.listErasures, { ticket, pageSize: 1 }, { enabled: ticket !== "" });
  return (erasures.data?.erasures.length ?? 0) > 0;
}
