import { createClient } from "@connectrpc/connect";
import { useInfiniteQuery, useMutation as useMethod } from "@connectrpc/connect-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { nextPage } from "../../api/longList";
import { fitPicture } from "../../components/faces/enrolment/fitPicture";
import { refreshOptOuts } from "../../panels/erasure/useErase";

const PAGE = 20;
/** A picture waits for its turn in the core; longer than this it is not coming. */
const PICTURE_TIMEOUT_MS = 60_000;

/** Who is left out, the newest first. */
export function useOptOuts() {
  return useInfiniteQuery(
    OptOutService.method.listOptOuts,
    { pageSize: PAGE, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: nextPage },
  );
}

/** Takes somebody off the list. */
export function useOptIn(onDone: () => void) {
  const queries = useQueryClient();
  return useMethod(OptOutService.method.deleteOptOut, {
    onSuccess: async () => {
      onDone();
      await refreshOptOuts(queries);
    },
  });
}

/** Leaves somebody out whom only a picture shows. The picture is in no cache. */
export function useOptOutByPicture() {
  const { transport } = useBackend();
  const queries = useQueryClient();
  const client = useMemo(() => createClient(OptOutService, transport), [transport]);
  return useMutation({
    gcTime: 0,
    mutationFn: async ({ picture, ticket, requestId }: { picture: Blob; ticket: string; requestId: string }) => {
      const image = new Uint8Array(await (await fitPicture(picture)).arrayBuffer());
      const order = { ticket, requestId, consentGiven: true, subject: { case: "image", value: image } } as const;
      return client.createOptOut(order, { timeoutMs: PICTURE_TIMEOUT_MS });
    },
    onSuccess: () => refreshOptOuts(queries),
  });
}
