import { useUsers } from "../../api/admin";
import type { AuditEntry } from "../../api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { roleName } from "../../api/permissions";
import { t } from "./texts";

/** Who did what an entry tells, by name where it is somebody of the tenant. */
export function useActorName(): (entry: Pick<AuditEntry, "actorId" | "actorRole" | "action">) => string {
  const users = useUsers();
  const names = new Map((users.data ?? []).map(({ userId, displayName }) => [userId, displayName]));
  return ({ actorId, actorRole, action }) => {
    if (actorId === "") return action.startsWith("auth.") ? t("nobody") : t("system");
    const known = names.get(actorId);
    if (known !== undefined) return known;
    return actorRole === Role.UNSPECIFIED ? actorId : `${roleName(actorRole)} ${actorId.slice(-8)}`;
  };
}
