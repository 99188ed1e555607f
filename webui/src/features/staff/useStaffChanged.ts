import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { StaffService } from "../../api/gen/footfall/v1/staff_service_pb";

/** Reads again whatever is shown of staff: one change touches the list, the person, the faces and the proposals. */
export function useStaffChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    () => queries.invalidateQueries({ queryKey: createConnectQueryKey({ schema: StaffService, cardinality: undefined }) }),
    [queries],
  );
}
