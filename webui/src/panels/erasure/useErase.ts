import { createClient } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { type Erasure, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { refreshErasures } from "./erasures";

/** Whom to erase, and whether they are left out from then on; the same request id does it once. */
interface Order {
  readonly subjectId: string;
  readonly ticket: string;
  readonly requestId: string;
  readonly optOut: boolean;
}

/** Erases somebody. Who opts out is erased in the same act, and asking for that erasure again does nothing twice. */
export function useErase(onErased: (erasure: Erasure) => void) {
  const { transport } = useBackend();
  const queries = useQueryClient();
  const erasures = useMemo(() => createClient(ErasureService, transport), [transport]);
  const optOuts = useMemo(() => createClient(OptOutService, transport), [transport]);
  return useMutation({
    mutationFn: async ({ optOut, subjectId, ...order }: Order) => {
      if (!optOut) return erasures.createErasure({ ...order, subjectId });
      const { erasureId } = await optOuts.createOptOut({ ...order, consentGiven: true, subject: { case: "subjectId", value: subjectId } });
      return erasures.getErasure({ erasureId });
    },
    onSuccess: async (made) => {
      onErased(made);
      await Promise.all([refreshErasures(queries), refreshOptOuts(queries)]);
    },
  });
}

/** Reads the list of who is left out again. */
export function refreshOptOuts(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: OptOutService.method.listOptOuts, cardinality: undefined }),
  });
}
