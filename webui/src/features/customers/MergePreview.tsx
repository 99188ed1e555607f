import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";

import { CustomerService, type Merge, type MergeConflict, MergeConflictKind } from "../../api/gen/footfall/v1/customer_service_pb";
import { FormField } from "../../components/fields/FormField";
import { day, timeOfDay } from "../../time/format";
import { localZone } from "../../time/zoned";
import type { Places } from "./places";
import { t } from "./texts";

/** What a merge would do, without doing it. */
export function useMergePreview(customerId: string, sourceIds: readonly string[], enabled: boolean) {
  return useQuery(
    CustomerService.method.mergeCustomers,
    { customerId, sourceCustomerIds: [...sourceIds], validateOnly: true },
    { enabled },
  );
}

/** What becomes of name and visits. */
export function PreviewLine({ preview }: { preview: Merge }) {
  const { displayName, visitsBefore, visitsAfter } = preview;
  return (
    <p className="text-quiet">
      {visitsBefore === visitsAfter
        ? t("preview.same", { count: visitsAfter })
        : t("preview.joined", { count: visitsBefore, after: visitsAfter })}
      {displayName !== "" && <> {t("preview.name", { name: displayName })}</>}
    </p>
  );
}

/** Why two cannot be one by what was seen or said, and the way to merge them all the same. */
export function ConflictPanel(props: {
  conflicts: readonly MergeConflict[];
  places: Places;
  busy: boolean;
  onForce: (reason: string) => void;
}) {
  const { conflicts, places, busy, onForce } = props;
  const id = useId();
  const [reason, setReason] = useState("");
  const said = reason.trim();
  return (
    <form
      aria-label={t("conflict.title")}
      className="space-y-3 rounded-2xl bg-amber px-4 py-3 text-amber-ink"
      onSubmit={(event) => {
        event.preventDefault();
        if (said !== "" && !busy) onForce(said);
      }}
    >
      <p className="font-medium">{t("conflict.title")}</p>
      <ul className="list-disc pl-5">
        {[...new Set(conflicts.map((conflict) => wordsOf(conflict, places)))].map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <FormField id={id} label={t("conflict.reason")}>
        <Input
          id={id}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => {
            setReason(event.target.value);
          }}
        />
      </FormField>
      <Button danger htmlType="submit" disabled={said === ""} loading={busy}>
        {t("conflict.force")}
      </Button>
    </form>
  );
}

function wordsOf({ kind, cameraId, seenTime }: MergeConflict, places: Places): string {
  if (kind === MergeConflictKind.MARKED_DISTINCT) return t("conflict.distinct");
  const zone = localZone();
  const at = seenTime ? timestampMs(seenTime) : 0;
  return t("conflict.together", { camera: places.cameraName(cameraId), day: day(at, zone), time: timeOfDay(at, zone) });
}
