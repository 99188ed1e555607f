import { createBrowserRouter, redirect, type RouteObject } from "react-router";

import type { Backend } from "../api/backend";
import { PageSkeleton } from "../components/feedback/PageSkeleton";
import { ErrorPage } from "./ErrorPage";
import { homeOf, requireSession, safeReturnPath } from "./guard";
import { Resuming } from "./Resuming";
import { needs } from "./routeAccess";

const visitDrawer = async () => ({ Component: (await import("../features/visits/VisitDrawer")).VisitDrawer });

/**
 * Every page is loaded when it is first opened, and says by its handle which permission it needs: a page that is not
 * for the account is not drawn (Shell.tsx). Its line in the navigation is in nav.tsx. The guard is in each loader: loaders of one match run
 * together.
 */
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
            throw redirect(homeOf(session.current()));
          },
        },
        {
          ErrorBoundary: ErrorPage,
          children: [
            {
              path: "live",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/live/LivePage")).LivePage }),
              children: [{ path: ":visitId", loader: guard, lazy: visitDrawer }],
            },
            {
              path: "visits",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/visits/VisitsPage")).VisitsPage }),
              children: [{ path: ":visitId", loader: guard, lazy: visitDrawer }],
            },
            {
              path: "reports",
              handle: needs("reports.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/reports/ReportsPage")).ReportsPage }),
            },
            {
              path: "customers",
              handle: needs("customers.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/customers/CustomersPage")).CustomersPage }),
            },
            {
              path: "customers/merges",
              handle: needs("customers.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/customers/MergesPage")).MergesPage }),
              children: [
                {
                  index: true,
                  loader: guard,
                  lazy: async () => ({ Component: (await import("../features/customers/MergeInbox")).MergeInbox }),
                },
                {
                  path: "done",
                  loader: guard,
                  lazy: async () => ({ Component: (await import("../features/customers/DoneMerges")).DoneMerges }),
                },
              ],
            },
            {
              path: "customers/:customerId/merge",
              handle: needs("customers.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/customers/MergeWithPage")).MergeWithPage }),
            },
            {
              path: "customers/:customerId",
              handle: needs("customers.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/customers/CustomerPage")).CustomerPage }),
            },
            {
              path: "cameras",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/cameras/CamerasPage")).CamerasPage }),
            },
            {
              path: "cameras/:cameraId",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/cameras/CameraPage")).CameraPage }),
            },
            {
              path: "workers",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/workers/WorkersPage")).WorkersPage }),
              children: [
                {
                  path: ":workerId",
                  loader: guard,
                  lazy: async () => ({ Component: (await import("../features/workers/WorkerDrawer")).WorkerDrawer }),
                },
              ],
            },
            {
              path: "staff",
              handle: needs("staff.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/staff/StaffPage")).StaffPage }),
            },
            {
              path: "staff/import",
              handle: needs("staff.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/staff/import/StaffImportsPage")).StaffImportsPage }),
            },
            {
              path: "staff/import/:importId",
              handle: needs("staff.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/staff/import/StaffImportPage")).StaffImportPage }),
            },
            {
              path: "staff/:staffId",
              handle: needs("staff.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/staff/StaffMemberPage")).StaffMemberPage }),
            },
            {
              path: "sites",
              handle: needs("visits.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/sites/SitesPage")).SitesPage }),
            },
            {
              path: "tenants",
              handle: needs("tenants.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/tenants/TenantsPage")).TenantsPage }),
            },
            {
              path: "users",
              handle: needs("users.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/users/UsersPage")).UsersPage }),
            },
            {
              path: "keys",
              handle: needs("keys.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/keys/KeysPage")).KeysPage }),
            },
            {
              path: "privacy",
              handle: needs("privacy.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/privacy/PrivacyPage")).PrivacyPage }),
            },
            {
              path: "privacy/forget",
              handle: needs("privacy.manage"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/privacy/ForgetPage")).ForgetPage }),
            },
            {
              path: "audit",
              handle: needs("audit.read"),
              loader: guard,
              lazy: async () => ({ Component: (await import("../features/audit/AuditPage")).AuditPage }),
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
