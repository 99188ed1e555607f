import { timestampFromMs } from "@bufbuild/protobuf/wkt";

import { dayIn, idIn, oneIn } from "../../components/addressFilters";
import { dayStart } from "../../time/zoned";

/** What can be looked for: the first parts of the log's actions ("customer.merge"). */
export const GROUPS = [
  "auth",
  "user",
  "api_key",
  "join_token",
  "certificate",
  "worker",
  "tenant",
  "site",
  "camera",
  "staff",
  "customer",
  "erasure",
  "opt_out",
  "retention",
  "suggestion",
  "image",
  "report",
  "audit",
  "calibration",
  "model_change",
] as const;
type Group = (typeof GROUPS)[number];

/** What the address of the page says. Days are "YYYY-MM-DD", both included; "" is no filter. */
export interface AuditFilters {
  readonly who: string;
  readonly what: "" | Group;
  readonly target: string;
  readonly from: string;
  readonly to: string;
}

export const NO_FILTERS: AuditFilters = { who: "", what: "", target: "", from: "", to: "" };
export const PAGE_SIZE = 200;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): AuditFilters {
  return {
    who: idIn(params, "who"),
    what: oneIn(params, "what", GROUPS),
    target: idIn(params, "target"),
    from: dayIn(params, "from"),
    to: dayIn(params, "to"),
  };
}

/** What is asked of the log, to read it and to take it along; days are those of the zone's calendar. */
export function toMatching(filters: AuditFilters, zone: string) {
  const start = dayStart(filters.from, zone);
  const end = dayStart(filters.to, zone, 1);
  return {
    actorId: filters.who,
    action: filters.what === "" ? "" : `${filters.what}.`,
    resourceId: filters.target,
    ...(start === undefined ? {} : { startTime: timestampFromMs(start) }),
    ...(end === undefined ? {} : { endTime: timestampFromMs(end) }),
  };
}
