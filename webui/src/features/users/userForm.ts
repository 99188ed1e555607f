import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import type { User } from "../../api/gen/footfall/v1/user_service_pb";
import { t } from "./texts";

/** An account as it is typed. */
export interface UserDraft {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly siteIds: readonly string[];
  readonly disabled: boolean;
}

export const USER_MASK = ["display_name", "role", "site_ids", "disabled"];

/** Something before and after one @, and a dot after it; the server knows better. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Where no tenant is acted for, accounts are those of system administrators. */
export function draftOf(user: User | undefined, inTenant: boolean): UserDraft {
  if (!user) {
    return { email: "", displayName: "", role: inTenant ? Role.SITE_MANAGER : Role.SYSTEM_ADMIN, siteIds: [], disabled: false };
  }
  const { email, displayName, role, siteIds, disabled } = user;
  return { email, displayName, role, siteIds, disabled };
}

/** What is wrong with the draft, by field; the server checks the same again. */
export function userFaults(draft: UserDraft): ReadonlyMap<keyof UserDraft, string> {
  const faults = new Map<keyof UserDraft, string>();
  if (!EMAIL.test(draft.email.trim())) faults.set("email", t("emailFault"));
  if (draft.role === Role.SITE_MANAGER && draft.siteIds.length === 0) faults.set("siteIds", t("sitesFault"));
  return faults;
}

/** What the server is sent: sites are a site manager's alone. */
export function valuesOf(draft: UserDraft) {
  return {
    displayName: draft.displayName.trim(),
    role: draft.role,
    siteIds: draft.role === Role.SITE_MANAGER ? [...draft.siteIds] : [],
    disabled: draft.disabled,
  };
}
