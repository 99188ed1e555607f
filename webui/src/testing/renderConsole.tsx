import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";

import { BackendContext, createBackend } from "../api/backend";
import { AuthService, IssueTokenResponseSchema, Role } from "../api/gen/footfall/v1/auth_service_pb";
import { Keeper } from "../api/keeper";
import { Landing } from "../api/landing";
import { createQueryClient } from "../api/queryClient";
import { type Issued, issuedBy, Session } from "../api/session";
import { refreshBy } from "../api/signIn";
import { authorize } from "../api/transport";
import { routes } from "../app/router";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../api/rpc/google/rpc/error_details_pb";
import { LanguagePreference } from "../i18n/language";
import { LanguageProvider } from "../i18n/LanguageProvider";
import { SchemePreference } from "../theme/scheme";
import { ThemeProvider } from "../theme/ThemeProvider";
import { FakeBrowser } from "./browser";
import { uuid } from "./shop";

const TENANT_ID = uuid("7", 1);
const HOUR_MS = 3_600_000;
export const PASSWORD = "correct horse battery";

export function tokenFor(role: Role, tenantId = TENANT_ID) {
  return create(IssueTokenResponseSchema, {
    accessToken: "token",
    tokenType: "Bearer",
    expireTime: timestampFromMs(Date.now() + HOUR_MS),
    principal: {
      subjectId: uuid("6", 1),
      tenantId,
      displayName: "Mara Lindqvist",
      tenantName: "Northwind Shops",
      role,
    },
  });
}

/** An error as the core sends it. */
export function refusal(
  code: Code,
  reason: string,
  more: { retryMs?: number; fields?: Record<string, string>; metadata?: Record<string, string> } = {},
): ConnectError {
  const { retryMs, fields = {}, metadata = {} } = more;
  return new ConnectError("refused", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "footfall", metadata } },
    ...(retryMs === undefined ? [] : [{ desc: RetryInfoSchema, value: { retryDelay: durationFromMs(retryMs) } }]),
    {
      desc: BadRequestSchema,
      value: { fieldViolations: Object.entries(fields).map(([field, description]) => ({ field, description })) },
    },
  ]);
}

/** A tab that is signed in with a token of an hour, as another tab or a reload sees it. */
export function issuedFor(role: Role, tenantId = TENANT_ID): Issued {
  return issuedBy(tokenFor(role, tenantId), null);
}

/** The whole console at a path, with a core that the test writes. */
export function renderConsole(options: {
  path: string;
  services?: (router: ConnectRouter) => void;
  auth?: Partial<ServiceImpl<typeof AuthService>>;
  role?: Role;
  /** The tenant that is acted for; "" is none. */
  tenantId?: string;
  signedIn?: boolean;
  browser?: FakeBrowser;
}) {
  const { path, services, auth, role = Role.TENANT_ADMIN, signedIn = true, tenantId = TENANT_ID, browser = new FakeBrowser() } = options;
  const core = (router: ConnectRouter) => {
    router.service(AuthService, {
      issueToken: ({ credentials }) => {
        if (credentials.case === "password" && credentials.value.password === PASSWORD) return tokenFor(role);
        throw refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
      },
      signOut: () => ({}),
      ...auth,
    });
    services?.(router);
  };
  const session = new Session();
  const tabs = browser.open();
  const keeper = new Keeper({
    session,
    tabs,
    hints: window.localStorage,
    refresh: refreshBy(createRouterTransport(core)),
    hidden: () => false,
  });
  if (signedIn) keeper.began(issuedFor(role, tenantId));
  const transport = createRouterTransport(core, { transport: { interceptors: [authorize(session, keeper)] } });
  const backend = createBackend({ session, keeper, tabs, landing: new Landing(window), transport });
  const queries = createQueryClient();
  session.onEpoch(() => {
    queries.clear();
  });
  const router = createMemoryRouter(routes(backend), { initialEntries: [path] });
  const preference = new SchemePreference(window.localStorage, window.matchMedia("(prefers-color-scheme: dark)"));
  const language = new LanguagePreference(window, async () => (await import("../i18n/vi")).pack);
  render(
    <ThemeProvider preference={preference} nonce={undefined}>
      <LanguageProvider preference={language}>
        <BackendContext value={backend}>
          <TransportProvider transport={transport}>
            <QueryClientProvider client={queries}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </TransportProvider>
        </BackendContext>
      </LanguageProvider>
    </ThemeProvider>,
  );
  return { session, keeper, backend, router, tabs };
}
