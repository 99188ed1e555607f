import { create } from "@bufbuild/protobuf";

import { type Explanation, ExplanationSchema } from "../../src/api/gen/footfall/v1/explanation_pb";
import { type Visit, VisitKind } from "../../src/api/gen/footfall/v1/visit_service_pb";
import { id } from "./data";

const NEEDED = [
  ["match", { inter_ocular_px: 24, pose: 0.45, sharpness: 0.25, exposure: 0.3, score: 0.25 }],
  ["create", { inter_ocular_px: 32, pose: 0.6, sharpness: 0.5, exposure: 0.5, score: 0.5 }],
] as const;
const MEASURED = { inter_ocular_px: 41, pose: 0.82, sharpness: 0.44, exposure: 0.71, score: 0.63 };

/** Why a visit's sightings are the customer's: a clear match, or clearly nobody at a first visit. */
export function explain(visit: Visit): Explanation[] {
  const fresh = visit.kind === VisitKind.NEW;
  const number = Number(visit.visitId.slice(-12));
  const explained = create(ExplanationSchema, {
    eventId: id(8, number),
    trackId: id(9, number),
    siteId: visit.siteId,
    cameraId: visit.cameraIds[0] ?? "",
    outcome: fresh ? "new" : "known",
    rule: fresh ? "new" : "matched",
    modelId: "sface-2021dec-int8",
    gates: NEEDED.flatMap(([purpose, gates]) =>
      Object.entries(gates).map(([name, needed]) => {
        const value = MEASURED[name as keyof typeof MEASURED];
        return { name, purpose, value, needed, passed: value >= needed };
      }),
    ),
    candidates: [
      {
        customerId: fresh ? id(4, 3) : visit.customerId,
        score: fresh ? 0.31 : 0.71,
        faceScore: fresh ? 0.31 : 0.74,
        faceId: id(0, 1),
        provenance: "learned",
        seenAtSite: true,
      },
      { customerId: id(4, 7), score: 0.27, faceScore: 0.29, faceId: id(0, 2), provenance: "created" },
    ],
    margin: fresh ? 0.04 : 0.44,
    thresholds: { match: 0.52, new: 0.42, margin: 0.04, scope: "site", gallerySize: 1204n, targetRate: 0.001, source: "published" },
    customerId: visit.customerId,
    visit: {
      visitId: visit.visitId,
      ruleVersion: visit.ruleVersion,
      visitGapSeconds: 3600n,
      businessDay: "2026-11-22",
      timeZone: "Europe/Berlin",
      sightingCount: visit.sightingCount,
      kind: fresh ? "new" : "repeat",
    },
  });
  if (visit.firstSeenTime) explained.decideTime = visit.firstSeenTime;
  return [explained];
}
