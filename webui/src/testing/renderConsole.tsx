import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, createRouterTransport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";

import { BackendContext, createBackend } from "../api/backend";
import { AuthService, IssueTokenResponseSchema, Role } from "../api/gen/footfall/v1/auth_service_pb";
import { createQueryClient } from "../api/queryClient";
import { Session } from "../api/session";
import { authorize } from "../api/transport";
import { routes } from "../app/router";
import { ErrorInfoSchema } from "../api/rpc/google/rpc/error_details_pb";
import { SchemePreference } from "../theme/scheme";
import { ThemeProvider } from "../theme/ThemeProvider";

const HOUR_MS = 3_600_000;
export const PASSWORD = "correct horse battery";

export function tokenFor(role: Role) {
  return create(IssueTokenResponseSchema, {
    accessToken: "token",
    tokenType: "Bearer",
    expireTime: timestampFromMs(Date.now() + HOUR_MS),
    principal: { displayName: "Mara Lindqvist", tenantName: "Northwind Shops", role },
  });
}

/** An error as the core sends it. */
export function refusal(code: Code, reason: string): ConnectError {
  return new ConnectError("refused", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "footfall", metadata: {} } },
  ]);
}

/** The whole console at a path, with a core that the test writes. */
export function renderConsole(options: {
  path: string;
  services: (router: ConnectRouter) => void;
  role?: Role;
  signedIn?: boolean;
}) {
  const { path, services, role = Role.TENANT_ADMIN, signedIn = true } = options;
  const session = new Session(window.sessionStorage);
  if (signedIn) session.begin(tokenFor(role));
  const transport = createRouterTransport(
    (router) => {
      router.service(AuthService, {
        issueToken: ({ credentials }) => {
          if (credentials.case === "password" && credentials.value.password === PASSWORD) return tokenFor(role);
          throw refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
        },
      });
      services(router);
    },
    { transport: { interceptors: [authorize(session)] } },
  );
  const backend = createBackend(session, transport);
  const router = createMemoryRouter(routes(session), { initialEntries: [path] });
  const preference = new SchemePreference(window.localStorage, window.matchMedia("(prefers-color-scheme: dark)"));
  render(
    <ThemeProvider preference={preference} nonce={undefined}>
      <BackendContext value={backend}>
        <TransportProvider transport={transport}>
          <QueryClientProvider client={createQueryClient()}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </TransportProvider>
      </BackendContext>
    </ThemeProvider>,
  );
  return { session, backend, router };
}
