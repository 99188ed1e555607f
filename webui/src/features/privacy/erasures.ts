import { createClient } from "@connectrpc/connect";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { type AuditEntry, AuditService } from "../../api/gen/footfall/v1/audit_service_pb";

/** What the log calls it when people are forgotten: customers, staff, and the faces of staff who left. */
const ACTIONS = ["customer.delete", "staff.delete", "staff.leave"] as const;
export type Erasure = (typeof ACTIONS)[number];

/** So many of the latest are shown; the log has all. */
export const SHOWN = 20;

/** The latest erasures of the tenant, the newest first, as the audit log has them. */
export function useErasures(enabled: boolean): UseQueryResult<AuditEntry[]> {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(AuditService, transport), [transport]);
  return useQuery({
    queryKey: ["erasures"],
    enabled,
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(ACTIONS.map((action) => client.listAuditEntries({ action, pageSize: SHOWN }, { signal })));
      const all = pages.flatMap(({ entries }) => entries);
      return all.sort((a, b) => Number(b.sequence - a.sequence)).slice(0, SHOWN);
    },
  });
}

export function erasureOf(action: string): Erasure | undefined {
  return ACTIONS.find((known) => known === action);
}

const COUNTED = ["faces", "images", "tracks", "visits"] as const;
export type Counted = (typeof COUNTED)[number];

/** How much was erased, as far as the entry says it in numbers. */
export function countsOf(detail: string): readonly (readonly [Counted, number])[] {
  let read: unknown;
  try {
    read = JSON.parse(detail);
  } catch {
    return [];
  }
  if (typeof read !== "object" || read === null) return [];
  const values = new Map<string, unknown>(Object.entries(read));
  return COUNTED.flatMap((name) => {
    const value = values.get(name);
    return typeof value === "number" ? [[name, value] as const] : [];
  });
}
