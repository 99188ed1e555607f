import { Role } from "./gen/footfall/v1/auth_service_pb";
import type { SessionData } from "./session";
import { t } from "./texts";

/** What the console asks of its pages and buttons; each stands for methods of the server's permission table. */
export type Permission =
  | "visits.read"
  | "reports.read"
  | "customers.read"
  | "customers.manage"
  | "staff.manage"
  | "cameras.manage"
  | "sites.manage"
  | "users.manage"
  | "keys.manage"
  | "privacy.manage"
  | "audit.read"
  | "audit.export"
  | "tenants.manage";

const SITE_MANAGER: readonly Permission[] = ["visits.read", "reports.read", "customers.read", "staff.manage", "cameras.manage"];
const TENANT_ADMIN: readonly Permission[] = [
  ...SITE_MANAGER,
  "customers.manage",
  "sites.manage",
  "users.manage",
  "keys.manage",
  "privacy.manage",
  "audit.read",
  "audit.export",
];

/** What each role may inside a tenant. */
const GRANTED: Readonly<Record<Role, readonly Permission[]>> = {
  [Role.UNSPECIFIED]: [],
  [Role.SYSTEM_ADMIN]: [...TENANT_ADMIN, "tenants.manage"],
  [Role.TENANT_ADMIN]: TENANT_ADMIN,
  [Role.SITE_MANAGER]: SITE_MANAGER,
  [Role.WORKER]: [],
};

/** What a system administrator may who acts for no tenant. */
const OUTSIDE: readonly Permission[] = ["tenants.manage", "users.manage", "audit.read", "audit.export"];

/** Whether to offer an action. The server decides; a button that is not shown protects nothing. */
export function can(who: SessionData | undefined, permission: Permission): boolean {
  if (who === undefined) return false;
  if (who.tenantId === "") return who.role === Role.SYSTEM_ADMIN && OUTSIDE.includes(permission);
  return GRANTED[who.role].includes(permission);
}

/** What whoever is signed in may do: asked by the navigation, the routes and the buttons alike. */
export interface Access {
  readonly can: (permission: Permission) => boolean;
}

export function accessOf(who: SessionData | undefined): Access {
  return { can: (permission) => can(who, permission) };
}

const ROLE_KEYS = {
  [Role.SYSTEM_ADMIN]: "systemAdmin",
  [Role.TENANT_ADMIN]: "tenantAdmin",
  [Role.SITE_MANAGER]: "siteManager",
  [Role.WORKER]: "worker",
} as const;

export function roleName(role: Role): string {
  return role === Role.UNSPECIFIED ? "" : t(ROLE_KEYS[role]);
}

/** The role in words; of a system administrator also where it is used. */
export function roleText({ role, tenantId, tenantName }: SessionData): string {
  if (role !== Role.SYSTEM_ADMIN) return roleName(role);
  return tenantId === "" ? t("noTenant", { role: roleName(role) }) : t("actingFor", { role: roleName(role), tenant: tenantName });
}
