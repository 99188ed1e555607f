import { Role } from "./gen/footfall/v1/auth_service_pb";
import type { SessionData } from "./session";

export type Permission = "sites.manage" | "cameras.manage";

const GRANTED: Readonly<Record<Role, readonly Permission[]>> = {
  [Role.UNSPECIFIED]: [],
  // What a tenant administrator may, and only inside a tenant.
  [Role.SYSTEM_ADMIN]: ["sites.manage", "cameras.manage"],
  [Role.TENANT_ADMIN]: ["sites.manage", "cameras.manage"],
  [Role.SITE_MANAGER]: ["cameras.manage"],
  [Role.WORKER]: [],
};

/** Whether to offer an action. The server decides; a button that is not shown protects nothing. */
export function can(who: SessionData | undefined, permission: Permission): boolean {
  return who !== undefined && who.tenantId !== "" && GRANTED[who.role].includes(permission);
}

const ROLE_NAMES: Readonly<Record<Role, string>> = {
  [Role.UNSPECIFIED]: "",
  [Role.SYSTEM_ADMIN]: "System administrator",
  [Role.TENANT_ADMIN]: "Administrator",
  [Role.SITE_MANAGER]: "Site manager",
  [Role.WORKER]: "Edge worker",
};

/** The role in words; of a system administrator also where it is used. */
export function roleText({ role, tenantId, tenantName }: SessionData): string {
  if (role !== Role.SYSTEM_ADMIN) return ROLE_NAMES[role];
  return tenantId === "" ? `${ROLE_NAMES[role]}, no tenant chosen` : `${ROLE_NAMES[role]}, acting for ${tenantName}`;
}
