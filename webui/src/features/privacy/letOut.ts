import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";

/** From the least that leaves the shop to the most. */
const ORDER = [ImagePolicy.NONE, ImagePolicy.CROPS, ImagePolicy.FRAMES] as const;
type Policy = (typeof ORDER)[number];

/** What holds where nothing was chosen. */
export function policyOf(chosen: ImagePolicy | undefined): Policy {
  return ORDER.find((policy) => policy === chosen) ?? ImagePolicy.CROPS;
}

/** How many of the site's cameras let out what: its own setting of each, and no more than the site allows. */
export function letOut(site: Site, cameras: readonly Camera[]): readonly { readonly policy: Policy; readonly cameras: number }[] {
  const rank = (policy: Policy) => ORDER.indexOf(policy);
  const most = rank(policyOf(site.imagePolicy));
  const held = cameras
    .filter(({ siteId }) => siteId === site.siteId)
    .map(({ settings }) => Math.min(most, rank(policyOf(settings?.imagePolicy))));
  return ORDER.map((policy, at) => ({ policy, cameras: held.filter((each) => each === at).length })).filter((each) => each.cameras > 0);
}
