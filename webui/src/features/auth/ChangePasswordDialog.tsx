import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";
import { type SyntheticEvent, useState } from "react";

import { toAppError } from "../../api/errors";
import { AuthService } from "../../api/gen/footfall/v1/auth_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { Sheet } from "../../components/overlay/Sheet";
import { newPasswordFault, PasswordField } from "./PasswordField";
import { useCountdown, waitText } from "./useCountdown";
import { t } from "./texts";

/** Replaces the password of whoever is signed in. */
export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [checked, setChecked] = useState(false);
  const [wait, beginWait] = useCountdown();
  const change = useMutation(AuthService.method.changePassword, {
    onError: (error) => {
      const { retryAfterMs } = toAppError(error);
      if (retryAfterMs !== undefined) beginWait(retryAfterMs);
    },
  });
  const failure = change.error ? toAppError(change.error) : undefined;
  const isWrong = failure?.reason === ErrorReason.BAD_CREDENTIALS;
  const told = failure?.fields.find(({ field }) => field.endsWith("new_password"))?.description;
  const missing = current === "" ? t("passwordMissing") : undefined;
  const local = newPasswordFault(next);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (change.isPending || wait > 0 || missing !== undefined || local !== undefined) return;
    change.mutate({ currentPassword: current, newPassword: next });
  };
  if (change.isSuccess) {
    return (
      <Sheet title={t("passwordChanged")} shape="middle" onClose={onClose}>
        <div className="space-y-4">
          <p role="status">{t("passwordChangedNote")}</p>
          <div className="flex justify-end">
            <Button type="primary" onClick={onClose}>
              {t("done")}
            </Button>
          </div>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title={t("changePassword")} shape="middle" onClose={onClose}>
      <form noValidate onSubmit={submit} aria-label={t("changePassword")} className="space-y-4">
        {failure && !isWrong && <ErrorAlert title={failure.title} hint={failure.hint} requestId={failure.metadata.request_id} />}
        <PasswordField
          id="current-password"
          label={t("currentPassword")}
          autoFocus
          value={current}
          fault={(checked ? missing : undefined) ?? (isWrong ? t("notYourPassword") : undefined)}
          onChange={(value) => {
            setCurrent(value);
            change.reset();
          }}
        />
        <PasswordField
          id="new-password"
          label={t("newPassword")}
          isNew
          value={next}
          fault={(checked ? local : undefined) ?? told}
          onChange={(value) => {
            setNext(value);
            change.reset();
          }}
        />
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={change.isPending} disabled={wait > 0}>
            {wait > 0 ? t("tryAgainIn", { wait: waitText(wait) }) : t("changePassword")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
