import { createClient } from "@connectrpc/connect";
import { Button, Input } from "antd";
import { type SyntheticEvent, useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { useBackend } from "../../api/backend";
import { type AppError, toAppError } from "../../api/errors";
import { AuthService } from "../../api/gen/footfall/v1/auth_service_pb";
import { FormField } from "../../components/fields/FormField";
import { Logo } from "../../components/Logo";

export function SignInPage() {
  const { session, transport } = useBackend();
  const auth = useMemo(() => createClient(AuthService, transport), [transport]);
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();

  const signIn = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      const answer = await auth.issueToken({
        credentials: { case: "password", value: { email: email.trim(), password } },
      });
      session.begin(answer);
      // The sign-in route sends whoever is signed in on to where they came from.
      await navigate(`/sign-in?${params.toString()}`, { replace: true });
    } catch (error) {
      setFailure(toAppError(error));
      setBusy(false);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!busy && email.trim() !== "" && password !== "") void signIn();
  };
  const faultOf = (name: string, value: string, missing: string) => {
    if (checked && value === "") return missing;
    return failure?.fields.find(({ field }) => field.endsWith(name))?.description;
  };
  const emailFault = faultOf("email", email.trim(), "Type your e-mail address.");
  const passwordFault = faultOf("password", password, "Type your password.");

  return (
    <main className="grid min-h-full place-items-center bg-canvas p-4">
      <title>Sign in · Footfall</title>
      <div className="w-full max-w-[22.5rem]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={48} />
          <div>
            <h1 className="text-2xl leading-8 font-semibold tracking-tight">Footfall</h1>
            <p className="text-quiet">Who comes in, and who comes back</p>
          </div>
        </div>
        <form
          noValidate
          onSubmit={submit}
          aria-label="Sign in"
          className="space-y-4 rounded-2xl border border-line bg-surface p-6 shadow-sm"
        >
          {session.ended() === "expired" && !failure && (
            <p role="status" className="rounded-lg bg-amber px-3 py-2 text-amber-ink">
              Your session ended. Sign in again to go on.
            </p>
          )}
          {failure && (
            <div role="alert" className="rounded-lg bg-rose px-3 py-2 text-rose-ink">
              <p className="font-medium">{failure.title}</p>
              <p>{failure.hint}</p>
            </div>
          )}
          <FormField id="email" label="E-mail address" fault={emailFault}>
            <Input
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
          <FormField id="password" label="Password" fault={passwordFault}>
            <Input.Password
              id="password"
              name="password"
              size="large"
              autoComplete="current-password"
              value={password}
              aria-invalid={passwordFault !== undefined}
              aria-describedby="password-note"
              onChange={(event) => {
                setPassword(event.target.value);
              }}
            />
          </FormField>
          <Button type="primary" htmlType="submit" size="large" block loading={busy}>
            Sign in
          </Button>
        </form>
      </div>
    </main>
  );
}
