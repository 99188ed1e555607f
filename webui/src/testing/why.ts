import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";

import { type Explanation, ExplanationSchema } from "../api/gen/footfall/v1/explanation_pb";
import { CAMERA, SITE, uuid } from "./shop";

const MATCH_GATES = { inter_ocular_px: 24, pose: 0.45, sharpness: 0.25, exposure: 0.3, score: 0.25 };
const CREATE_GATES = { inter_ocular_px: 32, pose: 0.6, sharpness: 0.5, exposure: 0.5, score: 0.5 };

/** Why an event of a visit was taken for somebody: measured well, with a runner-up far behind. */
export function explanationOf(number: number, at: number, more: Partial<Explanation> = {}): Explanation {
  const measured = { inter_ocular_px: 41, pose: 0.82, sharpness: 0.44, exposure: 0.71, score: 0.63 };
  const gate = (purpose: string, needed: Record<string, number>) =>
    Object.entries(measured).map(([name, value]) => ({
      name,
      purpose,
      value,
      needed: needed[name] ?? 0,
      passed: value >= (needed[name] ?? 0),
    }));
  return {
    ...create(ExplanationSchema, {
      eventId: uuid("8", number),
      trackId: uuid("9", number),
      siteId: SITE.siteId,
      cameraId: CAMERA.cameraId,
      decideTime: timestampFromMs(at),
      outcome: "known",
      rule: "matched",
      modelId: "sface-2021dec-int8",
      gates: [...gate("match", MATCH_GATES), ...gate("create", CREATE_GATES)],
      candidates: [
        { customerId: uuid("4", 1), score: 0.71, faceScore: 0.74, faceId: uuid("a", 1), provenance: "learned", seenAtSite: true },
        { customerId: uuid("4", 2), score: 0.38, faceScore: 0.4, faceId: uuid("a", 2), provenance: "created" },
      ],
      margin: 0.33,
      thresholds: { match: 0.52, new: 0.42, margin: 0.04, scope: "site", gallerySize: 1204n, targetRate: 0.001, source: "published" },
      customerId: uuid("4", 1),
      visit: {
        visitId: uuid("3", number),
        ruleVersion: 1,
        visitGapSeconds: 3600n,
        businessDay: "2026-11-22",
        timeZone: "UTC",
        sightingCount: 2,
        kind: "repeat",
      },
    }),
    ...more,
  };
}
