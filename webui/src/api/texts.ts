import { texts } from "../i18n/texts";

export const t = texts("api", {
  systemAdmin: "System administrator",
  tenantAdmin: "Administrator",
  siteManager: "Site manager",
  worker: "Edge worker",
  noTenant: "{role}, no tenant chosen",
  actingFor: "{role}, acting for {tenant}",
});
