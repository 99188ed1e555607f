import { create } from "@bufbuild/protobuf";

import { FaceVerdict, type Staff, type StaffFace, StaffFaceSchema, StaffSchema } from "../api/gen/footfall/v1/staff_service_pb";
import { SITE, uuid } from "./shop";

export function staffOf(number: number, overrides: Partial<Staff> = {}): Staff {
  return {
    ...create(StaffSchema, {
      staffId: uuid("4", number),
      number: BigInt(number),
      displayName: `Member ${number}`,
      siteIds: [SITE.siteId],
      etag: "first",
    }),
    ...overrides,
  };
}

export function faceOf(number: number, overrides: Partial<StaffFace> = {}): StaffFace {
  return {
    ...create(StaffFaceSchema, {
      faceId: uuid("a", number),
      staffId: uuid("4", 1),
      verdict: FaceVerdict.ACCEPTED,
      quality: { score: 0.8 },
      widthPx: 100,
      heightPx: 100,
    }),
    ...overrides,
  };
}
