import { randomUUID } from "node:crypto";

import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";

import { AuthService, Role } from "../../src/api/gen/footfall/v1/auth_service_pb";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../src/api/rpc/google/rpc/error_details_pb";
import { id, TENANTS } from "./data";

export const FAKE_ACCOUNT = { email: "owner@example.com", password: "a long enough password" };
/** Another account of the same chain. */
export const SECOND_ACCOUNT = { email: "second@example.com", password: "another long password" };
/** Runs one shop of the chain. */
export const MANAGER_ACCOUNT = { email: "manager@example.com", password: "a manager's long password" };
/** Runs the installation, and acts for no chain at first. */
export const SYSTEM_ACCOUNT = { email: "system@example.com", password: "a system's long password" };
/** An address that had too many wrong passwords. */
export const LOCKED_EMAIL = "locked@example.com";
/** Sets the password of an account that has none yet. Good any number of times, unless it says "used". */
export const SETUP_TOKEN = "ffs_0199a000_a-setup-token";
export const LOCKED_MS = 65_000;
const HOUR_MS = 3_600_000;
const COOKIE = "footfall_refresh";

export function refuse(
  code: Code,
  reason: string,
  more: { metadata?: Record<string, string>; retryMs?: number; fields?: Record<string, string> } = {},
): ConnectError {
  const { metadata = {}, retryMs, fields = {} } = more;
  return new ConnectError("refused", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "footfall", metadata } },
    ...(retryMs === undefined ? [] : [{ desc: RetryInfoSchema, value: { retryDelay: durationFromMs(retryMs) } }]),
    {
      desc: BadRequestSchema,
      value: { fieldViolations: Object.entries(fields).map(([field, description]) => ({ field, description })) },
    },
  ]);
}

export interface FakeTenant {
  readonly tenantId: string;
  readonly tenantName: string;
}

/** Of those who are no administrators of a chain. */
const ROLES = new Map([
  [MANAGER_ACCOUNT.email, Role.SITE_MANAGER],
  [SYSTEM_ACCOUNT.email, Role.SYSTEM_ADMIN],
]);
const NORTHWIND: FakeTenant = { tenantId: id(7, 1), tenantName: "Northwind Shops" };
const NO_TENANT: FakeTenant = { tenantId: "", tenantName: "" };

interface FakeSession {
  readonly role: Role;
  tenant: FakeTenant;
  readonly displayName: string;
  readonly subjectId: string;
  refreshToken: string;
  ended: boolean;
}

interface FakeToken {
  readonly session: FakeSession;
  readonly endsAt: number;
}

