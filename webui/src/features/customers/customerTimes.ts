import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { Customer } from "../../api/gen/footfall/v1/customer_service_pb";

/** First and last capture in milliseconds since the epoch; undefined of somebody whom no camera saw. */
export function seenTimes(customer: Customer): { first: number | undefined; last: number | undefined } {
  return {
    first: customer.firstSeenTime && timestampMs(customer.firstSeenTime),
    last: customer.lastSeenTime && timestampMs(customer.lastSeenTime),
  };
}
