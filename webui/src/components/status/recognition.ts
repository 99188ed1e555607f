import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";

/** Whether a site recognises people at a moment, and why it does not. */
export type Recognition = "recognising" | "anonymous" | "none" | "expired";

export function recognitionOf({ anonymous, recognitionBasis: basis }: Site, now: number): Recognition {
  if (anonymous) return "anonymous";
  if (basis?.expireTime === undefined) return "none";
  return now < timestampMs(basis.expireTime) ? "recognising" : "expired";
}
