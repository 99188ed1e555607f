import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { MessageInitShape } from "@bufbuild/protobuf";

import { type ListVisitsRequestSchema, VisitKind } from "../../api/gen/footfall/v1/visit_service_pb";
import { dayStart } from "../../time/zoned";

/** What the address of the page says. Days are "YYYY-MM-DD", both included; "" is no filter. */
export interface VisitFilters {
  readonly site: string;
  readonly camera: string;
  readonly from: string;
  readonly to: string;
  readonly kind: "" | "new" | "repeat";
  readonly customer: string;
}

export const NO_FILTERS: VisitFilters = { site: "", camera: "", from: "", to: "", kind: "", customer: "" };
export const PAGE_SIZE = 200;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams): VisitFilters {
  const matching = (name: string, shape: RegExp) => {
    const value = params.get(name) ?? "";
    return shape.test(value) ? value : "";
  };
  const kind = params.get("kind");
  return {
    site: matching("site", UUID),
    camera: matching("camera", UUID),
    from: matching("from", DAY),
    to: matching("to", DAY),
    kind: kind === "new" || kind === "repeat" ? kind : "",
    customer: matching("customer", UUID),
  };
}

export function writeFilters(filters: VisitFilters): URLSearchParams {
  const entries = Object.entries(filters) as [string, string][];
  return new URLSearchParams(entries.filter(([, value]) => value !== ""));
}

export function isFiltered(filters: VisitFilters): boolean {
  return Object.values(filters).some((value) => value !== "");
}

/** True when the days are in the wrong order, which the server would refuse. */
export function hasBackwardRange(filters: VisitFilters): boolean {
  return filters.from !== "" && filters.to !== "" && filters.from > filters.to;
}

/** The request for the first page; days are those of the zone's calendar. */
export function toRequest(
  filters: VisitFilters,
  zone: string,
): MessageInitShape<typeof ListVisitsRequestSchema> {
  const start = dayStart(filters.from, zone);
  const end = dayStart(filters.to, zone, 1);
  return {
    siteId: filters.site,
    cameraId: filters.camera,
    customerId: filters.customer,
    kind: { "": VisitKind.UNSPECIFIED, new: VisitKind.NEW, repeat: VisitKind.REPEAT }[filters.kind],
    pageSize: PAGE_SIZE,
    ...(start === undefined ? {} : { startTime: timestampFromMs(start) }),
    ...(end === undefined ? {} : { endTime: timestampFromMs(end) }),
  };
}
