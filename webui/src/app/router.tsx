import { createBrowserRouter, redirect, type RouteObject } from "react-router";

import type { Session } from "../api/session";
import { PageSkeleton } from "../components/feedback/PageSkeleton";
import { ErrorPage } from "./ErrorPage";
import { requireSession, safeReturnPath } from "./guard";

const visitDrawer = async () => ({ Component: (await import("../features/visits/VisitDrawer")).VisitDrawer });

/** Every page is loaded when it is first opened. The guard is in each loader: loaders of one match run together. */
export function routes(session: Session): RouteObject[] {
  const guard = ({ request }: { request: Request }) => requireSession(session, request);
  return [
    {
      path: "/sign-in",
      ErrorBoundary: ErrorPage,
      HydrateFallback: () => null,
      loader: ({ request }) => {
        if (session.current()) throw redirect(safeReturnPath(new URL(request.url).searchParams.get("next")));
        return null;
      },
      lazy: async () => ({ Component: (await import("../features/auth/SignInPage")).SignInPage }),
    },
    {
      path: "/",
      ErrorBoundary: ErrorPage,
      HydrateFallback: () => <div className="mx-auto max-w-6xl p-6"><PageSkeleton /></div>,
      loader: guard,
      lazy: async () => ({ Component: (await import("./Shell")).Shell }),
      children: [
        {
          index: true,
          Component: () => null,
          loader: (args) => {
            guard(args);
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

export function createRouter(session: Session) {
  return createBrowserRouter(routes(session));
}
