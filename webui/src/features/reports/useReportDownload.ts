import { createClient } from "@connectrpc/connect";

import { useBackend } from "../../api/backend";
import type { AppError } from "../../api/errors";
import { ReportService } from "../../api/gen/footfall/v1/report_service_pb";
import { useDownload } from "../../api/useDownload";
import { granularityOf, type ReportFilters, siteIdsOf } from "./filters";

interface ReportDownload {
  readonly busy: boolean;
  readonly failure: AppError | undefined;
  readonly start: (filters: ReportFilters, bySite: boolean) => Promise<void>;
}

/** A report as a file, for all that is chosen or one line for each site. */
export function useReportDownload(): ReportDownload {
  const { transport } = useBackend();
  const { busy, failure, start } = useDownload();
  return {
    busy,
    failure,
    start: (filters, bySite) => {
      const { from, to } = filters.period;
      const request = { siteIds: siteIdsOf(filters), startDate: from, endDate: to, granularity: granularityOf(filters), bySite };
      return start(`footfall-${from}-${to}.csv`, createClient(ReportService, transport).exportVisitors(request));
    },
  };
}
