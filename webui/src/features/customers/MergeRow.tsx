import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";

import { toAppError } from "../../api/errors";
import { CustomerService, type Merge } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { day, timeOfDay } from "../../time/format";
import { localZone } from "../../time/zoned";
import { useRefreshPeople } from "./queries";
import { t } from "./texts";

/** One merge: what it did, and the way back. */
export function MergeRow({ merge, manages }: { merge: Merge; manages: boolean }) {
  const refresh = useRefreshPeople();
  const undo = useMutation(CustomerService.method.unmergeCustomers, { onSuccess: refresh });
  const failure = undo.error ? toAppError(undo.error) : undefined;
  const zone = localZone();
  const at = merge.createTime ? timestampMs(merge.createTime) : 0;
  const when = { day: day(at, zone), time: timeOfDay(at, zone) };
  return (
    <div className="space-y-2">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="font-medium">{t("merged.count", { count: merge.sourceCustomerIds.length })}</p>
          <p className="text-xs text-quiet tabular-nums">{t("merged.when", when)}</p>
        </div>
        {manages && !merge.undoTime && (
          <Button
            size="small"
            loading={undo.isPending}
            aria-label={t("merged.undoLabel", when)}
            onClick={() => {
              undo.mutate({ mergeId: merge.mergeId });
            }}
          >
            {t("merged.undo")}
          </Button>
        )}
      </div>
      <p className="text-quiet">{t("merged.visits", { count: merge.visitsBefore, after: merge.visitsAfter })}</p>
      {merge.forced && <p className="text-amber-ink">{t("merged.forced")}</p>}
      {merge.reason !== "" && <p className="break-words text-quiet">“{merge.reason}”</p>}
      {merge.undoTime && <p className="text-quiet">{t("merged.undone", { day: day(timestampMs(merge.undoTime), zone) })}</p>}
      {failure && <ErrorAlert {...failure} />}
    </div>
  );
}
