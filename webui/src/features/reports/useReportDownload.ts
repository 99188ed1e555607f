import { createClient } from "@connectrpc/connect";

import { useBackend } from "../../api/backend";
import type { AppError } from "../../api/errors";
import { ReportFormat, ReportService } from "../../api/gen/footfall/v1/report_service_pb";
import { useDownload } from "../../api/useDownload";
import { granularityOf, type ReportFilters, siteIdsOf } from "./filters";

/** What is downloaded: `bySite` is each site for itself, which a picture has no room for. */
export type DownloadChoice = { readonly kind: "png"; readonly bySite: false } | { readonly kind: "csv" | "pdf"; readonly bySite: boolean };

interface ReportDownload {
  readonly busy: boolean;
  readonly failure: AppError | undefined;
  readonly start: (filters: ReportFilters, choice: DownloadChoice) => Promise<void>;
}

const FORMATS: Readonly<Record<DownloadChoice["kind"], ReportFormat>> = {
  csv: ReportFormat.CSV,
  png: ReportFormat.PNG,
  pdf: ReportFormat.PDF,
};

/** A report as a file, for all that is chosen or each site for itself. */
export function useReportDownload(): ReportDownload {
  const { transport } = useBackend();
  const { busy, failure, start } = useDownload();
  return {
    busy,
    failure,
    start: (filters, { kind, bySite }) => {
      const { from, to } = filters.period;
      const request = {
        siteIds: siteIdsOf(filters),
        startDate: from,
        endDate: to,
        granularity: granularityOf(filters),
        bySite,
        format: FORMATS[kind],
      };
      return start(`footfall-${from}-${to}.${kind}`, createClient(ReportService, transport).exportVisitors(request));
    },
  };
}
