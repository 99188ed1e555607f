import { createClient } from "@connectrpc/connect";

import { useBackend } from "../../api/backend";
import { AuditService } from "../../api/gen/footfall/v1/audit_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { useDownload } from "../../api/useDownload";
import { dateIn } from "../../time/zoned";
import { type AuditFilters, toMatching } from "./filters";
import { t } from "./texts";

/** What the filters leave of the log, as a file. */
export function useLogDownload() {
  const { transport } = useBackend();
  const { busy, failure, start } = useDownload();
  // The days and ids are checked before they are sent: what the core still refuses is the size.
  const tooMany = failure?.reason === ErrorReason.INVALID_FIELD;
  return {
    busy,
    failure: failure && tooMany ? { ...failure, title: t("tooMany"), hint: t("tooManyHint") } : failure,
    start: (filters: AuditFilters, zone: string) =>
      start(fileName(filters, zone), createClient(AuditService, transport).exportAuditEntries(toMatching(filters, zone))),
  };
}

function fileName({ from, to }: AuditFilters, zone: string): string {
  const days = [from, to === "" ? dateIn(Date.now(), zone) : to].filter((day) => day !== "");
  return `footfall-audit-${days.join("-")}.csv`;
}
