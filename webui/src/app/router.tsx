import { createBrowserRouter, redirect, type RouteObject } from "react-router";

import type { Backend } from "../api/backend";
import { PageSkeleton } from "../components/feedback/PageSkeleton";
import { ErrorPage } from "./ErrorPage";
import { requireSession, safeReturnPath } from "./guard";
import { Resuming } from "./Resuming";

const visitDrawer = async () => ({ Component: (await import("../features/visits/VisitDrawer")).VisitDrawer });

/** Every page is loaded when it is first opened. The guard is in each loader: loaders of one match run together. */
export function routes(backend: Backend): RouteObject[] {
  const { session, keeper } = backend;
  const guard = ({ request }: { request: Request }) => requireSession(backend, request);
  return [
    {
      path: "/sign-in",
      ErrorBoundary: ErrorPage,
      HydrateFallback: Resuming,
      loader: async ({ request }) => {
        await keeper.resume();
        if (session.current()) throw redirect(safeReturnPath(new URL(request.url).searchParams.get("next")));
        return null;
      },
      lazy: async () => ({ Component: (await import("../features/auth/SignInPage")).SignInPage }),
    },
    {
      path: "/sign-in/callback",
      ErrorBoundary: ErrorPage,
      HydrateFallback: () => null,
      loader: async () => {
        const { finishOidc } = await import("../features/auth/oidc");
        const outcome = await finishOidc(backend, window.sessionStorage);
        if (outcome.next !== undefined) throw redirect(safeReturnPath(outcome.next));
        return outcome.failure;
      },
      lazy: async () => ({ Component: (await import("../features/auth/CallbackPage")).CallbackPage }),
    },
    {
      path: "/set-password",
      ErrorBoundary: ErrorPage,
      HydrateFallback: () => null,
      loader: () => {
        void keeper.resume();
        return null;
      },
      lazy: async () => ({ Component: (await import("../features/auth/SetPasswordPage")).SetPasswordPage }),
    },
    {
      path: "/",
      ErrorBoundary: ErrorPage,
      HydrateFallback: () => (
        <Resuming>
          <div className="mx-auto max-w-6xl p-6">
            <PageSkeleton />
          </div>
        </Resuming>
      ),
      loader: guard,
      lazy: async () => ({ Component: (await import("./Shell")).Shell }),
      children: [
        {
          index: true,
          Component: () => null,
          loader: async (args) => {
            await guard(args);
            throw redirect("/live");
          },
        },
        {
          ErrorBoundary: ErrorPage,
          children: [
            {
              path: "live",
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/live/LivePage")).LivePage }),
              children: [{ path: ":visitId", loader: guard, lazy: visitDrawer }],
            },
            {
              path: "visits",
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/visits/VisitsPage")).VisitsPage }),
              children: [{ path: ":visitId", loader: guard, lazy: visitDrawer }],
            },
            {
              path: "sites",
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/sites/SitesPage")).SitesPage }),
            },
            {
              path: "*",
              loader: guard,
              lazy: async () => ({ Component: (await import("./NotFoundPage")).NotFoundPage }),
            },
          ],
        },
      ],
    },
  ];
}

export function createRouter(backend: Backend) {
  return createBrowserRouter(routes(backend));
}
