import { useCameras, useSites } from "../../api/hooks";
import { knownZone } from "../../time/zoned";
import { t } from "./texts";
import type { SiteClock } from "./timeline";

/** Names and clocks of where people are seen. */
export interface Places {
  readonly clockOf: (siteId: string) => SiteClock;
  readonly siteName: (siteId: string) => string;
  readonly cameraName: (cameraId: string) => string;
}

export function usePlaces(): Places {
  const sites = useSites();
  const cameras = useCameras();
  const siteById = new Map((sites.data ?? []).map((site) => [site.siteId, site]));
  const cameraById = new Map((cameras.data ?? []).map((camera) => [camera.cameraId, camera]));
  return {
    clockOf: (siteId) => {
      const site = siteById.get(siteId);
      return { zone: knownZone(site?.timeZone), dayStartSeconds: Number(site?.businessDayStart?.seconds ?? 0n) };
    },
    siteName: (siteId) => siteById.get(siteId)?.displayName ?? t("timeline.removedSite"),
    cameraName: (cameraId) => cameraById.get(cameraId)?.displayName ?? t("timeline.removedCamera"),
  };
}
