import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { t } from "./texts";

const NAMED = 2;

/** Where somebody works, in words. A site that the reader may not see has no name here. */
export function siteNames(siteIds: readonly string[], sites: readonly Site[]): string {
  if (siteIds.length === 0) return t("everywhere");
  const names = siteIds.flatMap((siteId) => sites.find((site) => site.siteId === siteId)?.displayName ?? []);
  const shown = names.slice(0, NAMED);
  const more = siteIds.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [t("moreSites", { count: more })])].join(", ");
}
