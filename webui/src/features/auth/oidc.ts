import type { Client } from "@connectrpc/connect";
import { Code } from "@connectrpc/connect";

import type { Backend } from "../../api/backend";
import { toAppError } from "../../api/errors";
import type { AuthService } from "../../api/gen/footfall/v1/auth_service_pb";
import { t } from "./texts";

/** In the storage of this tab from the click until the provider sends the browser back, and no longer. */
const KEY = "footfall.oidc";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export interface FailureText {
  readonly title: string;
  readonly hint: string;
}

export type OidcOutcome =
  | { readonly next: string; readonly failure?: undefined }
  | { readonly next?: undefined; readonly failure: FailureText };

interface Begun {
  readonly loginSecret: string;
  readonly next: string;
}

const failed = (): FailureText => ({ title: t("oidcFailed"), hint: t("oidcFailedHint") });
const notBegun = (): FailureText => ({ title: t("oidcNotBegun"), hint: t("oidcNotBegunHint") });
const unsafe = (): FailureText => ({ title: t("oidcUnsafe"), hint: t("oidcUnsafeHint") });
const busy = (): FailureText => ({ title: t("oidcBusy"), hint: t("oidcBusyHint") });
const refused = (): FailureText => ({ title: t("oidcRefused"), hint: t("oidcRefusedHint") });
const denied = (): FailureText => ({ title: t("oidcDenied"), hint: t("oidcDeniedHint") });
/** The provider's words are not shown: anybody can write an address. Codes of RFC 6749 (4.1.2.1) and OpenID Connect Core (3.1.2.6). */
const BY_PROVIDER_ERROR = new Map<string, () => FailureText>([
  ["access_denied", denied],
  ["temporarily_unavailable", busy],
  ["server_error", busy],
]);

/** Whether a password or token may be typed there: encrypted, or on this very machine. */
export function isSafePage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

/** Begins a sign-in at a provider and goes there. Answers why not when it does not; throws what the server answered. */
export async function startOidc(options: {
  auth: Client<typeof AuthService>;
  providerId: string;
  next: string;
  storage: Storage;
  goTo: (address: string) => void;
}): Promise<FailureText | undefined> {
  const { auth, providerId, next, storage, goTo } = options;
  const { authorizationUrl, loginSecret } = await auth.startOidcLogin({ providerId });
  if (!isSafePage(authorizationUrl)) return unsafe();
  storage.setItem(KEY, JSON.stringify({ loginSecret, next } satisfies Begun));
  goTo(authorizationUrl);
  return undefined;
}

/** Ends the sign-in with what the provider sent back. Answers where to go on, or what to say. */
export async function finishOidc({ landing, signIn }: Pick<Backend, "landing" | "signIn">, storage: Storage): Promise<OidcOutcome> {
  const answer = landing.takeAnswer();
  const begun = read(storage.getItem(KEY));
  storage.removeItem(KEY);
  // A reload of the page: the code was used.
  if (!answer) return { next: "/sign-in" };
  if (answer.error !== "") return { failure: (BY_PROVIDER_ERROR.get(answer.error) ?? refused)() };
  if (!begun) return { failure: notBegun() };
  const { code, state } = answer;
  try {
    await signIn.enter({ case: "oidc", value: { code, state, loginSecret: begun.loginSecret } });
    return { next: begun.next };
  } catch (error) {
    const failure = toAppError(error);
    const wasRefused = failure.code === Code.Unauthenticated || failure.code === Code.InvalidArgument;
    return { failure: wasRefused ? failed() : { title: failure.title, hint: failure.hint } };
  }
}

function read(kept: string | null): Begun | undefined {
  try {
    const { loginSecret, next } = JSON.parse(kept ?? "{}") as Partial<Begun>;
    return typeof loginSecret === "string" && typeof next === "string" ? { loginSecret, next } : undefined;
  } catch {
    return undefined;
  }
}
