import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";

import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { type Erasure, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";

/** How often it is asked whether an erasure is complete, in milliseconds: vectors and objects take seconds. */
export const REREAD_MS = 3000;

/** True until vectors and pictures were seen to be gone, too; there is no receipt before. */
export function isOpen({ receipt }: Erasure): boolean {
  return receipt === "";
}

/** Reads the lists of erasures again: there is one more. */
export function refreshErasures(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: ErasureService.method.listErasures, cardinality: undefined }),
  });
}

/** Gives away what other pages read of people: somebody in it is forgotten. What is on the screen is its page's to read again. */
export function forgetPeople(queries: QueryClient): void {
  for (const schema of [CustomerService, VisitService, StaffService]) {
    queries.removeQueries({ queryKey: createConnectQueryKey({ schema, cardinality: undefined }), type: "inactive" });
  }
}
