import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";

/** Reads again whatever is shown of imports. */
export function useImportsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    () => queries.invalidateQueries({ queryKey: createConnectQueryKey({ schema: StaffImportService, cardinality: undefined }) }),
    [queries],
  );
}
