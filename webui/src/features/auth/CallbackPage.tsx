import { Link, useLoaderData } from "react-router";

import { AuthFailure, AuthFrame } from "./AuthFrame";
import type { FailureText } from "./oidc";
import { t } from "./texts";

/** A sign-in at an identity provider that failed; one that worked is never seen here. */
export function CallbackPage() {
  const failure = useLoaderData<FailureText>();
  return (
    <AuthFrame title={t("signIn")}>
      <div className="space-y-4">
        <AuthFailure {...failure} />
        <Link to="/sign-in" replace className="block text-center font-medium text-brand">
          {t("backToSignIn")}
        </Link>
      </div>
    </AuthFrame>
  );
}
