import { Button } from "antd";
import { lazy, Suspense, type SyntheticEvent, useEffect, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { useSession } from "../../api/sessionHooks";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { AuthFailure, AuthFrame } from "./AuthFrame";
import type { FailureText } from "./oidc";
import { PasswordField } from "./PasswordField";
import { useCountdown, waitText } from "./useCountdown";
import { t } from "./texts";

/** The state of a navigation that leads here after a password was set. */
export const PASSWORD_SET = "password-set";

// Comes after the form, as its list does: whoever types a password waits for neither.
const Providers = lazy(async () => ({ default: (await import("./Providers")).Providers }));

export function SignInPage() {
  const { session, signIn } = useBackend();
  const [params] = useSearchParams();
  const wasSet = useLocation().state === PASSWORD_SET;
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const [elsewhere, setElsewhere] = useState<FailureText>();
  const [wait, beginWait] = useCountdown();
  useGoOn();

  const enter = async () => {
    setBusy(true);
    setFailure(undefined);
    setElsewhere(undefined);
    try {
      await signIn.enter({ case: "password", value: { email: email.trim(), password } });
    } catch (error) {
      const told = toAppError(error);
      setFailure(told);
      if (told.retryAfterMs !== undefined) beginWait(told.retryAfterMs);
      setBusy(false);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!busy && wait === 0 && email.trim() !== "" && password !== "") void enter();
  };
  const faultOf = (name: string, value: string, missing: string) => {
    if (checked && value === "") return missing;
    return failure?.fields.find(({ field }) => field.endsWith(name))?.description;
  };
  const emailFault = faultOf("email", email.trim(), t("emailMissing"));
  const passwordFault = faultOf("password", password, t("passwordMissing"));
  const shown = failure ?? elsewhere;

  return (
    <AuthFrame title={t("signIn")}>
      <form noValidate onSubmit={submit} aria-label={t("signIn")} className="space-y-4">
        {!shown && wasSet && (
          <p role="status" className="rounded-lg bg-tint px-3 py-2 text-tint-ink">
            {t("passwordIsSet")}
          </p>
        )}
        {!shown && session.ended() === "expired" && (
          <p role="status" className="rounded-lg bg-amber px-3 py-2 text-amber-ink">
            {t("sessionEnded")}
          </p>
        )}
        {shown && <AuthFailure title={shown.title} hint={shown.hint} />}
        <FormField id="email" label={t("email")} fault={emailFault}>
          <TextInput
            id="email"
            name="email"
            type="email"
            size="large"
            autoComplete="username"
            autoFocus
            value={email}
            aria-invalid={emailFault !== undefined}
            aria-describedby="email-note"
            onChange={(event) => {
              setEmail(event.target.value);
            }}
          />
        </FormField>
        <PasswordField id="password" label={t("password")} value={password} fault={passwordFault} onChange={setPassword} />
        <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={wait > 0}>
          {wait > 0 ? t("tryAgainIn", { wait: waitText(wait) }) : t("signIn")}
        </Button>
      </form>
      <Suspense>
        <Providers
          next={params.get("next") ?? ""}
          onFailure={(told) => {
            setFailure(undefined);
            setElsewhere(told);
          }}
        />
      </Suspense>
    </AuthFrame>
  );
}

/** Goes on as soon as somebody is signed in, here or in another tab; the route knows where to. */
function useGoOn(): void {
  const signedIn = useSession() !== undefined;
  const navigate = useNavigate();
  const { search } = useLocation();
  useEffect(() => {
    if (signedIn) void navigate(`/sign-in${search}`, { replace: true });
  }, [signedIn, navigate, search]);
}
