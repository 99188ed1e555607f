import { createClient } from "@connectrpc/connect";
import { createConnectQueryKey, useQuery } from "@connectrpc/connect-query";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { type Retention, RetentionService } from "../../api/gen/footfall/v1/retention_service_pb";
import { type Held, heldOfSite, heldOfTenant, PATHS, type RetentionField } from "./retentionForm";

const RETENTION_KEY = createConnectQueryKey({ schema: RetentionService.method.getRetention, cardinality: "finite" });

/** How long things are kept in the tenant, with the sites that say so themselves. */
export function useRetention() {
  return useQuery(RetentionService.method.getRetention, {});
}

/** Reads and saves what the tenant says, or what a site says: "" is the tenant. */
export function useRetentionOf(siteId: string) {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(RetentionService, transport), [transport]);
  const queries = useQueryClient();
  const read = async (): Promise<Held> => {
    const tenant: Retention = await client.getRetention({});
    if (siteId === "") return heldOfTenant(tenant);
    return heldOfSite(await client.getSiteRetention({ siteId }), tenant.images?.days ?? 0);
  };
  const reading = useMutation({ mutationFn: read });
  const saving = useMutation({
    mutationFn: async (order: { changes: Readonly<Partial<Record<RetentionField, number>>>; etag: string }) => {
      const { changes, etag } = order;
      const { images: imageDays = 0, templates: templateDays = 0 } = changes;
      const updateMask = { paths: Object.keys(changes).map((field) => PATHS[field as RetentionField]) };
      if (siteId === "") await client.updateRetention({ retention: { imageDays, templateDays, etag }, updateMask });
      else await client.updateSiteRetention({ siteRetention: { siteId, imageDays, etag }, updateMask });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: RETENTION_KEY }),
  });
  return { reading, saving };
}
