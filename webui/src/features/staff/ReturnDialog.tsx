import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";

import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { ConflictNote } from "../../components/feedback/ConflictNote";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { Sheet } from "../../components/overlay/Sheet";
import { staffName } from "./staffName";
import { t } from "./texts";
import { useStaffChanged } from "./useStaffChanged";

/** Somebody who left works here again. The faces are gone: they have to be enrolled anew. */
export function ReturnDialog({ staff, onClose }: { staff: Staff; onClose: () => void }) {
  const changed = useStaffChanged();
  const update = useMutation(StaffService.method.updateStaff, {
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  const conflict = failure?.reason === ErrorReason.ETAG_MISMATCH;
  return (
    <Sheet title={t("returnTitle", { name: staffName(staff) })} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <p>{t("returnNote")}</p>
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
          <Button
            type="primary"
            loading={update.isPending}
            onClick={() => {
              update.mutate({ staff: { staffId: staff.staffId, etag: staff.etag }, updateMask: { paths: ["leave_time"] } });
            }}
          >
            {t("return")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
