import { Button } from "antd";

import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { ProgressBar } from "../../../components/feedback/ProgressBar";
import type { UploadState } from "./importUpload";
import { sizeText } from "./sizeText";
import { t } from "./texts";

/** How much of the file has come. */
export function UploadProgress(props: { upload: UploadState; name: string; onCancel: () => void }) {
  const { upload, name, onCancel } = props;
  const { phase, sentBytes, sizeBytes, error } = upload;
  const retrying = phase === "retrying";
  return (
    <div className="space-y-3" data-testid="upload" data-phase={phase}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 truncate font-medium">{t("uploading", { name })}</p>
        <p className="text-quiet tabular-nums">{t("sentOf", { sent: sizeText(sentBytes), size: sizeText(sizeBytes) })}</p>
      </div>
      <ProgressBar label={t("uploading", { name })} value={sizeBytes === 0 ? 0 : sentBytes / sizeBytes} quiet={retrying} />
      {retrying ? (
        <p role="status" className="text-amber-ink">
          {t("uploadRetrying")}
        </p>
      ) : (
        <p className="text-quiet">{t("uploadNote")}</p>
      )}
      {phase === "failed" && error && <ErrorAlert {...error} requestId={error.metadata.request_id} />}
      {phase === "unreadable" && <ErrorAlert title={t("unreadableFault")} hint={t("unreadableFaultHint")} />}
      <div className="flex justify-end">
        <Button onClick={onCancel}>{t("cancel")}</Button>
      </div>
    </div>
  );
}
