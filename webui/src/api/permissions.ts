import { Role } from "./gen/footfall/v1/auth_service_pb";

export type Permission = "sites.manage" | "cameras.manage";

const GRANTED: Readonly<Record<Role, readonly Permission[]>> = {
  [Role.UNSPECIFIED]: [],
  [Role.SYSTEM_ADMIN]: [],
  [Role.TENANT_ADMIN]: ["sites.manage", "cameras.manage"],
  [Role.SITE_MANAGER]: ["cameras.manage"],
  [Role.WORKER]: [],
};

/** Whether to offer an action. The server decides; a button that is not shown protects nothing. */
export function can(role: Role, permission: Permission): boolean {
  return GRANTED[role].includes(permission);
}

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  [Role.UNSPECIFIED]: "",
  [Role.SYSTEM_ADMIN]: "System administrator",
  [Role.TENANT_ADMIN]: "Administrator",
  [Role.SITE_MANAGER]: "Site manager",
  [Role.WORKER]: "Edge worker",
};
