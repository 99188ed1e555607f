import type { RoleName } from "./stack";

export interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** What is there once its data is. */
  readonly shows: string;
  /** The page that has the link to it; the navigation has it when this is not said. */
  readonly from?: string;
}

/** Every page that the navigation, or a page of it, leads to. The addresses of single things are in screens.spec.ts. */
const PAGES = {
  live: { name: "live", path: "/live", shows: '[data-testid="visit-card"]' },
  visits: { name: "visits", path: "/visits", shows: 'a[href^="/visits/"]:visible' },
  reports: { name: "reports", path: "/reports", shows: "section h2" },
  customers: { name: "customers", path: "/customers", shows: 'a[href^="/customers/"]:visible' },
  cameras: { name: "cameras", path: "/cameras", shows: '[data-testid="camera-card"]' },
  workers: { name: "workers", path: "/workers", shows: '[data-testid="worker-card"]' },
  sites: { name: "sites", path: "/sites", shows: "section h2" },
  staff: { name: "staff", path: "/staff", shows: "main input" },
  staffImport: { name: "staff-import", path: "/staff/import", shows: '[data-testid="drop-zone"]', from: "/staff" },
  tenants: { name: "tenants", path: "/tenants", shows: 'main button[aria-label^="Act for "]:visible, [data-testid="acting-for"]' },
  users: { name: "users", path: "/users", shows: 'button[aria-label^="Edit "]:visible' },
  keys: { name: "keys", path: "/keys", shows: 'button[aria-label^="Revoke "]:visible' },
  privacy: { name: "privacy", path: "/privacy", shows: "main select" },
  forget: { name: "privacy-forget", path: "/privacy/forget", shows: '[data-testid="drop-zone"]', from: "/privacy" },
  audit: { name: "audit", path: "/audit", shows: 'main button[aria-label^="Details of entry "]:visible' },
} satisfies Record<string, ConsolePage>;

const { live, visits, reports, customers, cameras, workers, sites, staff, staffImport } = PAGES;
const SHOP = [live, visits, reports, customers, cameras, workers, sites, staff, staffImport] as const;
const ADMINISTRATION = [PAGES.users, PAGES.keys, PAGES.privacy, PAGES.forget, PAGES.audit] as const;

/** The way to a member from the list of staff, as a table or as cards. */
export const STAFF_ROW_LINK = 'main :is(td, li) a[href^="/staff/"]:visible';

/** What each role is led to, outside of a tenant, and inside of one. */
export const PAGES_OF: Readonly<Record<RoleName | "system acting", readonly ConsolePage[]>> = {
  administrator: [...SHOP, ...ADMINISTRATION],
  manager: SHOP,
  system: [PAGES.tenants, PAGES.users, PAGES.audit],
  "system acting": [...SHOP, PAGES.tenants, ...ADMINISTRATION],
};
