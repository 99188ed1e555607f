import { useQuery } from "@connectrpc/connect-query";

import { VisitService } from "./gen/footfall/v1/visit_service_pb";

/** One visit. Apart from the other hooks: the page that signs in loads those, and needs no visit. */
export function useVisit(visitId: string) {
  return useQuery(VisitService.method.getVisit, { visitId });
}
