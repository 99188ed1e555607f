import { timestampFromMs } from "@bufbuild/protobuf/wkt";

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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function isId(text: string): boolean {
  return UUID.test(text);
}

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): AuditFilters {
  const matching = (name: string, shape: RegExp) => {
    const value = params.get(name) ?? "";
    return shape.test(value) ? value : "";
  };
  return {
    who: matching("who", UUID),
    what: GROUPS.find((group) => group === params.get("what")) ?? "",
    target: matching("target", UUID),
    from: matching("from", DAY),
    to: matching("to", DAY),
  };
}

export function writeFilters(filters: AuditFilters): URLSearchParams {
  const entries = Object.entries(filters) as [string, string][];
  return new URLSearchParams(entries.filter(([, value]) => value !== ""));
}

export function isFiltered(filters: AuditFilters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** True when the days are in the wrong order, which the server would refuse. */
export function isBackward({ from, to }: AuditFilters): boolean {
  return from !== "" && to !== "" && from > to;
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
