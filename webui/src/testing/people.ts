import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";

import { type Customer, CustomerKind, CustomerSchema, type Sighting, SightingSchema } from "../api/gen/footfall/v1/customer_service_pb";
import { CAMERA, SITE, uuid } from "./shop";

export function customerOf(number: number, overrides: Partial<Customer> = {}): Customer {
  return {
    ...create(CustomerSchema, {
      customerId: uuid("4", number),
      number: BigInt(number),
      kind: CustomerKind.VISITOR,
      visitCount: 2,
      faceCount: 3,
    }),
    ...overrides,
  };
}

export function sightingOf(number: number, at: number, overrides: Partial<Sighting> = {}): Sighting {
  return {
    ...create(SightingSchema, {
      trackId: uuid("9", number),
      siteId: SITE.siteId,
      cameraId: CAMERA.cameraId,
      customerId: uuid("4", 1),
      visitId: uuid("3", 1),
      firstSeenTime: timestampFromMs(at),
      lastSeenTime: timestampFromMs(at + 5000),
      qualityScore: 0.8,
      score: 0.7,
    }),
    ...overrides,
  };
}
