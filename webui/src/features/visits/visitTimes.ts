import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";

/** First and last capture in milliseconds since the epoch. What lies between is a lower bound of the stay. */
export function visitTimes(visit: Visit): { first: number; last: number } {
  const first = visit.firstSeenTime ? timestampMs(visit.firstSeenTime) : 0;
  return { first, last: visit.lastSeenTime ? timestampMs(visit.lastSeenTime) : first };
}
