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
  const missing = current === "" ? "Type your password." : undefined;
  const local = newPasswordFault(next);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (change.isPending || wait > 0 || missing !== undefined || local !== undefined) return;
    change.mutate({ currentPassword: current, newPassword: next });
  };
  if (change.isSuccess) {
    return (
      <Sheet title="Password changed" shape="middle" onClose={onClose}>
        <div className="space-y-4">
          <p role="status">Everywhere else you are signed out. Here you stay signed in.</p>
          <div className="flex justify-end">
            <Button type="primary" onClick={onClose}>
              Done
            </Button>
          </div>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title="Change password" shape="middle" onClose={onClose}>
      <form noValidate onSubmit={submit} aria-label="Change password" className="space-y-4">
        {failure && !isWrong && <ErrorAlert title={failure.title} hint={failure.hint} requestId={failure.metadata.request_id} />}
        <PasswordField
          id="current-password"
          label="Current password"
          autoFocus
          value={current}
          fault={(checked ? missing : undefined) ?? (isWrong ? "This is not your password." : undefined)}
          onChange={(value) => {
            setCurrent(value);
            change.reset();
          }}
        />
        <PasswordField
          id="new-password"
          label="New password"
          isNew
          value={next}
          fault={(checked ? local : undefined) ?? told}
          onChange={(value) => {
            setNext(value);
            change.reset();
          }}
        />
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="primary" htmlType="submit" loading={change.isPending} disabled={wait > 0}>
            {wait > 0 ? `Try again in ${waitText(wait)}` : "Change password"}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
