import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";

import { CameraSchema } from "../api/gen/footfall/v1/camera_service_pb";
import { SiteSchema } from "../api/gen/footfall/v1/site_service_pb";
import { type Visit, VisitKind, VisitSchema } from "../api/gen/footfall/v1/visit_service_pb";

const MINUTE_MS = 60_000;

export function uuid(kind: string, number: number): string {
  return `00000000-0000-7000-${kind.padStart(4, "0")}-${String(number).padStart(12, "0")}`;
}

export const SITE = create(SiteSchema, {
  siteId: uuid("1", 1),
  displayName: "Harbour Street",
  timeZone: "UTC",
  visitGap: durationFromMs(60 * MINUTE_MS),
  businessDayStart: durationFromMs(0),
});

export const CAMERA = create(CameraSchema, {
  cameraId: uuid("2", 1),
  siteId: SITE.siteId,
  displayName: "Entrance",
  sourceUrl: "usb:0",
  enabled: true,
});

export function visitOf(number: number, at: number, overrides: Partial<Visit> = {}): Visit {
  return {
    ...create(VisitSchema, {
      visitId: uuid("3", number),
      siteId: SITE.siteId,
      customerId: uuid("4", number),
      customerNumber: BigInt(number),
      firstSeenTime: timestampFromMs(at),
      lastSeenTime: timestampFromMs(at),
      kind: VisitKind.NEW,
      sightingCount: 1,
      cameraIds: [CAMERA.cameraId],
    }),
    ...overrides,
  };
}
