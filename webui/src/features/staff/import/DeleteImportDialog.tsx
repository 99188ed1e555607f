import { useMutation } from "@connectrpc/connect-query";

import { toAppError } from "../../../api/errors";
import { ErrorReason } from "../../../api/gen/footfall/v1/error_reason_pb";
import { StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { ConfirmDialog } from "../../../components/overlay/ConfirmDialog";
import { t } from "./texts";
import { useImportsChanged } from "./useImportsChanged";

export function DeleteImportDialog(props: { importId: string; onDeleted: () => void; onClose: () => void }) {
  const { importId, onDeleted, onClose } = props;
  const changed = useImportsChanged();
  const deletion = useMutation(StaffImportService.method.deleteStaffImport, {
    onSuccess: () => {
      onDeleted();
      void changed();
    },
  });
  const failure = deletion.error ? toAppError(deletion.error) : undefined;
  const running = failure?.reason === ErrorReason.STAFF_IMPORT_STATE;
  return (
    <ConfirmDialog
      title={t("deleteTitle")}
      note={t("deleteNote")}
      action={t("delete")}
      busy={deletion.isPending}
      failure={failure && (running ? { ...failure, title: t("deleteRunning"), hint: t("deleteRunningHint") } : failure)}
      onConfirm={() => {
        deletion.mutate({ importId });
      }}
      onClose={onClose}
    />
  );
}