/** Sign-ins, refresh cookies and an identity provider, in memory. */
export class FakeAuth {
  /** How long an access token is good. */
  lifetimeMs = HOUR_MS;
  /** How far the clock of the core is ahead of the browser's. */
  skewMs = 0;
  /** How often a session was gone on with. */
  refreshes = 0;
  /** Everything that must never be seen outside: in an address, a storage or a log. */
  readonly secrets: string[] = [];
  readonly #passwords = new Map([
    [FAKE_ACCOUNT.email, { password: FAKE_ACCOUNT.password, displayName: "Mara Lindqvist", number: 1 }],
    [SECOND_ACCOUNT.email, { password: SECOND_ACCOUNT.password, displayName: "Jon Berg", number: 2 }],
    [MANAGER_ACCOUNT.email, { password: MANAGER_ACCOUNT.password, displayName: "Ines Okafor", number: 5 }],
    [SYSTEM_ACCOUNT.email, { password: SYSTEM_ACCOUNT.password, displayName: "Sol Adeyemi", number: 9 }],
  ]);
  readonly #tokens = new Map<string, FakeToken>();
  readonly #logins = new Map<string, string>();
  readonly #sessions: FakeSession[] = [];

  reset(): void {
    this.lifetimeMs = HOUR_MS;
    this.skewMs = 0;
    this.refreshes = 0;
  }

  /** Every token is over, though nobody was signed out. */
  expireAll(): void {
    this.#tokens.clear();
  }

  /** Every session is over. */
  endAll(): void {
    for (const session of this.#sessions) session.ended = true;
  }

  /** Milliseconds for which the call's token is still good; throws when it is not. */
  check(context: HandlerContext): number {
    return this.#token(context).endsAt - Date.now();
  }

  register(router: ConnectRouter): void {
    router.service(AuthService, {
      issueToken: ({ credentials }, context) => {
        switch (credentials.case) {
          case "password":
            return this.#issue(this.#byPassword(credentials.value), context);
          case "refreshToken":
            return this.#issue(this.#byCookie(context), context);
          case "oidc": {
            const { code, state, loginSecret } = credentials.value;
            if (this.#logins.get(state) !== loginSecret || code !== `code-of-${state}`) throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
            this.#logins.delete(state);
            return this.#issue(this.#begin("Ole Nordmann", 3), context);
          }
          default:
            throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
        }
      },
      switchTenant: ({ tenantId }, context) => {
        const { session } = this.#token(context);
        const known = TENANTS.find((tenant) => tenant.tenantId === tenantId);
        session.tenant = known ? { tenantId, tenantName: known.displayName } : NO_TENANT;
        return this.#access(session, context);
      },
      signOut: ({ everywhere }, context) => {
        const { session } = this.#token(context);
        for (const other of this.#sessions) {
          if (other === session || (everywhere && other.subjectId === session.subjectId)) other.ended = true;
        }
        context.responseHeader.set("set-cookie", `${COOKIE}=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/footfall.v1.AuthService/`);
        return {};
      },
      changePassword: ({ currentPassword }, context) => {
        this.check(context);
        if (currentPassword !== FAKE_ACCOUNT.password) throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
        return {};
      },
      setPassword: ({ setupToken, newPassword }) => {
        if (setupToken !== SETUP_TOKEN) throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
        if (newPassword.includes("password")) {
          throw refuse(Code.InvalidArgument, "INVALID_FIELD", { fields: { new_password: "must not be easily guessed" } });
        }
        this.#passwords.set("new@example.com", { password: newPassword, displayName: "Nia Novak", number: 4 });
        return {};
      },
      listIdentityProviders: () => ({ providers: [{ providerId: "northwind", displayName: "Northwind Login" }] }),
      startOidcLogin: (_, context) => {
        const state = this.#secret();
        const loginSecret = this.#secret();
        this.#logins.set(state, loginSecret);
        // Another host than the console's: the browser comes back from another site.
        const port = (context.requestHeader.get("host") ?? "").split(":")[1] ?? "";
        const query = new URLSearchParams({ state, back: `http://127.0.0.1:${port}/sign-in/callback` });
        return { authorizationUrl: `http://localhost:${port}/fake-provider?${query.toString()}`, loginSecret };
      },
    });
  }

  #token(context: HandlerContext): FakeToken {
    const value = (context.requestHeader.get("authorization") ?? "").replace("Bearer ", "");
    const token = this.#tokens.get(value);
    if (!token || token.session.ended || token.endsAt <= Date.now()) throw refuse(Code.Unauthenticated, "UNAUTHENTICATED");
    return token;
  }

  #byPassword({ email, password }: { email: string; password: string }): FakeSession {
    if (email === LOCKED_EMAIL) throw refuse(Code.ResourceExhausted, "TOO_MANY_ATTEMPTS", { retryMs: LOCKED_MS });
    const account = this.#passwords.get(email);
    if (account?.password !== password) throw refuse(Code.Unauthenticated, "BAD_CREDENTIALS");
    return this.#begin(account.displayName, account.number, ROLES.get(email));
  }

  #byCookie(context: HandlerContext): FakeSession {
    const cookie = /(?:^|; )footfall_refresh=([^;]+)/.exec(context.requestHeader.get("cookie") ?? "")?.[1];
    const session = this.#sessions.find(({ refreshToken }) => refreshToken === cookie);
    if (!session || session.ended) throw refuse(Code.Unauthenticated, "UNAUTHENTICATED");
    this.refreshes += 1;
    return session;
  }

  #begin(displayName: string, number: number, role = Role.TENANT_ADMIN): FakeSession {
    const tenant = role === Role.SYSTEM_ADMIN ? NO_TENANT : NORTHWIND;
    const session: FakeSession = { role, tenant, displayName, subjectId: id(6, number), refreshToken: "", ended: false };
    this.#sessions.push(session);
    return session;
  }

  #issue(session: FakeSession, context: HandlerContext) {
    session.refreshToken = this.#secret();
    context.responseHeader.set(
      "set-cookie",
      `${COOKIE}=${session.refreshToken}; HttpOnly; SameSite=Strict; Path=/footfall.v1.AuthService/; Max-Age=3600`,
    );
    return this.#access(session, context);
  }

  /** An access token alone: the session's cookie stays as it is. */
  #access(session: FakeSession, context: HandlerContext) {
    const now = Date.now();
    const accessToken = this.#secret();
    this.#tokens.set(accessToken, { session, endsAt: now + this.lifetimeMs });
    context.responseHeader.set("date", new Date(now + this.skewMs).toUTCString());
    return {
      accessToken,
      tokenType: "Bearer",
      expireTime: timestampFromMs(now + this.skewMs + this.lifetimeMs),
      principal: {
        subjectId: session.subjectId,
        role: session.role,
        displayName: session.displayName,
        ...session.tenant,
      },
    };
  }

  #secret(): string {
    const secret = randomUUID();
    this.secrets.push(secret);
    return secret;
  }
}
