import type { Sighting } from "../../api/gen/footfall/v1/customer_service_pb";
import { sightingTimes } from "./timeline";

/**
 * The best faces of somebody, spread over time, the oldest first: time is cut into as many parts of equally many
 * sightings, and each gives its best shot. Six shots of one minute would say less than six of six days.
 */
export function bestShots(sightings: readonly Sighting[], count: number): Sighting[] {
  const shown = sightings
    .filter(({ imageId }) => imageId !== "")
    .sort((a, b) => sightingTimes(a).first - sightingTimes(b).first);
  const parts = Math.min(count, shown.length);
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * shown.length) / parts);
    const to = Math.floor(((part + 1) * shown.length) / parts);
    return shown.slice(from, to).reduce((best, each) => (each.qualityScore > best.qualityScore ? each : best));
  });
}
