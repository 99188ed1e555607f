import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";

import { SightingSchema } from "../../api/gen/footfall/v1/customer_service_pb";
import { bestShots } from "./bestShots";

function shot(at: number, qualityScore: number, imageId = `image-${at}`) {
  return create(SightingSchema, { trackId: `track-${at}`, firstSeenTime: timestampFromMs(at), qualityScore, imageId });
}

it("takes the best of each part of the time, the oldest first", () => {
  const sightings = [shot(6, 0.9), shot(5, 0.5), shot(4, 0.6), shot(3, 0.4), shot(2, 0.7), shot(1, 0.8)];
  expect(bestShots(sightings, 3).map(({ trackId }) => trackId)).toEqual(["track-1", "track-4", "track-6"]);
});

it("takes all that there are, and none without an image", () => {
  expect(bestShots([shot(2, 0.1), shot(3, 1, ""), shot(1, 0.2)], 6).map(({ trackId }) => trackId)).toEqual(["track-1", "track-2"]);
  expect(bestShots([], 6)).toEqual([]);
});
