import { createClient } from "@connectrpc/connect";
import { useState } from "react";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { ReportService } from "../../api/gen/footfall/v1/report_service_pb";
import { saveFile } from "../../api/saveFile";
import { granularityOf, type ReportFilters, siteIdsOf } from "./filters";

interface Download {
  readonly busy: boolean;
  readonly failure: AppError | undefined;
  readonly start: (filters: ReportFilters, bySite: boolean) => Promise<void>;
}

/** Fetches a report as CSV and hands it to the browser as a file. Every download is audited by the server. */
export function useDownload(): Download {
  const { transport } = useBackend();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const start = async (filters: ReportFilters, bySite: boolean) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      const request = {
        siteIds: siteIdsOf(filters),
        startDate: filters.period.from,
        endDate: filters.period.to,
        granularity: granularityOf(filters),
        bySite,
      };
      for await (const { data } of createClient(ReportService, transport).exportVisitors(request)) {
        pieces.push(new Uint8Array(data));
      }
      saveFile(new Blob(pieces, { type: "text/csv" }), `footfall-${filters.period.from}-${filters.period.to}.csv`);
    } catch (error) {
      setFailure(toAppError(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, start };
}
