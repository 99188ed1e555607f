import { createClient } from "@connectrpc/connect";
import { Button } from "antd";
import { type SyntheticEvent, useMemo, useState, useSyncExternalStore } from "react";
import { Link, useNavigate } from "react-router";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { AuthService } from "../../api/gen/footfall/v1/auth_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { useSession } from "../../api/sessionHooks";
import { AuthFailure, AuthFrame } from "./AuthFrame";
import type { FailureText } from "./oidc";
import { newPasswordFault, PasswordField } from "./PasswordField";
import { PASSWORD_SET } from "./SignInPage";
import { useCountdown, waitText } from "./useCountdown";
import { t } from "./texts";

const noLink = (): FailureText => ({ title: t("noLink"), hint: t("noLinkHint") });
const oldLink = (): FailureText => ({ title: t("oldLink"), hint: t("oldLinkHint") });

/** Sets a password by the token of a link. */
export function SetPasswordPage() {
  const { landing } = useBackend();
  const token = useSyncExternalStore(landing.subscribe, landing.setupToken);
  return (
    <AuthFrame title={t("setYourPassword")}>
      {token === "" ? (
        <div className="space-y-4">
          <AuthFailure {...noLink()} />
          <ToSignIn />
        </div>
      ) : (
        <SetPasswordForm key={token} token={token} />
      )}
    </AuthFrame>
  );
}

function SetPasswordForm({ token }: { token: string }) {
  const { landing, session, signIn, transport } = useBackend();
  const auth = useMemo(() => createClient(AuthService, transport), [transport]);
  const who = useSession();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const [wait, beginWait] = useCountdown();

  const set = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await auth.setPassword({ setupToken: token, newPassword: password });
      landing.forgetSetupToken();
      // Whoever follows such a link means that account, not the one that this browser was signed in to.
      if (session.current()) await signIn.leave({ everywhere: false });
      await navigate("/sign-in", { replace: true, state: PASSWORD_SET });
    } catch (error) {
      const told = toAppError(error);
      setFailure(told);
      if (told.retryAfterMs !== undefined) beginWait(told.retryAfterMs);
      setBusy(false);
    }
  };
  const local = newPasswordFault(password);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!busy && wait === 0 && local === undefined) void set();
  };
  const told = failure?.fields.find(({ field }) => field.endsWith("new_password"))?.description;
  const isOld = failure?.reason === ErrorReason.BAD_CREDENTIALS || failure?.reason === ErrorReason.UNAUTHENTICATED;
  const badToken = failure?.fields.some(({ field }) => field.endsWith("setup_token")) === true;

  return (
    <form noValidate onSubmit={submit} aria-label={t("setYourPassword")} className="space-y-4">
      <h2 className="text-base font-semibold">{t("setYourPassword")}</h2>
      {failure && <AuthFailure {...(isOld || badToken ? oldLink() : { title: failure.title, hint: failure.hint })} />}
      {who && !failure && (
        <p className="rounded-lg bg-amber px-3 py-2 text-amber-ink">
          {t("signedInHere", { name: who.displayName })}
        </p>
      )}
      <PasswordField
        id="new-password"
        label={t("newPassword")}
        isNew
        autoFocus
        value={password}
        fault={checked ? (local ?? told) : undefined}
        onChange={(value) => {
          setPassword(value);
          setFailure(undefined);
        }}
      />
      <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={wait > 0}>
        {wait > 0 ? t("tryAgainIn", { wait: waitText(wait) }) : t("setPassword")}
      </Button>
      <ToSignIn />
    </form>
  );
}

function ToSignIn() {
  return (
    <Link to="/sign-in" className="block text-center font-medium text-brand">
      {t("goToSignIn")}
    </Link>
  );
}
