import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { ConflictNote } from "../../components/feedback/ConflictNote";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { DayInput } from "../../components/fields/DayInput";
import { Sheet } from "../../components/overlay/Sheet";
import { dateIn, dayStart } from "../../time/zoned";
import { staffName } from "./staffName";
import { t } from "./texts";
import { useStaffChanged } from "./useStaffChanged";

/** Says what it means that somebody leaves, and when it is so: at once, or with a last day. */
export function LeaveDialog({ staff, zone, onClose }: { staff: Staff; zone: string; onClose: () => void }) {
  const changed = useStaffChanged();
  const [opened] = useState(() => Date.now());
  const [when, setWhen] = useState<"now" | "day">("now");
  const [lastDay, setLastDay] = useState(() => dateIn(opened, zone));
  const end = dayStart(lastDay, zone, 1);
  const late = when === "day" && (end === undefined || end <= opened);
  const update = useMutation(StaffService.method.updateStaff, {
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  const conflict = failure?.reason === ErrorReason.ETAG_MISMATCH;
  const name = staffName(staff);
  const leave = () => {
    const at = when === "now" ? Date.now() : end;
    if (at === undefined || late) return;
    update.mutate({
      staff: { staffId: staff.staffId, etag: staff.etag, leaveTime: timestampFromMs(at) },
      updateMask: { paths: ["leave_time"] },
    });
  };
  return (
    <Sheet title={t("leaveTitle", { name })} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <ul className="list-disc space-y-1 pl-5">
          <li>{t("leaveFaces")}</li>
          <li>{t("leaveDetails")}</li>
          <li>{t("leaveCounted")}</li>
        </ul>
        <fieldset className="space-y-2">
          <legend className="sr-only">{t("leaveWhen")}</legend>
          <label className="flex items-center gap-3">
            <input
              type="radio"
              name="leave-when"
              className="size-4 accent-brand"
              checked={when === "now"}
              onChange={() => {
                setWhen("now");
              }}
            />
            {t("leaveNow")}
          </label>
          <label className="flex items-center gap-3">
            <input
              type="radio"
              name="leave-when"
              className="size-4 accent-brand"
              checked={when === "day"}
              onChange={() => {
                setWhen("day");
              }}
            />
            {t("leaveAfter")}
          </label>
          {when === "day" && (
            <div className="pl-7">
              <DayInput
                aria-label={t("lastDay")}
                value={lastDay}
                onChange={(event) => {
                  setLastDay(event.target.value);
                }}
              />
              <p className={`mt-1 text-xs ${late ? "text-rose-ink" : "text-quiet"}`}>
                {late ? t("leaveLate") : t("lastDayHint", { zone: zone.replaceAll("_", " ") })}
              </p>
            </div>
          )}
        </fieldset>
        {conflict && (
          <ConflictNote
            onTheirs={() => {
              update.reset();
              void changed();
            }}
          />
        )}
        {failure && !conflict && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" danger disabled={late} loading={update.isPending} onClick={leave}>
            {t("leave")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
